"""Drives a client in any language: one long-lived child process, JSON Lines on its stdin and stdout.

The order is hello, config, then calls, then bye; every message of the kit's but `bye` has exactly one answer
(docs/drivers.md). A child that breaks that, dies or hangs is ended together with its process group, and what
went wrong becomes a DriverError of one line. Only `error`, by which a driver says that it cannot do what it
was asked, leaves it running.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, cast

from amazonpay_conformance.clients.driver import (
    PROTOCOL_VERSION,
    ClientCall,
    ClientConfig,
    DriverError,
    Hello,
    Result,
)
from amazonpay_conformance.clients.protocol import (
    BYE,
    HELLO,
    Message,
    abridge,
    call_message,
    config_message,
    hello_from,
    one_line,
    result_from,
    sign_button_message,
    violation,
)
from amazonpay_conformance.clients.trust import trust_variables
from amazonpay_conformance.clients.waiting import take
from amazonpay_conformance.wire.redaction import redact_text

_STDERR_LINES = 20
_LONGEST_LINE = 32 * 1024 * 1024
_QUOTED = 120
_NAMES_AN_ERROR = re.compile(
    r"(Exception in thread|Caused by:|[\w.$:]*(Error|Exception)\b|panic:|error:|fatal)", re.I
)
_KILL_SECONDS = 5.0
_POLITE_SECONDS = 2.0  # for a driver to end by itself, and again after SIGTERM


class SubprocessDriver:
    """A Driver that talks to the child process started by `command` (an argument list; no shell).

    `env` is added to the parent's environment, over the variables that make the child trust `ca_file`.
    `start_within` seconds are allowed for each of hello, config and sign_button, a call's deadline plus
    `grace` for the answer to a call.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        *,
        start_within: float = 30.0,
        grace: float = 5.0,
    ) -> None:
        self._command = tuple(command)
        self._env = dict(env or {})
        self._ca_file = ca_file
        self._start_within = start_within
        self._grace = grace
        self._child: _Child | None = None
        self._hello: Hello | None = None
        self._ended = "it was not started: hello() comes first"
        self._asked = 0

    def hello(self) -> Hello:
        """Start the child unless it runs, and return who it says it is.

        Raises:
            DriverError: it cannot be started or does not speak the protocol.
        """
        self._child = self._child or self._start()
        if self._hello is None:
            self._hello = hello_from(self._ask(HELLO, "hello", self._start_within))
        return self._hello

    def configure(self, config: ClientConfig) -> None:
        """Make the child construct its client; one that was started to trust another CA file is started anew.

        Raises:
            DriverError: the client cannot be constructed.
        """
        if config.ca_file not in (None, self._ca_file):
            self.close()
            self._ca_file = config.ca_file
        self.hello()
        self._ask(config_message(config), "ready", self._start_within)

    def call(self, call: ClientCall) -> Result:
        """Make the client perform `call` and return how that ended.

        Raises:
            DriverError: the child died, hung past the deadline, or answered outside the protocol.
        """
        self._asked += 1
        return result_from(self._ask(call_message(self._asked, call), "result", call.deadline + self._grace))

    def sign_button(self, payload: str) -> str:
        """Return the client's base64 signature of a button payload.

        Raises:
            DriverError: as for `call`, or the client cannot sign one.
        """
        self._asked += 1
        answer = self._ask(sign_button_message(self._asked, payload), "signature", self._start_within)
        return str(answer["signature"])

    def remarks(self) -> tuple[str, ...]:
        """Return the last lines that the child wrote on stderr."""
        return self._child.remarks() if self._child is not None else ()

    def close(self) -> None:
        """Say bye and let the child end; one that does not is terminated, then killed."""
        if self._child is not None:
            self._child.send(BYE)
            self._drop("it was closed", polite=True)

    def _start(self) -> _Child:
        environment = {**os.environ, **trust_variables(self._ca_file, os.environ), **self._env}
        try:
            return _Child(self._command, environment)
        except FileNotFoundError:
            raise self._error("there is no such command") from None
        except PermissionError:
            raise self._error("the command is not executable") from None
        except IndexError:
            raise self._error("is an empty command") from None
        except (OSError, ValueError) as error:
            raise self._error(f"cannot be started: {error}") from None

    def _ask(self, message: Message, wanted: str, within: float) -> Message:
        """Send `message` and return its answer, of type `wanted`."""
        if self._child is None:
            raise self._error(f"is not running: {self._ended}")
        about = _about(message)
        try:
            self._child.send(message)
            answer = self._understood(self._heard(self._child, about, within), message, wanted, about)
        except BaseException as error:  # an interrupted conversation is out of step too
            self._drop(str(error))
            raise
        if answer["type"] == "error":
            raise self._error(f"answered {about} with an error: {answer['message']}")
        return answer

    def _heard(self, child: _Child, about: str, within: float) -> bytes:
        try:
            line = child.receive(within)
        except Empty:
            raise self._error(f"hangs: no answer to {about} in {within:g} s{child.last_words()}") from None
        if line is None:
            raise self._error(f"{child.how_it_ended()} before it answered {about}{child.last_words()}")
        return line

    def _understood(self, line: bytes, question: Message, wanted: str, about: str) -> Message:
        """Return the message in `line` if the protocol allows it as the answer to `question`."""
        answer = self._parsed(line)
        objection = _objection(answer, question, wanted)
        if objection:
            raise self._error(f"broke the protocol: answered {about} with {objection}")
        return cast("Message", answer)

    def _parsed(self, line: bytes) -> Any:
        try:
            return json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            said = redact_text(line.decode("utf-8", "replace").strip())[:_QUOTED]
            raise self._error(
                f"printed {said!r}, which is not JSON: stdout is the protocol, logs belong on stderr"
            ) from None

    def _drop(self, why: str, *, polite: bool = False) -> None:
        child, self._child, self._hello, self._ended = self._child, None, None, why
        if child is not None:
            child.end(_POLITE_SECONDS if polite else 0.0)

    def _error(self, what: str) -> DriverError:
        return DriverError(f"driver `{abridge(shlex.join(self._command), 100)}`: {one_line(what)}")


