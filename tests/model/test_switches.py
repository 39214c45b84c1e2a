"""Every question that the facts leave open has its switch, and every switch decides something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import amazonpay_conformance
import pytest
from amazonpay_conformance.model.rules import RULES, UNCERTAIN, Rule
from amazonpay_conformance.model.simulation import SIMULATION_ROWS
from amazonpay_conformance.model.switches import (
    DEFAULTS,
    NOT_SWITCHED,
    SWITCHES,
    BadSwitch,
    Settings,
    Switch,
)

FACTS = (Path(__file__).parents[2] / "docs" / "api-facts.md").read_text(encoding="utf-8")
PACKAGE = Path(amazonpay_conformance.__file__).parent

# a distinctive part of every line of the fact base that has the tag [?] → what stands for it
OPEN_FACTS = {
    "200 (202 if pending [?])": {"finalize-pending"},
    "MissingHeaderValue` or `MissingHeader` [?": {"missing-header-code"},
    "localhost tolerated in sandbox [?]": {"localhost-urls"},
    "| recurringMetadata | object | yes if Recurring [?]": {"recurring-metadata"},
    "a field not sent keeps its value [?]": {"patch"},
    "(-> 400 `InvalidParameterCombination` [?])": {"pending-with-capture"},
    ">= chargeAmount [?]": {"total-below-charge"},
    "each merchantMetadata value settable once or many times": {"metadata-updates"},
    "true with captureNow=true not allowed [?]": {"capture-now-with-pending"},
    "(mandated for PMOF [?])": {"charge-initiator"},
    "string <=255 [? length]": {"cancellation-reason"},
    "B from the legacy API [?]": {"recurring-prefix"},
    "(and reserved by open authorizations [?])": {"open-authorizations"},
    "Afterwards null [?]": {"buyer-data"},
    "object deleted (then 404 `ResourceNotFound` [?])": {"deleted-session"},
    "NonChargeable assumed [?]": {"§3.2 a permission's TransactionAmountExceeded"},
    "Complete with Authorize, no larger totalOrderAmount": {"charge-in-progress"},
    "Create Charge consuming full balance, captureNow=false": {"charge-in-progress"},
    "charge AmazonRejected | Closed; reason `AmazonCanceled` assumed [?]": {"rejected-permission"},
    "whether a Declined Charge exists behind it is unknown [?]": {
        "§4.3 a declined charge behind a refused Create Charge"
    },
    "| Authorize | false | 200 | Authorized | NonChargeable/ChargeInProgress [?]": {"charge-in-progress"},
    "`ShippingAddressNotSet`, `PaymentMethodNotSet` etc.": {"further-constraints"},
    "No rule on the sum of prices was found [?]": {"multi-address-sum"},
    "on which operation was not visible, Update assumed [?]": {"checkout-mode-at-update"},
    "release of remainder to permission balance [?]": {"captured-remainder"},
    "whether the headroom is per refund or cumulative": {"refund-headroom"},
    "default 10 behind a switch": {"refund-count"},
    "zero/negative -> 400 InvalidParameterValue": {"zero-amount"},
    '(`"14"` = `"14.00"` is the safe reading [?])': {"amount-spelling"},
    "unmet prerequisite, or simulation in live": {
        "simulation-prerequisite",
        "§7 a simulation in the live environment",
    },
    "(same key would replay the stored decline [?])": {"refused-keys"},
    "needs Authorize + pending allowed [?]": {"simulation-prerequisite"},
    "AmazonRejected also closes permission": {"rejected-permission", "declined-permission"},
    "`Pending...` variants (exact spellings not recovered)": {"pending-simulations"},
    "a decline code exists (AmazonRejected / ProcessingFailure likely)": {"refund-simulations"},
    "Replay HTTP status: not stated": {"replay-status"},
    "while the first one is still being handled": {"concurrent-duplicates"},
    "Are stored responses only successes or also 4xx/422?": {"refused-keys"},
    "Environment: sandbox and live have separate key spaces": {"§9 key spaces of sandbox and live"},
    "Key longer/illegal chars": {"ill-formed-key"},
    "Clock skew: no figure found in any source [?]": {"date-skew"},
    "v2 from SNS general knowledge [?]": {"notification-signature"},
    "Whether synchronous transitions (sync capture, merchant cancel) also notify": {
        "synchronous-notifications"
    },
    "`algorithm` left out: pages older than V2": {"§15.1 the algorithm of a button that names none"},
    "and where he goes if none is set [?]": {"§15.3 the way back of a buyer who cancels"},
}

CONTRADICTIONS = {
    1: "§13.1 prose names of charge states",
    2: "§13.2 the 7 days of the introduction",
    3: "closed-reasons",
    4: "permission-closes",
    5: "canceled-session-code",
    6: "converted-amount",
    7: "notification-keys",
    8: "frequency-value",
    9: "number-amounts",
    10: "extended-date",
    11: "region-spelling",
    12: "signed-headers-case",
    13: "simulation-elsewhere",
    14: "unsigned-simulation",
    15: "missing-header-code",
    16: "§13.16 final line of the canonical request",
    17: "environment-path",
    18: "recurring-expiry",
    19: "report-schedule-status",
    20: "dispute-timestamps",
    21: "§13.21 InvalidCheckoutSessionStatus for Complete",
    22: "§13.22 a stray colon in a test",
}

UNANSWERED = {
    "clock skew tolerance": {"date-skew"},
    "whether a *capture* decline": {"capture-decline"},
    "replay status": {"replay-status"},
    "whether 4xx are stored for idempotency": {"refused-keys"},
    "max refund count": {"refund-count"},
    "exact `Pending...` simulation codes": {"pending-simulations"},
    "refund simulation codes": {"refund-simulations"},
    "whether ChargeInProgress blocks a permission": {"charge-in-progress"},
    "balance treatment of open authorizations": {"open-authorizations"},
    "IPN for synchronous transitions": {"synchronous-notifications"},
    "state in which merchantMetadata of a permission becomes read-only": {"metadata-updates"},
    "Retry-After on 429": {"§13 (open) Retry-After on 429"},
    "max length of cancellationReason and return URLs": {
        "cancellation-reason",
        "§13 (open) length of return URLs",
    },
    "PATCH merge vs replace": {"patch"},
    "HTTP status for deleted sessions": {"deleted-session"},
}

every_switch = pytest.mark.parametrize("switch", SWITCHES.values(), ids=lambda switch: switch.id)


def open_lines() -> Iterator[str]:
    facts = FACTS[FACTS.index("\n## 1. ") : FACTS.index("\n## 13. ")] + FACTS[FACTS.index("\n## 15. ") :]
    return (line for line in facts.splitlines() if re.search(r"\[\?|\| \[S\] / \[\?\]", line))


def test_every_open_fact_has_a_switch_or_a_reason_for_none() -> None:
    claimed = set(OPEN_FACTS)
    for line in open_lines():
        fragments = {fragment for fragment in OPEN_FACTS if fragment in line}
        assert fragments, f"nothing stands for: {line}"
        claimed -= fragments
    assert not claimed, "no longer in the fact base"


def test_every_contradiction_has_a_switch_or_a_reason_for_none() -> None:
    rows = re.findall(r"^\| (\d+) \| ", FACTS[FACTS.index("\n## 13. ") :], re.MULTILINE)
    assert [int(row) for row in rows] == list(CONTRADICTIONS)


def test_every_unanswered_question_has_a_switch_or_a_reason_for_none() -> None:
    (line,) = re.findall(r"^Open \(no source\): (.*)$", FACTS, re.MULTILINE)
    for question in line.split("; "):
        assert any(question.startswith(known) for known in UNANSWERED), question


def test_what_stands_for_a_question_exists_and_nothing_else_does() -> None:
    sets = (*OPEN_FACTS.values(), *UNANSWERED.values(), set(CONTRADICTIONS.values()))
    named = set().union(*sets)
    assert named <= set(SWITCHES) | set(NOT_SWITCHED)
    assert set(NOT_SWITCHED) <= named
    assert all(NOT_SWITCHED.values())


@every_switch
def test_a_switch_is_a_question_with_choices_and_a_source(switch: Switch) -> None:
    assert switch.question.endswith("?")
    assert len(switch.choices) >= 2
    assert all(switch.choices.values())
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", switch.id)
    assert switch.tag in ("?", "I")


@every_switch
def test_a_switch_decides_something(switch: Switch) -> None:
    """Something outside the table reads it: a rule, a simulation, the interpreter, the mock."""
    names = {rule.switch.partition("=")[0] for rule in RULES} | {rule.picks for rule in RULES}
    names |= {row.switch for row in SIMULATION_ROWS}
    sources = [*PACKAGE.glob("model/*.py"), *PACKAGE.glob("mock/*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources if path.name != "switches.py")
    assert switch.id in names or f'"{switch.id}' in code


@pytest.mark.parametrize("rule", UNCERTAIN.values(), ids=lambda rule: rule.id)
def test_an_uncertain_rule_is_governed_by_a_choice_that_there_is(rule: Rule) -> None:
    name, _, choices = rule.switch.partition("=")
    if name:
        assert set(choices.split("|")) <= set(SWITCHES[name].choices)
    else:
        assert rule.id in NEVER_ENFORCED


NEVER_ENFORCED = {
    # their refusal is permitted, and the mock never comes to it: its own state tells it more
    *("PRM-R03", "PRM-R09", "CHG-R12"),  # a permission that was given to the kit: its history is not known
    *("PRM-R07", "PRM-R08", "CHG-R15"),  # a permission that may have closed of itself
}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.picks], ids=lambda rule: rule.id)
def test_a_switch_that_picks_an_error_has_a_choice_for_each(rule: Rule) -> None:
    assert len(SWITCHES[rule.picks].choices) == len(rule.errors)
    for choice in SWITCHES[rule.picks].choices:
        answers = rule.answers(Settings.of({rule.picks: choice}))
        assert answers[0][0] == rule.errors[list(SWITCHES[rule.picks].choices).index(choice)]
        assert answers[0][1] == ((rule.picks, choice),)
        assert {pair for pair, _ in answers} == set(rule.errors)


def test_settings_hold_what_differs_from_the_default() -> None:
    settings = Settings.parse(["replay-status=200", "patch=merge"])
    assert settings.choice("replay-status") == "200"
    assert settings.choice("patch") == "merge"
    assert settings == Settings.of({"replay-status": "200"})
    assert Settings.parse([]) == DEFAULTS
    assert settings.has("replay-status=original|200")
    assert not settings.has("replay-status=original")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("replay-staus=200", "no switch 'replay-staus'; did you mean replay-status?"),
        ("colour=red", "no switch 'colour'; docs/model.md lists them"),
        ("replay-status=201", "switch replay-status: '201' is none of original, 200"),
        ("replay-status", "'replay-status': expected NAME=CHOICE, as replay-status=original"),
    ],
)
def test_a_bad_switch_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(BadSwitch, match=re.escape(told)):
        Settings.parse([text])
