"""What is to be posted to a merchant's endpoints, and when. No I/O, no clock of its own.

Each notification is a letter to each endpoint. They go out in the order in which things happened; what is not
taken goes again hourly, three times (api-facts §11.4). On demand a letter is lost, doubled, late, put behind
the next one, or forged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.mock.notifications import About, Post
from amazonpay_conformance.model.notifications import RETRIES, RETRY_SECONDS
from amazonpay_conformance.model.variants import VARIANTS

Fate: TypeAlias = Literal["waiting", "held", "lost", "answered", "given up"]

KEPT: Final = 1_000
"""Letters that are kept to be looked at."""

_DONE: Final = ("lost", "answered", "given up")


@dataclass(frozen=True, slots=True)
class Letter:
    """A notification to one endpoint.

    `due` is when it goes, on the mock's clock; `tries` how often it went; `status` what it was answered last,
    None where it was not, and `why`.
    """

    number: int
    post: Post
    endpoint: str
    due: int
    fate: Fate = "waiting"
    tries: int = 0
    status: int | None = None
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it goes no more."""
        return self.fate in _DONE


@dataclass
class Outbox:
    """The letters, oldest first, and what is to become of the next notifications."""

    letters: deque[Letter] = field(default_factory=lambda: deque(maxlen=KEPT))
    coming: deque[str] = field(default_factory=deque)
    """Variants of the next notifications, one a notification."""
    _numbers: int = 0

    def script(self, variant: str, times: int = 1) -> None:
        """Let the next notifications be of a variant.

        Raises:
            KeyError: there is no such variant.
        """
        name = VARIANTS[variant].name
        self.coming.extend([name] * times)

    def put(
        self, about: About, endpoints: tuple[str, ...], now: int, write: Callable[[About, str], Post]
    ) -> None:
        """Put a notification in for every endpoint.

        Args:
            about: what it tells of.
            endpoints: where it goes.
            now: the mock's time.
            write: makes the post of a variant.
        """
        variant = self.coming.popleft() if self.coming else "true"
        self.send(about, endpoints, now, write, variant)

    def send(
        self,
        about: About,
        endpoints: tuple[str, ...],
        now: int,
        write: Callable[[About, str], Post],
        variant: str,
    ) -> tuple[int, ...]:
        """Put a notification of a variant in for every endpoint; what was held goes behind it.

        Returns:
            The numbers of its letters.
        """
        before = self._numbers
        held = [letter for letter in self.letters if letter.fate == "held"]
        post = write(about, variant)
        for endpoint in endpoints:
            self._add(post, endpoint, now, variant)
            if variant == "twice":
                self._add(post, endpoint, now, variant)
        numbers = tuple(range(before + 1, self._numbers + 1))
        for letter in held:
            self._numbers += 1
            self._change(letter, replace(letter, number=self._numbers, due=now, fate="waiting"))
        return numbers

    def due(self, now: int) -> Letter | None:
        """Return the letter that goes next, None where none is due."""
        waiting = (letter for letter in self.letters if letter.fate == "waiting" and letter.due <= now)
        return min(waiting, key=lambda letter: (letter.due, letter.number), default=None)

    def came(self, letter: Letter, status: int | None, why: str, now: int) -> Letter | None:
        """Take down what came back; return the letter as it is now, None where it was forgotten meanwhile."""
        if letter not in self.letters:
            return None
        tries = letter.tries + 1
        final = status is not None and status < 500
        fate: Fate = "answered" if final else "given up" if tries > RETRIES else "waiting"
        changed = replace(
            letter, tries=tries, status=status, why=why, fate=fate, due=now + (0 if final else RETRY_SECONDS)
        )
        self._change(letter, changed)
        return changed

    def open(self) -> Iterator[Letter]:
        """Yield the letters that are still to go."""
        return (letter for letter in self.letters if not letter.is_done)

    def _add(self, post: Post, endpoint: str, now: int, variant: str) -> None:
        self._numbers += 1
        fate: Fate = {"lost": "lost", "reordered": "held"}.get(variant, "waiting")  # type: ignore[assignment]
        due = now + (RETRY_SECONDS if variant == "late" else 0)
        self.letters.append(Letter(self._numbers, post, endpoint, due, fate))

    def _change(self, letter: Letter, changed: Letter) -> None:
        self.letters[self.letters.index(letter)] = changed
