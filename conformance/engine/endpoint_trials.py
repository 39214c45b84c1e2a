"""The trials of a notification endpoint, a row a trial, and how they are made.

In each an order of its own is in some state at the mock, the shop is told of it in some way, and what it does
then is looked at. What is found is tried again, with another order: only what shows twice is told.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from amazonpay_conformance.checks.check import Judgement, Problem
from amazonpay_conformance.checks.judge import judge_notice
from amazonpay_conformance.checks.subject import Answered, Notified, Reached, Situation
from amazonpay_conformance.clients.shop import Shop
from amazonpay_conformance.engine.stage import Order, Stage
from amazonpay_conformance.mock.notifications import About, Post
from amazonpay_conformance.mock.postman import Delivery
from amazonpay_conformance.model.notifications import PATIENCE_SECONDS
from amazonpay_conformance.model.requirements import REQUIREMENTS
from amazonpay_conformance.model.variants import VARIANTS

Poster = Callable[[Post], Delivery]

BUSY_TIMES: Final = 1_000
SETTLING_SECONDS: Final = 0.2
"""At least so long a shop has for what it must not do."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: in which situation, with which variants in turn; `object_type` where it is no charge."""

    name: str
    situation: Situation
    variants: tuple[str, ...] = ("true",)
    object_type: str = "CHARGE"


TRIALS: Final[tuple[Trial, ...]] = (
    Trial("authorized", "authorized"),
    Trial("captured", "captured"),
    Trial("pending", "pending"),
    Trial("declined", "declined"),
    Trial("canceled", "canceled"),
    Trial("twice", "captured", ("true", "twice")),
    Trial("reordered", "captured", ("true", "true")),
    *(
        Trial("forged", "captured", (row.name,))
        for row in VARIANTS.values()
        if row.kind == "forged" and row.name != "rubbish"
    ),
    Trial("strange", "captured", ("strange-object",)),
    Trial("strange", "captured", ("strange-change",)),
    Trial("subject", "captured", ("subject",)),
    Trial("unknown", "nowhere"),
    Trial("chargeback", "nowhere", object_type="CHARGEBACK"),
    Trial("rubbish", "captured", ("rubbish",)),
    Trial("busy", "captured"),
)

FORGED: Final = ("NTF-003", "NTF-004", "NTF-005", "NTF-006", "NTF-007")
"""What shows only if a shop is seen to do something about what is true."""

OF_TAKEN: Final = (*(f"NTF-{n:03}" for n in range(10, 18)), "NTF-020")
"""What is not judged of an endpoint that takes nothing: NTF-001 says so once, the rest would say nothing."""

OF_ORDERS: Final = ("NTF-010", "NTF-011", "NTF-014")
"""What shows only in what the shop takes for paid."""


@dataclass(slots=True)
class Fault:
    """A requirement that did not hold: what was seen first, in which trial, and in how many."""

    check: str
    problem: Problem
    notified: Notified
    count: int = 1

    @property
    def hint(self) -> str:
        """What to do about it, "" where there is nothing to say."""
        hint = self.problem.hint
        return hint() if callable(hint) else hint


@dataclass
class Endpoint:
    """What came of all trials; `skipped` says of a requirement why it was not judged."""

    judged: Counter[str] = field(default_factory=Counter)
    found: dict[str, Fault] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    trials: int = 0
    posts: int = 0
    reached: bool = False
    """Whether anything at all was answered."""

    def verdict_of(self, requirement: str) -> str:
        """Return the verdict on a requirement: pass, warning, fail, not exercised."""
        if requirement in self.found:
            return "fail" if REQUIREMENTS[requirement].level == "MUST" else "warning"
        return "pass" if self.judged[requirement] else "not exercised"

    @property
    def verdict(self) -> str:
        """Return the verdict on the endpoint."""
        verdicts = {self.verdict_of(name) for name in REQUIREMENTS_HERE}
        return next(v for v in ("fail", "warning", "pass", "not exercised") if v in verdicts)


REQUIREMENTS_HERE: Final = tuple(name for name in REQUIREMENTS if name.startswith("NTF-"))


