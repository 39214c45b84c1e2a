"""The buyer's page: where he signs in, picks card and address, pays, is declined, or leaves.

What he may do is the model's to say; the page offers what `Service.buyer` would accept, and sends him back to
the shop afterwards. Source: api-facts §4.1, §8.1, §15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.pages.document import document, element, page, redirect
from amazonpay_conformance.mock.pages.forms import TOKEN_FIELD, BadForm, Tokens, fields_of
from amazonpay_conformance.mock.pages.returns import Way, origin, way_back
from amazonpay_conformance.mock.pages.wallet import addresses, cards, one_line
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.model.actions import BuyerDeed, Product
from amazonpay_conformance.model.buyer import ADDRESSES, BUYER
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.world import CheckoutSession, data_of
from amazonpay_conformance.wire.messages import Request, Response

NOTICE: Final = (
    "This is a mock. Nobody is charged, nothing is delivered, and nothing that you pick leaves it."
)


@dataclass(frozen=True, slots=True)
class Deed:
    """A button of the page: what the buyer does by it, and on which way he then leaves."""

    deed: BuyerDeed | None
    way: Way


DEEDS: Final[Mapping[str, Deed]] = {
    "sign-in": Deed("signs_in", "review"),
    "pay": Deed("approves", "result"),
    "decline": Deed("is_declined", "result"),
    "cancel": Deed("cancels", "cancel"),
    "leave": Deed(None, "cancel"),
    "keep": Deed(None, "review"),
}


class BuyerPages:
    """The pages about a session: shown, and acted upon."""

    def __init__(self, mock: Mock, tokens: Tokens) -> None:
        self._mock = mock
        self._tokens = tokens

    def show(self, request: Request, named: Mapping[str, str]) -> Response:
        """Show what the buyer can do with a session now."""
        with self._mock.lock:
            namespace = self._holder(named["session"])
            if namespace is None:
                return _unknown()
            namespace.service.catch_up()
            session = namespace.service.world.sessions[named["session"]]
        return self._shown(session, _asked(request))

    def act(self, request: Request, named: Mapping[str, str]) -> Response:
        """Let the buyer do what his form says, and send him on."""
        session_id = named["session"]
        try:
            fields = fields_of(request)
            self._tokens.check(session_id, fields)
            deed = DEEDS.get(fields.get("deed", ""))
            if deed is None:
                raise BadForm(f"deed: expected one of {', '.join(DEEDS)}.")
            _check(fields)
        except BadForm as problem:
            return told(400, "This form cannot be used", str(problem))
        with self._mock.lock:
            namespace = self._holder(session_id)
            if namespace is None:
                return _unknown()
            try:
                return self._done(namespace, session_id, deed, fields)
            except ImpossibleAct:
                reason = "It is in no state for that any more; perhaps another window was faster."
                return told(409, "That cannot be done with this checkout now", reason)

    def _holder(self, session_id: str) -> Namespace | None:
        held = (n for n in self._mock.namespaces.values() if session_id in n.service.world.sessions)
        return next(held, None)

    def _done(self, namespace: Namespace, session_id: str, deed: Deed, fields: Mapping[str, str]) -> Response:
        service = namespace.service
        if deed.deed is not None:
            product: Any = fields.get("product") or None
            picked = fields.get("card") or None
            service.buyer(deed.deed, session_id, picked, product, address=fields.get("address") or None)
        session = service.world.sessions[session_id]
        if deed.deed == "signs_in" and way_back(session, "review") is None and not constraints(session):
            return redirect(f"/checkout/{session_id}")  # no review: he pays at once (§5.6, §15.2)
        url = way_back(session, deed.way)
        return redirect(url) if url else _no_way_back(session)

    # --- what is shown

    def _shown(self, session: CheckoutSession, asked: Mapping[str, str]) -> Response:
        if session.state != "Open":
            return self._over(session)
        if session.buyer == "approved":
            return self._approved(session)
        if session.buyer == "absent" or asked.get("change"):
            return self._wallet(session, asked)
        missing = constraints(session)
        return self._waiting(session, missing) if missing else self._payment(session)

    def _wallet(self, session: CheckoutSession, asked: Mapping[str, str]) -> Response:
        product = session.product or asked.get("product") or "PayAndShip"
        change = asked.get("change")
        heading = "Change your choice" if change else f"Sign in as {BUYER['name']}"
        ships = product == "PayAndShip" and not _is_processed_at_once(session)
        content = (
            element("p", f"{BUYER['name']} ({BUYER['email']}) is the mock's only buyer.", class_="lead"),
            cards(session) if change != "address" else None,
            addresses(session) if ships and change != "payment" else None,
            element("input", type="hidden", name="product", value=product),
            _buttons(("sign-in", "Continue", "primary"), _KEEP if change else _LEAVE),
        )
        return self._form(session, heading, content)

    def _payment(self, session: CheckoutSession) -> Response:
        amount = session.charge_amount
        sum_ = f"{amount.wire()['amount']} {amount.currency}" if amount else ""
        label = f"Pay {sum_}" if sum_ else "Save this payment method"
        content = (
            _order(session),
            cards(session),
            _buttons(
                ("pay", label, "primary"),
                ("decline", "Have the payment declined", "plain"),
                ("cancel", "Cancel and go back", "plain"),
            ),
        )
        return self._form(session, "Review and pay", content)

    def _form(self, session: CheckoutSession, heading: str, content: Any) -> Response:
        token = element("input", type="hidden", name=TOKEN_FIELD, value=self._tokens.of(session.id))
        form = element("form", token, *content, method="post", action=f"/checkout/{session.id}")
        return page(200, laid_out(heading, form), form_targets=_targets(session))

    def _waiting(self, session: CheckoutSession, missing: tuple[str, ...]) -> Response:
        text = "You are signed in. The shop has not said yet what there is to pay."
        told_ = (
            element("p", text),
            element("p", "It still has to set what these constraints name:"),
            element("ul", (element("li", element("code", name)) for name in missing)),
        )
        return page(200, laid_out("Go on in the shop", *told_, _link(session, "review", "Back to the shop")))

    def _approved(self, session: CheckoutSession) -> Response:
        text = "You have agreed to this payment. It is done when the shop completes the checkout."
        link = _link(session, "result", "Back to the shop")
        return page(200, laid_out("Nothing more to do", element("p", text), link))

    def _over(self, session: CheckoutSession) -> Response:
        reason = f" ({session.reason})" if session.reason else ""
        text = f"Its state is {session.state}{reason}, so nothing can be paid here any more."
        way: Way = "cancel" if session.reason == "BuyerCanceled" else "result"
        link = _link(session, way, "Back to the shop")
        return page(200, laid_out("This checkout is over", element("p", text), link))


def told(status: int, heading: str, text: str, *more: Element) -> Response:
    """Return a page that says something."""
    return page(status, laid_out(heading, element("p", text), *more))


def _check(fields: Mapping[str, str]) -> None:
    closed = {"card": tuple(CARDS), "address": tuple(ADDRESSES), "product": get_args(Product)}
    for name, known in closed.items():
        if fields.get(name) and fields[name] not in known:
            raise BadForm(f"{name}: expected one of {', '.join(known)}.")


def _asked(request: Request) -> dict[str, str]:
    """What the query says of the page, as far as it is known."""
    known = {"change": ("address", "payment"), "product": get_args(Product)}
    pairs = (part.partition("=")[::2] for part in (request.query or "").split("&"))
    return {name: value for name, value in pairs if value in known.get(name, ())}


def _is_processed_at_once(session: CheckoutSession) -> bool:
    """Whether the shop gave the address and the amount, and there is no review: api-facts §5.6."""
    return data_of(session.data.get("webCheckoutDetails")).get("checkoutMode") == "ProcessOrder"


def _order(session: CheckoutSession) -> Element:
    metadata = data_of(session.data.get("merchantMetadata"))
    total, amount = session.total, session.charge_amount
    rows = {
        "Shop": metadata.get("merchantStoreName"),
        "Order": metadata.get("merchantReferenceId"),
        "Note": metadata.get("noteToBuyer"),
        "To pay now": f"{amount.wire()['amount']} {amount.currency}" if amount else "nothing",
        "Of a total of": f"{total.wire()['amount']} {total.currency}" if total else None,
        "What happens": _INTENTS.get(session.intent or ""),
        "Delivered to": _destination(session),
    }
    shown = {name: value for name, value in rows.items() if value}
    pairs = (element("div", element("dt", name), element("dd", value)) for name, value in shown.items())
    return element("dl", *pairs, class_="order")


_INTENTS: Final[Mapping[str, str]] = {
    "Confirm": "The shop may charge you later (Confirm).",
    "Authorize": "The amount is reserved until the shop takes it (Authorize).",
    "AuthorizeWithCapture": "The amount is taken at once (AuthorizeWithCapture).",
}


def _destination(session: CheckoutSession) -> str | None:
    if session.product != "PayAndShip":
        return None
    given = data_of(session.data.get("addressDetails"))
    return one_line(given or ADDRESSES[session.address or next(iter(ADDRESSES))])


_LEAVE: Final = ("leave", "Cancel and go back", "plain")
_KEEP: Final = ("keep", "Keep what I have", "plain")


def _buttons(*buttons: tuple[str, str, str]) -> Element:
    made = (
        # only the first wants a choice made
        element(
            "button",
            text,
            type="submit",
            name="deed",
            value=deed,
            class_=kind,
            formnovalidate=kind == "plain",
        )
        for deed, text, kind in buttons
    )
    return element("div", *made, class_="buttons")


def _link(session: CheckoutSession, way: Way, text: str) -> Element | None:
    url = way_back(session, way)
    return element("p", element("a", text, href=url, class_="button")) if url else None


def _targets(session: CheckoutSession) -> list[str]:
    """Where a form of this session may lead: browsers hold a redirect after a form to its policy, too."""
    ways: tuple[Way, ...] = ("review", "result", "cancel")
    return sorted({origin(url) for way in ways if (url := way_back(session, way))})


def laid_out(heading: str, *content: Any) -> str:
    """Return a document of the buyer's, in the frame that all have."""
    banner = element("header", element("p", "Amazon Pay mock", class_="brand"), element("p", NOTICE))
    main = element("main", element("h1", heading), *content)
    return document(heading, banner, main, kind="narrow")


def _unknown() -> Response:
    return told(
        404,
        "There is no such checkout",
        "The mock has no checkout session of that id; perhaps it was started anew.",
    )


def _no_way_back(session: CheckoutSession) -> Response:
    details = element("p", "The shop has set none of the return URLs that would lead you back from here.")
    return page(
        200, laid_out("Go back to the shop", details, element("p", f"Checkout session {session.id}."))
    )
