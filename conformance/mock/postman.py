"""Brings a notification to an endpoint over HTTP, once, and says what came back."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from amazonpay_conformance.mock.notifications import Post
from amazonpay_conformance.model.notifications import PATIENCE_SECONDS

LOCAL_ENDINGS: Final = (".localhost", ".local", ".test", ".internal")
"""Names that lead nowhere else than to this machine or its own network."""


class BadEndpoint(ValueError):
    """An address that notifications cannot be posted to; the message is one line."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a post: a status, or None and why there is none; and how many seconds it took."""

    status: int | None
    seconds: float
    why: str = ""

    @property
    def is_final(self) -> bool:
        """Whether it is not sent again: api-facts §11.4."""
        return self.status is not None and self.status < 500

    @property
    def words(self) -> str:
        """The status, or why there is none."""
        return self.why if self.status is None else str(self.status)


def checked_endpoint(url: str, *, allow_network: bool = False) -> str:
    """Return an endpoint's address.

    Args:
        url: what somebody wrote.
        allow_network: whether it may be elsewhere than on this machine and in private networks.

    Raises:
        BadEndpoint: it is no address of HTTP, or is elsewhere.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise BadEndpoint(f"{url!r} is no endpoint: expected http:// or https://, a host, and a path")
    if parts.username is not None:
        raise BadEndpoint("an endpoint's address has no user name or password in it")
    if not allow_network and not _is_near(host):
        raise BadEndpoint(
            f"{host} is not on this machine or in a private network (--allow-network allows it)"
        )
    return url


def place_of(url: str) -> str:
    """Return the scheme and the host of an endpoint, with its port: what may be shown of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def deliver(
    url: str, post: Post, *, seconds: float = PATIENCE_SECONDS, ca_file: str | None = None
) -> Delivery:
    """Post a notification to an endpoint. Redirects are not followed, proxies not asked.

    Args:
        url: the endpoint.
        post: the notification.
        seconds: how long to wait for an answer.
        ca_file: whom to trust where it is https; the system's authorities where None.
    """
    import requests

    began = time.perf_counter()
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                url,
                data=post.body,
                headers=post.headers,
                timeout=seconds,
                verify=ca_file or True,
                allow_redirects=False,
            )
        except requests.Timeout:
            return Delivery(None, time.perf_counter() - began, f"no answer within {seconds:g} s")
        except requests.exceptions.SSLError:
            return Delivery(None, time.perf_counter() - began, "its certificate is not trusted")
        except (requests.ConnectionError, OSError):
            return Delivery(None, time.perf_counter() - began, "nobody answers there")
        except requests.RequestException as problem:
            return Delivery(None, time.perf_counter() - began, type(problem).__name__)
    return Delivery(answer.status_code, time.perf_counter() - began)


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(LOCAL_ENDINGS)