@dataclass
class Attempt:
    """All trials of one endpoint.

    `wait` is how long at most something is waited for that should come, in seconds; 0 where whatever the shop
    does is done when it answers. `deadline` is how long an answer may take.
    """

    stage: Stage
    shop: Shop
    poster: Poster
    wait: float = 5.0
    deadline: float = PATIENCE_SECONDS
    told: Callable[[Trial, Notified], None] = lambda _, __: None
    endpoint: Endpoint = field(default_factory=Endpoint)
    _settling: float = 0.0
    _shows: bool = False
    _takes: bool = False
    _asks_itself: bool = False
    _looked: bool = False

    def run(self, trials: tuple[Trial, ...] = TRIALS) -> Endpoint:
        """Make every trial.

        Raises:
            BrokenShop: the adapter of the shop raised.
        """
        for trial in trials:
            notified = self._made(trial)
            self.told(trial, notified)
            again: Notified | None = None
            for judgement in self._judged(notified):
                if judgement.problems and again is None:
                    again = self._made(trial)
                self._take_down(judgement, notified, again)
        self._explain()
        return self.endpoint

    def _judged(self, notified: Notified) -> Iterator[Judgement]:
        self._takes = self._takes or (notified.trial == "captured" and notified.first.is_good)
        hidden = set[str]()
        if not self._shows or self._asks_itself:
            hidden.update(FORGED)
        if not self._takes:
            hidden.update(OF_TAKEN)
        if "NTF-014" in self.endpoint.found:
            hidden.add("NTF-013")  # an order that is never paid is not paid in any order
        return (one for one in judge_notice(notified) if one.requirement not in hidden)

    def _take_down(self, judgement: Judgement, notified: Notified, again: Notified | None) -> None:
        name = judgement.requirement
        self.endpoint.judged[name] += 1
        if not judgement.problems or again is None:
            return
        repeated = {j.check for j in judge_notice(again) if j.problems}
        if judgement.check not in repeated:
            return
        if name in self.endpoint.found:
            self.endpoint.found[name].count += 1
        else:
            self.endpoint.found[name] = Fault(judgement.check, judgement.problems[0], notified)

    # --- one trial

    def _made(self, trial: Trial) -> Notified:
        order = self.stage.order(trial.situation)
        if trial.name != "unknown":
            self.shop.order(order.told())
        self.stage.bring(order, trial.situation)
        about = _about(trial, order)
        began = self.stage.mark()
        self._see_whether_it_asks(trial, order, began)
        busy = trial.name == "busy"
        self.stage.spoil(BUSY_TIMES if busy else 0)
        answers, calls = self._posted(trial, order, about)
        if busy:
            more = self._recovered(trial, order, about, answers)
            answers, calls = (*answers, *more[0]), (*calls, *more[1])
        self.endpoint.trials += 1
        return Notified(
            trial.name,
            trial.situation,
            answers,
            calls,
            self._accepted(order),
            self._visited(),
            busy,
            self.deadline,
        )

    def _posted(
        self, trial: Trial, order: Order, about: About
    ) -> tuple[tuple[Answered, ...], tuple[Reached, ...]]:
        answers: list[Answered] = []
        calls: list[Reached] = []
        first = self.stage.post(about, trial.variants[0])
        posts = [first, *(first if v == "twice" else self.stage.post(about, v) for v in trial.variants[1:])]
        if trial.name == "reordered":
            posts.reverse()  # what was published first comes last
        for number, post in enumerate(posts, 1):
            mark = self.stage.mark()
            answers.append(self._delivered(post, again=number > 1 and post is first))
            self._settle(trial, order, about, mark)
            calls += self.stage.reached(mark, order, about.object_id, number)
        return tuple(answers), tuple(calls)

    def _recovered(
        self, trial: Trial, order: Order, about: About, answers: tuple[Answered, ...]
    ) -> tuple[tuple[Answered, ...], tuple[Reached, ...]]:
        """The service can be read again; what was not taken comes again, as SNS would send it."""
        self.stage.spoil(0)
        mark = self.stage.mark()
        again = (self._delivered(self.stage.post(about, "true"), again=True),) if answers[0].is_error else ()
        self._settle(trial, order, about, mark)
        return again, tuple(self.stage.reached(mark, order, about.object_id, 2))

    def _delivered(self, post: Post, *, again: bool) -> Answered:
        came = self.poster(post)
        self.endpoint.posts += 1
        self.endpoint.reached = self.endpoint.reached or came.status is not None
        return Answered(post.variant, came.status, came.seconds, again)

    def _settle(self, trial: Trial, order: Order, about: About, mark: int) -> None:
        """Wait for what should come, or for as long as that took before where nothing should."""
        if not self.wait:
            self._shows = self._shows or self._acted(order, about, mark)
            return
        first = trial.name in ("authorized", "captured")
        expects = first or (self._shows and trial.name in ("twice", "reordered", "busy"))
        began = time.monotonic()
        limit = self.wait if expects else max(SETTLING_SECONDS, 2 * self._settling)
        while time.monotonic() - began < limit:
            if expects and self._acted(order, about, mark):
                self._shows = True
                self._settling = max(self._settling, time.monotonic() - began)
                limit = min(limit, time.monotonic() - began + SETTLING_SECONDS)  # more may follow
                expects = False
            time.sleep(0.02)

    def _acted(self, order: Order, about: About, mark: int) -> bool:
        return bool(self._accepted(order)) or any(self.stage.reached(mark, order, about.object_id, 1))

    def _see_whether_it_asks(self, trial: Trial, order: Order, began: int) -> None:
        """A shop that reads its orders by a clock of its own would be blamed for what it does anyway."""
        if trial.name != "forged" or not self.wait or self._looked:
            return
        self._looked = True
        time.sleep(max(SETTLING_SECONDS, 2 * self._settling))
        if any(self.stage.reached(began, order, order.charge, 0)) or self._accepted(order):
            self._asks_itself = True

    def _accepted(self, order: Order) -> int | None:
        return self.shop.accepted(order.charge)

    def _visited(self) -> bool:
        visited, self.stage.baited = self.stage.baited > 0, 0
        return visited

    def _explain(self) -> None:
        """Say of what was not judged why."""
        why: dict[str, str] = {}
        if self._asks_itself:
            why.update(dict.fromkeys(FORGED, "the shop reads its orders by itself, so nothing shows why"))
        elif not self._shows:
            why.update(dict.fromkeys(FORGED, "nothing shows that the endpoint does anything at all"))
        if not self._takes:
            why.update(dict.fromkeys(OF_TAKEN, "no true notification is taken, see NTF-001"))
        elif "NTF-014" in self.endpoint.found:
            why["NTF-013"] = "no order is taken for paid, see NTF-014"
        if not self.shop.tells_orders:
            why.update(dict.fromkeys(OF_ORDERS, "the shop cannot be asked what it takes for paid"))
        for name in REQUIREMENTS_HERE:
            if not self.endpoint.judged[name]:
                self.endpoint.skipped[name] = why.get(name, "nothing was done that would show it")


def _about(trial: Trial, order: Order) -> About:
    if trial.name == "unknown":
        permission = _other_id(order.permission)
        return About("CHARGE", f"{permission}-C000000", permission)
    if trial.object_type == "CHARGEBACK":
        return About("CHARGEBACK", f"{order.permission}-B000000", order.permission)
    return About("CHARGE", order.charge, order.permission)


def _other_id(permission: str) -> str:
    """An id of which the mock does not know."""
    digits = f"{uuid.uuid4().int % 10**14:014}"
    return f"{permission[:4]}{digits[:7]}-{digits[7:]}"


def poster_in_process(shop: Shop) -> Poster:
    """Return what hands notifications to an endpoint that is a function."""

    def post(post: Post) -> Delivery:
        began = time.perf_counter()
        headers: Mapping[str, str] = post.headers
        try:
            status = shop.endpoint(headers, post.body)  # type: ignore[operator]
        except Exception as problem:
            return Delivery(500, time.perf_counter() - began, type(problem).__name__)
        return Delivery(int(status), time.perf_counter() - began)

    return post
