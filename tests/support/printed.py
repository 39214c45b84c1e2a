"""Runs what the kit prints: against a mock of any class, as a stranger would, or in this process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from amazonpay_conformance.engine.lane import OTHER_KEY_ID, PREFIXED_KEY_ID
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.mock.turns import Turns
from amazonpay_conformance.mock.verbs import PREFIX
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Request, Response


class Stage:
    """Serves fresh mocks to one merchant and, where asked for, another; HTTPS unless `plain`."""

    def __init__(self, key: PrivateKey, directory: Path, *, plain: bool = False) -> None:
        self._merchant = Merchant({PREFIXED_KEY_ID: key.public})
        self._certificates = None if plain else Certificates(directory)
        self._key_file, self._other_file = directory / "key.pem", directory / "other.pem"
        self._key_file.write_text(key.to_pem("pkcs8"), encoding="ascii")
        self._other = generate_private_key()
        self._other_file.write_text(self._other.to_pem("pkcs8"), encoding="ascii")

    @contextmanager
    def serving(
        self, make: Callable[..., Service], *, others: bool = False, turns: Any = None
    ) -> Iterator[dict[str, str]]:
        """Serve a mock; what a printed form needs to know is its environment.

        Args:
            make: makes the service.
            others: whether another merchant is known to it, too.
            turns: lets several callers in at once; one at a time where there is none.
        """
        mock = Mock(self._merchant, make=make)
        if others:
            mock.default.service.admit(Merchant({OTHER_KEY_ID: self._other.public}))
        tls = self._certificates.server_context() if self._certificates else None
        with Server(_open(mock, turns) if turns else site(mock), tls=tls) as server:
            server.at_once = turns is not None
            mock.host = f"localhost:{server.port}"
            yield self._environment(mock.host, others=others)

    def _environment(self, host: str, *, others: bool) -> dict[str, str]:
        known = {
            "AMAZON_PAY_BASE_URL": f"{'https' if self._certificates else 'http'}://{host}",
            "AMAZON_PAY_PUBLIC_KEY_ID": PREFIXED_KEY_ID,
            "AMAZON_PAY_PRIVATE_KEY": str(self._key_file),
        }
        if self._certificates:
            known["AMAZON_PAY_CA_FILE"] = str(self._certificates.ca_file)
        if others:
            known["AMAZON_PAY_OTHER_PUBLIC_KEY_ID"] = OTHER_KEY_ID
            known["AMAZON_PAY_OTHER_PRIVATE_KEY"] = str(self._other_file)
        return known


def _open(mock: Mock, turns: Callable[[Service], Handler]) -> Handler:
    """The site of a mock, but for the API, which lets in whoever comes."""
    controlled = site(mock)
    answer = mock.default.faults.around(turns(mock.default.service))

    def handle(request: Request) -> Response:
        return controlled(request) if request.path.startswith(PREFIX) else answer(request)

    return handle


def in_turns(service: Service) -> Handler:
    """Let callers in at once who are answered one at a time."""
    return Turns(service)


def executed(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command that knows of nothing but its environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def run_here(text: str, environment: Mapping[str, str]) -> str:
    """Run the test of a printed file in this process: "passes", or the first line of why it fails."""
    names: dict[str, Any] = {}
    exec(compile(text, "shown_test.py", "exec"), names)  # noqa: S102 what the kit has just printed
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    with patch.dict(os.environ, environment):
        try:
            test()
        except (AssertionError, pytest.fail.Exception) as failure:
            return str(failure).splitlines()[0]
    return "passes"
