"""The way from a pressed button to the buyer's page, and Amazon Sign-in, which has no session.

Source: api-facts §12, §15.1, §15.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from amazonpay_conformance.mock.namespaces import Mock, Namespace
from amazonpay_conformance.mock.pages.buyer import laid_out, told
from amazonpay_conformance.mock.pages.document import element, page, redirect
from amazonpay_conformance.mock.pages.forms import TOKEN_FIELD, BadForm, Tokens, fields_of
from amazonpay_conformance.mock.pages.returns import BUYER_FIELD, is_web, origin, with_query
from amazonpay_conformance.mock.press import Press
from amazonpay_conformance.mock.service import RefusedSession
from amazonpay_conformance.model.buyer import BUYER
from amazonpay_conformance.model.records import GIVEN_BUYER
from amazonpay_conformance.wire.messages import Request, Response


class SignIn:
    """What a button leads to."""

    def __init__(self, mock: Mock, tokens: Tokens) -> None:
        self._mock = mock
        self._tokens = tokens

    def press(self, request: Request, _: Mapping[str, str]) -> Response:
        """Take a button that was pressed on a shop's page: judge it, and open what it is for."""
        try:
            press = Press.of(fields_of(request))
        except BadForm as problem:
            return told(400, "This button cannot be used", str(problem))
        with self._mock.lock:
            namespace = self._namespace(press)
            namespace.pressed(press)
            key = namespace.service.merchant.keys.get(press.public_key_id)
            problem_ = press.problem(key)
            if problem_ is not None:
                return told(400, "This button cannot be used", problem_)
            try:
                return self._opened(namespace, press)
            except BadForm as problem:
                return told(400, "This button cannot be used", str(problem))

    def sign_in(self, request: Request, _: Mapping[str, str]) -> Response:
        """Send a buyer who has signed in without a checkout back to the shop, with a token or without."""
        try:
            fields = fields_of(request)
            goal = fields.get("goal", "")
            self._tokens.check(goal, fields)
        except BadForm as problem:
            return told(400, "This form cannot be used", str(problem))
        return redirect(goal)

    def _namespace(self, press: Press) -> Namespace:
        named = (n for n in self._mock.namespaces.values() if press.public_key_id in n.service.merchant.keys)
        return next(named, self._mock.default)

    def _opened(self, namespace: Namespace, press: Press) -> Response:
        body = press.body()
        if press.product == "SignIn":
            return self._asked_who(body)
        try:
            session_id = namespace.service.open_session(body)
        except RefusedSession as refusal:
            raise BadForm(f"The payload is refused: {refusal}.") from None
        product = {"product": press.product} if press.product != "PayAndShip" else {}
        query = f"?{urlencode(product)}" if product else ""
        return redirect(f"/checkout/{session_id}{query}")

    def _asked_who(self, body: Mapping[str, Any]) -> Response:
        goal = with_query(body["signInReturnUrl"], BUYER_FIELD, GIVEN_BUYER)
        forms = [self._way(goal, f"Sign in as {BUYER['name']}", "primary")]
        cancel = body.get("signInCancelUrl")
        if is_web(cancel):
            forms.append(self._way(cancel, "Cancel and go back", "plain"))
        lead = element("p", f"{BUYER['name']} ({BUYER['email']}) is the mock's only buyer.", class_="lead")
        text = laid_out("Amazon Sign-in", lead, element("div", forms, class_="buttons"))
        return page(
            200, text, form_targets=sorted({origin(goal), *([origin(cancel)] if is_web(cancel) else [])})
        )

    def _way(self, goal: str, text: str, kind: str) -> Any:
        return element(
            "form",
            element("input", type="hidden", name=TOKEN_FIELD, value=self._tokens.of(goal)),
            element("input", type="hidden", name="goal", value=goal),
            element("button", text, type="submit", class_=kind),
            method="post",
            action="/checkout/sign-in",
        )