class _Child:
    """A running child: messages in, lines out, and the last that it said on stderr.

    Three daemon threads own the three pipes, so neither a child that does not read nor one that does not
    write can block the kit.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - the command is the user's own, and no shell reads it
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._stderr = cast("IO[bytes]", self._process.stderr)
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._inbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._remarks: deque[str] = deque(maxlen=_STDERR_LINES)
        self._writer = _thread(self._write)
        self._reader = _thread(self._read)
        self._listener = _thread(self._listen)

    def send(self, message: Message) -> None:
        """Hand over a message; what a dead child cannot read any more is noticed when it does not answer."""
        self._outbox.put(json.dumps(message).encode("ascii") + b"\n")

    def receive(self, within: float) -> bytes | None:
        """Return the next line, or None when there will be no more.

        Raises:
            Empty: none came within that many seconds.
        """
        return take(self._inbox, within)

    def how_it_ended(self) -> str:
        """Tell how a child that closed its stdout ended, as a verb."""
        if not self._ended_within(1.0):
            return "closed its stdout"
        code = self._process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"exited with code {code}"

    def last_words(self) -> str:
        """Return the last line on stderr that names an error, else the last one, set off by a colon."""
        if self._process.poll() is not None:
            self._listener.join(timeout=1.0)
        lines = [line for line in tuple(self._remarks) if line]
        telling = [line for line in lines if _NAMES_AN_ERROR.match(line)] or lines
        return f": {telling[-1]}" if telling else ""

    def remarks(self) -> tuple[str, ...]:
        """Return the last lines on stderr."""
        return tuple(self._remarks)

    def end(self, polite_seconds: float) -> None:
        """Close the child's stdin and wait for it to end, then SIGTERM, then SIGKILL; leave no zombie.

        With no seconds for politeness it is killed at once, and with it whatever it had started.
        """
        self._outbox.put(None)
        if polite_seconds and not self._ended_within(polite_seconds):
            self._signal(signal.SIGTERM)
            self._ended_within(polite_seconds)
        self._signal(signal.SIGKILL)
        self._ended_within(_KILL_SECONDS)
        self._close_pipes()

    def _ended_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)
        return self._process.returncode is not None

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)  # it leads its own group: see start_new_session

    def _close_pipes(self) -> None:
        """Close the pipes whose thread is done; closing one that is being read would wait for its reader."""
        self._writer.join(timeout=1.0)  # closes its pipe itself
        for thread, pipe in ((self._reader, self._stdout), (self._listener, self._stderr)):
            thread.join(timeout=1.0)
            if not thread.is_alive():
                pipe.close()

    def _write(self) -> None:
        with suppress(OSError), self._stdin as stdin:
            for line in iter(self._outbox.get, None):
                stdin.write(line)
                stdin.flush()

    def _read(self) -> None:
        for line in _lines(self._stdout):
            self._inbox.put(line)
        self._inbox.put(None)

    def _listen(self) -> None:
        for line in _lines(self._stderr):
            self._remarks.append(line.decode("utf-8", "replace").strip())


def _thread(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, name=f"driver{work.__name__}", daemon=True)
    thread.start()
    return thread


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.readline(_LONGEST_LINE), b"")


def _about(message: Message) -> str:
    """Name a message of the kit's in an error text: `hello`, `call 4 (create_charge)`."""
    words = (
        message["type"],
        message.get("id"),
        f"({message['operation']})" if "operation" in message else None,
    )
    return " ".join(str(word) for word in words if word is not None)


def _objection(answer: Any, question: Message, wanted: str) -> str | None:
    """Return what the protocol has against `answer`, or None."""
    if not isinstance(answer, dict):
        return f"a JSON {type(answer).__name__} where an object was due"
    kind = answer.get("type")
    if kind not in (wanted, "error"):
        return f"type {kind!r} where {wanted!r} was due"
    if kind == "hello" and answer.get("protocol") != PROTOCOL_VERSION:
        return f"protocol version {answer.get('protocol')!r}; this kit speaks {PROTOCOL_VERSION}"
    if kind == wanted and answer.get("id") != question.get("id"):
        return f"id {answer.get('id')!r} where {question.get('id')!r} was due"
    broken = violation(answer)
    return broken and f"a message that breaks its schema at {broken}"
