"""What the buyer picks from: his simulated cards and his address book."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from amazonpay_conformance.mock.pages.document import element
from amazonpay_conformance.model.buyer import ADDRESSES, DEFAULT_ADDRESS
from amazonpay_conformance.model.delivery import not_delivered
from amazonpay_conformance.model.simulation import CARDS, DEFAULT_CARD, PENDS
from amazonpay_conformance.model.world import CheckoutSession, Data


def cards(session: CheckoutSession | None) -> Element:
    """Return the cards to choose one of; the one that was chosen before is chosen."""
    chosen = (session.card if session else None) or DEFAULT_CARD
    can_pend = session is not None and session.may_pend and session.intent == "Authorize"
    options = (
        _option(
            "card",
            card.ending,
            f"Card ending in {card.ending}",
            _card_note(card.ending, can_pend),
            card.ending == chosen,
        )
        for card in CARDS.values()
    )
    return _choice("Payment method", "A simulated card decides what happens.", options)


def addresses(session: CheckoutSession | None) -> Element:
    """Return the addresses to choose one of; those that the shop does not deliver to cannot be chosen."""
    specifications = session.data.get("deliverySpecifications") if session else None
    refusals = {name: not_delivered(specifications, address) for name, address in ADDRESSES.items()}
    usual = (session.address if session else None) or DEFAULT_ADDRESS
    open_to = [name for name, refusal in refusals.items() if refusal is None]
    chosen = usual if usual in open_to else next(iter(open_to), None)
    options = (
        _option(
            "address",
            name,
            one_line(ADDRESSES[name]),
            refusal and f"Not available: {refusal}.",
            name == chosen,
            refused=refusal is not None,
        )
        for name, refusal in refusals.items()
    )
    return _choice("Delivery address", None, options)


def one_line(address: Data) -> str:
    """Return an address in a line."""
    names = ("name", "addressLine1", "addressLine2", "postalCode", "city", "stateOrRegion", "countryCode")
    return ", ".join(str(address[name]) for name in names if address.get(name))


def _card_note(ending: str, can_pend: bool) -> str:
    card = CARDS[ending]
    return (
        card.statement if can_pend or not card.pending else f"{card.statement} Without {PENDS}, it succeeds."
    )


def _choice(legend: str, hint: str | None, options: Iterator[Element]) -> Element:
    told = element("p", hint, class_="hint") if hint else None
    return element("fieldset", element("legend", legend), told, element("div", options, class_="options"))


def _option(
    field: str, value: str, text: str, note: str | None, chosen: bool, *, refused: bool = False
) -> Element:
    name = f"{field}-{value}"
    button = element(
        "input",
        type="radio",
        id=name,
        name=field,
        value=value,
        checked=chosen,
        disabled=refused,
        required=True,
        aria_describedby=f"{name}-note" if note else None,
    )
    label = element("label", text, for_=name)
    told = element("span", note, id=f"{name}-note", class_="note") if note else None
    return element("div", button, element("div", label, told), class_="option")
