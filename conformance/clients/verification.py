"""Whether a client's process still verifies certificates: what can honestly be seen of it.

A client in this very process is one with us: we ask the libraries that other code would use. Of a process of
its own there is only what it says on stderr: Node warns there when verification is switched off for all.
"""

from __future__ import annotations

import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

from amazonpay_conformance.clients.driver import Driver
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.clients.subprocess_driver import SubprocessDriver

NODE_VARIABLE: Final = "NODE_TLS_REJECT_UNAUTHORIZED"
PROBE_SECONDS: Final = 3.0


def signs_of_no_verification(driver: Driver, bad_url: str, language: str) -> tuple[str, ...] | str:
    """Return what shows that the process of a client verifies no certificate any more.

    Args:
        driver: the driver, after the client has made calls.
        bad_url: a server whose certificate nobody trusts.
        language: in which the client is written.

    Returns:
        The signs, none where it verifies; or, as a text, why that cannot be seen.
    """
    if isinstance(driver, PythonDriver):
        return tuple(_libraries_that_accept(bad_url))
    if not isinstance(driver, SubprocessDriver) or language.lower() not in ("javascript", "typescript"):
        return f"what a process of its own does beside the client's calls is not visible ({language})"
    if os.environ.get(NODE_VARIABLE) == "0":
        return f"{NODE_VARIABLE}=0 is set in your environment, so the client is not to blame: unset it"
    warned = any(NODE_VARIABLE in line for line in driver.remarks())
    return (f"Node warns that {NODE_VARIABLE} was set to 0 by the client",) if warned else ()


def _libraries_that_accept(url: str) -> list[str]:
    found = []
    # what http.client and urllib call when they are given no context
    if ssl._create_default_https_context is not ssl.create_default_context:
        found.append("ssl._create_default_https_context was replaced")
    for name, get in (("urllib", _with_urllib), ("requests", _with_requests)):
        if _succeeds(get, url):
            found.append(f"{name} accepts a certificate that nobody trusts")
    return found


def _succeeds(get: Callable[[str], None], url: str) -> bool:
    try:
        get(url)
    except (OSError, ValueError):  # refused: both libraries raise kinds of OSError
        return False
    return True


def _with_urllib(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS):  # noqa: S310 - our own server
            pass
    except urllib.error.HTTPError:  # an answer: the handshake was done
        pass


def _with_requests(url: str) -> None:
    import requests

    requests.get(url, timeout=PROBE_SECONDS)
