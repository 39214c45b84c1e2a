"""The shop's pages: cart, review, result, orders, and the endpoint for notifications."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from .amazon import Amazon, Refused, Unreachable
from .catalogue import CURRENCY, PRODUCTS, delivery, goods, lines
from .notifications import Forged, Notification, verified
from .orders import STATES, Order, Orders
from .settings import Settings

Page = Any


def create_app(settings: Settings) -> Flask:
    """Return the shop."""
    app = Flask(__name__)
    app.secret_key = settings.secret or secrets.token_hex(32)
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    app.extensions["amazon"] = Amazon(settings)
    app.extensions["orders"] = Orders(settings.database)
    app.before_request(_check_token)
    app.context_processor(_common)
    for rule, view, method in ROUTES:
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    return app


# --- the cart


def start() -> Page:
    return render_template("start.html", products=PRODUCTS.values())


def add() -> Page:
    name = request.form.get("product", "")
    if name not in PRODUCTS:
        abort(404)
    cart = {**_cart(), name: _cart().get(name, 0) + 1}
    session["cart"] = cart
    return redirect(url_for("cart"))


def empty() -> Page:
    session.pop("cart", None)
    return redirect(url_for("cart"))


def cart() -> Page:
    button = _amazon().button(_absolute("review"), _absolute("cart"))
    return render_template("cart.html", lines=lines(_cart()), sum=goods(_cart()), button=json.dumps(button))


# --- checkout


def review() -> Page:
    """The buyer is back from picking card and address: what will it cost him?"""
    session_id = request.args.get("amazonCheckoutSessionId") or session.get("checkout", "")
    if not session_id or not lines(_cart()):
        return redirect(url_for("cart"))
    session["checkout"] = session_id  # nobody else is shown what it holds
    checkout = _amazon().session(session_id)
    if checkout["statusDetails"]["state"] != "Open" or checkout["shippingAddress"] is None:
        flash("That checkout is over. Please start again.")
        return redirect(url_for("cart"))
    address = checkout["shippingAddress"]
    fee = delivery(address["countryCode"])
    return render_template(
        "review.html",
        checkout=checkout,
        address=address,
        lines=lines(_cart()),
        fee=fee,
        total=None if fee is None else goods(_cart()) + fee,
    )


def place() -> Page:
    """The buyer agrees: tell Amazon Pay what there is to pay, and send him there."""
    session_id = session.get("checkout")
    if not session_id or not lines(_cart()):
        return redirect(url_for("cart"))
    checkout = _amazon().session(session_id)
    fee = delivery((checkout["shippingAddress"] or {}).get("countryCode", ""))
    if fee is None:
        flash("We do not deliver to that address.")
        return redirect(url_for("review"))
    total = goods(_cart()) + fee
    text = ", ".join(f"{line.count} × {line.product.name}" for line in lines(_cart()))
    order = _orders().place(session_id, text, total)
    updated = _amazon().set_payment(session_id, total, order.id, _absolute("result"))
    return redirect(updated["webCheckoutDetails"]["amazonPayRedirectUrl"])


def result() -> Page:
    """The buyer is back from paying, or from not paying: complete the checkout, once."""
    session_id = request.args.get("amazonCheckoutSessionId", "")
    order = _orders().of_session(session_id)
    if order is None or session_id != session.get("checkout"):
        abort(404)
    if order.charge is None:
        try:
            completed = _amazon().complete(session_id, order.total)
        except Refused as refusal:
            return _not_paid(order, refusal)
        _take_down(order, completed)
    session.pop("cart", None)
    return redirect(url_for("order", number=order.id))


def _not_paid(order: Order, refusal: Refused) -> Page:
    """A refused Complete is no verdict: the session says what became of the payment."""
    checkout = _amazon().session(order.session)
    if checkout["statusDetails"]["state"] == "Completed":  # another window was faster
        _take_down(order, checkout)
        return redirect(url_for("order", number=order.id))
    _orders().move(order.id, "not paid")
    reason = checkout["statusDetails"]["reasonCode"] or refusal.reason
    declined = reason == "Declined"
    flash(
        "Your payment was declined. Please try another payment method." if declined else "You have not paid."
    )
    session.pop("checkout", None)
    return redirect(url_for("cart"))


def _take_down(order: Order, checkout: dict[str, Any]) -> None:
    _orders().paid(order.id, checkout["chargeId"], checkout["chargePermissionId"])
    if checkout["chargeId"]:
        _read_charge(order.id, checkout["chargeId"])


def _read_charge(order_id: str, charge_id: str) -> None:
    state = _amazon().charge(charge_id)["statusDetails"]["state"]
    _orders().move(order_id, STATES[state])


# --- after the checkout


def orders() -> Page:
    return render_template("orders.html", orders=_orders().all())


def order(number: str) -> Page:
    found = _found(number)
    return render_template("order.html", order=found, refunds=_orders().refunds(number))


def ship(number: str) -> Page:
    """The parcel leaves, so the money is taken."""
    found = _found(number)
    if found.charge is None or found.state != "paid, to be sent":
        flash("This order is not ready to be sent.")
        return redirect(url_for("order", number=number))
    charge = _amazon().capture(found.charge, found.total)
    _orders().move(number, STATES[charge["statusDetails"]["state"]])
    return redirect(url_for("order", number=number))


def refund(number: str) -> Page:
    """Give back a part; whether that works is told later, by a notification."""
    found = _found(number)
    amount = _amount(request.form.get("amount", ""))
    if found.charge is None or not found.state.startswith("sent"):
        flash("There is nothing to give back yet.")
    elif amount is None or not 0 < amount <= found.total:
        flash(f"Please name an amount up to {found.total} {CURRENCY}.")
    else:
        made = _amazon().give_back(found.charge, amount)
        _orders().note_refund(number, made["refundId"], amount, made["statusDetails"]["state"])
    return redirect(url_for("order", number=number))


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


# --- notifications


def notifications() -> Page:
    """Something has changed at Amazon. 4xx is not sent again, 5xx is."""
    hosts = _amazon().settings.certificate_hosts
    try:
        notification = verified(request.get_data(), hosts)
    except Forged as why:
        return Response(f"{why}\n", 400)
    except requests.RequestException:
        return Response("the certificate cannot be had now\n", 503)
    if not _orders().is_new(notification.id, f"{notification.kind} {notification.object_id}"):
        return Response(status=200)
    try:
        _follow(notification)
    except (Refused, Unreachable):
        _orders().forget(notification.id)
        return Response("ask again\n", 503)
    return Response(status=200)


def _follow(notification: Notification) -> None:
    """Ask what became of the object, if it is one of ours."""
    if notification.kind == "CHARGE":
        found = _orders().of_charge(notification.object_id)
        if found is not None:
            _read_charge(found.id, notification.object_id)
    elif notification.kind == "REFUND":
        state = _amazon().refund(notification.object_id)["statusDetails"]["state"]
        _orders().move_refund(notification.object_id, state)


# --- what all pages need


def _amazon() -> Amazon:
    found: Amazon = current_app.extensions["amazon"]
    return found


def _orders() -> Orders:
    found: Orders = current_app.extensions["orders"]
    return found


def _cart() -> dict[str, int]:
    return dict(session.get("cart", {}))


def _found(number: str) -> Order:
    found = _orders().get(number)
    if found is None:
        abort(404)
    return found


def _absolute(view: str) -> str:
    return url_for(view, _external=True)


def _token() -> str:
    if "token" not in session:
        session["token"] = secrets.token_hex(16)
    return str(session["token"])


def _check_token() -> None:
    """Forms are the shop's own; a notification proves itself by its signature."""
    if request.method != "POST" or request.endpoint == "notifications":
        return
    if not hmac.compare_digest(request.form.get("token", "").encode(), _token().encode()):
        abort(400, "This form is not of this shop, or too old. Load the page again.")


def _common() -> dict[str, Any]:
    settings = _amazon().settings
    return {
        "currency": CURRENCY,
        "count": sum(_cart().values()),
        "script": settings.script,
        "token": _token(),
    }


ROUTES: tuple[tuple[str, Callable[..., Page], str], ...] = (
    ("/", start, "GET"),
    ("/cart", cart, "GET"),
    ("/cart/add", add, "POST"),
    ("/cart/empty", empty, "POST"),
    ("/review", review, "GET"),
    ("/place", place, "POST"),
    ("/result", result, "GET"),
    ("/orders", orders, "GET"),
    ("/orders/<number>", order, "GET"),
    ("/orders/<number>/ship", ship, "POST"),
    ("/orders/<number>/refund", refund, "POST"),
    ("/notifications", notifications, "POST"),
)
