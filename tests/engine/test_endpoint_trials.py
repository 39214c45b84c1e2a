"""Trials wait where a shop works after it has answered, and blame nobody for what shows once or anyway."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

import pytest
from amazonpay_conformance.clients.shop import ShopConfig, connect
from amazonpay_conformance.engine.endpoint_trials import TRIALS, Attempt, Endpoint, poster_in_process
from amazonpay_conformance.mock.notifications import MERCHANT_ID
from amazonpay_conformance.model.variants import VARIANTS
from amazonpay_conformance.mutants import endpoint_seams as seams
from amazonpay_conformance.mutants.keys import merchants_key

FEW: Final = tuple(t for t in TRIALS if t.name in ("authorized", "captured", "twice", "busy")) + tuple(
    t for t in TRIALS if t.variants[0] in ("forged-signature", "unsigned")
)


def tried(kind: type, trials: tuple[Any, ...], wait: float) -> Endpoint:
    stage = seams.stage()

    class Adapter:
        @staticmethod
        def connect(config: ShopConfig) -> Mapping[str, Any]:
            shop = kind(config, seams.Network(stage))
            return {"endpoint": shop.endpoint, "order": shop.order, "accepted": shop.accepted}

    places = seams.PLACES
    config = ShopConfig("https://localhost", None, "na", seams.KEY_ID, "", MERCHANT_ID, places.trusted)
    shop = connect(Adapter, config)
    return Attempt(stage, shop, poster_in_process(shop), wait=wait).run(trials)


class AnswersFirst(seams.RightShop):  # type: ignore[misc]
    """The work is done by a thread, a moment later; what cannot be read is tried again."""

    def told(self, envelope: dict[str, Any]) -> int:
        threading.Timer(0.05, self._work, [envelope]).start()
        return 200

    def _work(self, envelope: dict[str, Any]) -> None:
        if super().told(envelope) == 503:
            threading.Timer(0.05, self._work, [envelope]).start()


class AsksItself(seams.RightShop):  # type: ignore[misc]
    """All open orders are read whenever somebody looks."""

    def accepted(self, charge: str) -> int:
        self.charge_changed(charge)
        found: int = super().accepted(charge)
        return found


class StumblesOnce(seams.RightShop):  # type: ignore[misc]
    """The first notification meets a cold cache."""

    cold = True

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        if self.cold:
            self.cold = False
            return 500
        status: int = super().endpoint(headers, body)
        return status


def test_a_shop_that_answers_first_is_waited_for() -> None:
    result = tried(AnswersFirst, FEW, wait=3.0)
    assert result.found == {}
    assert {
        name: result.judged[name] for name in ("NTF-003", "NTF-004", "NTF-012", "NTF-019")
    } == dict.fromkeys(("NTF-003", "NTF-004", "NTF-012", "NTF-019"), 1)


def test_a_shop_that_asks_by_itself_is_not_blamed_for_forgeries() -> None:
    result = tried(AsksItself, FEW, wait=0.3)
    assert "NTF-003" not in result.found
    assert result.skipped["NTF-003"].startswith("the shop reads its orders by itself")


def test_what_shows_once_is_not_told() -> None:
    result = tried(StumblesOnce, FEW, wait=0)
    assert result.found == {}
    assert result.verdict_of("NTF-001") == "pass"


def test_every_variant_but_those_of_the_mock_s_delivery_is_tried() -> None:
    used = {variant for trial in TRIALS for variant in trial.variants}
    assert used == {name for name, row in VARIANTS.items() if row.kind != "delivery"} | {"twice"}


@pytest.mark.parametrize("region", ["eu", "jp"])
def test_an_order_is_made_in_every_region(region: str) -> None:
    stage = type(seams.stage())(seams.KEY_ID, merchants_key().public, seams.kit_key(), region=region)
    for situation in ("captured", "declined", "canceled", "pending"):
        order = stage.order(situation)
        stage.bring(order, situation)
        state = stage.mock.default.service.world.charges[order.charge].state
        assert state.lower() == {"pending": "authorizationinitiated"}.get(situation, situation)
