"""A mock that is served on its own says all that one needs to use it, and leaves nothing behind."""

from __future__ import annotations

import socket
import stat
import sys
import threading
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.serving import (
    MADE_UP_KEY_ID,
    Place,
    ServedMock,
    ServingProblem,
    served,
    ticking,
)
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import generate_private_key, load_private_key
from amazonpay_conformance.wire.messages import Request
from mock_shop import KEY_ID, Shop, order, private_key, signed


def send(mock: ServedMock, request: Request) -> requests.Response:
    """Send a request over TLS."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(
            request.method,
            mock.base_url + request.target,
            data=request.body,
            headers=dict(request.headers.items),
            verify=str(mock.ca_file),
            timeout=10,
        )


def test_a_served_mock_makes_a_key_pair_that_signs(tmp_path: Path, shop: Shop) -> None:
    with served(tmp_path / "new") as mock:
        assert mock.public_key_id == MADE_UP_KEY_ID
        assert mock.private_key_file is not None
        key = load_private_key(mock.private_key_file.read_bytes())
        request = signed(
            shop.request("POST", "/v2/checkoutSessions", order()), key_id=mock.public_key_id, key=key
        )
        answer = send(mock, request)
    assert answer.status_code == 201
    assert answer.json()["statusDetails"]["state"] == "Open"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_private_key_is_for_its_owner_only(tmp_path: Path) -> None:
    with served(tmp_path) as mock:
        assert mock.private_key_file is not None
        assert stat.S_IMODE(mock.private_key_file.stat().st_mode) == 0o600


def test_a_served_mock_takes_a_key_of_ones_own(tmp_path: Path, shop: Shop) -> None:
    pem = tmp_path / "public.pem"
    pem.write_text(private_key().public.to_pem())
    with served(tmp_path, public_key_id=KEY_ID, public_key_file=pem, region="jp") as mock:
        assert mock.private_key_file is None
        answer = send(mock, signed(shop.request("POST", "/v2/checkoutSessions", order())))
        other = generate_private_key()
        refused = send(mock, signed(shop.request("POST", "/v2/checkoutSessions", order()), key=other))
    assert (answer.status_code, refused.status_code) == (201, 403)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.pem", "public.pem"]


def test_it_says_all_that_one_needs(tmp_path: Path) -> None:
    with served(tmp_path, region="eu") as mock:
        text = "\n".join(mock.lines())
        assert mock.base_url == f"https://localhost:{mock.server.port}"
        for said in (mock.base_url, "eu", str(mock.ca_file), mock.public_key_id, str(mock.private_key_file)):
            assert said in text
        assert "PRIVATE KEY" not in text


def test_the_buyer_is_sent_to_where_the_mock_is(tmp_path: Path) -> None:
    with served(tmp_path) as mock:
        assert mock.service.host == f"localhost:{mock.server.port}"


def test_its_buyer_is_played_from_outside(tmp_path: Path, shop: Shop) -> None:
    pem = tmp_path / "public.pem"
    pem.write_text(private_key().public.to_pem())
    with served(tmp_path, public_key_id=KEY_ID, public_key_file=pem) as mock:
        session = send(mock, signed(shop.request("POST", "/v2/checkoutSessions", order()))).json()[
            "checkoutSessionId"
        ]
        answer = requests.post(
            f"{mock.base_url}/_mock/buyer",
            json={"deed": "signs_in", "target": session},
            verify=str(mock.ca_file),
            timeout=10,
        )
        assert (answer.status_code, answer.content) == (204, b"")
        shown = send(mock, signed(shop.request("GET", f"/v2/checkoutSessions/{session}"))).json()
    assert shown["buyer"] is not None


def test_when_it_is_over_the_port_is_free(tmp_path: Path) -> None:
    with served(tmp_path) as mock:
        port = mock.server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 10)
    with served(tmp_path, port=port) as again:
        assert again.server.port == port


def test_it_ends_when_what_used_it_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), served(tmp_path) as mock:
        raise RuntimeError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", mock.server.port), 10)


# --- what can go wrong


def problem(*arguments: Path, **options: object) -> str:
    """The one line that says why a mock is not served."""
    with pytest.raises(ServingProblem) as caught, served(*arguments, **options):  # type: ignore[arg-type]
        pass
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with served(tmp_path) as mock:
        assert str(mock.server.port) in problem(tmp_path, port=mock.server.port)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in problem(tmp_path / "file")


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    pem = tmp_path / "public.pem"
    pem.write_text("nonsense")
    assert str(pem) in problem(tmp_path, public_key_file=pem)
    assert str(tmp_path / "gone.pem") in problem(tmp_path, public_key_file=tmp_path / "gone.pem")


# --- where, and for whom


def test_plain_http_is_served_on_request(tmp_path: Path, shop: Shop) -> None:
    pem = tmp_path / "public.pem"
    pem.write_text(private_key().public.to_pem())
    with served(tmp_path, place=Place(tls=False), public_key_id=KEY_ID, public_key_file=pem) as mock:
        assert mock.base_url == f"http://localhost:{mock.server.port}"
        request = signed(shop.request("POST", "/v2/checkoutSessions", order()))
        answer = requests.post(
            mock.base_url + request.target, data=request.body, headers=dict(request.headers.items), timeout=10
        )
    assert answer.status_code == 201
    assert [path.name for path in tmp_path.iterdir()] == ["public.pem"]


def test_beyond_this_machine_a_token_is_asked_for(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(address="0.0.0.0", tls=False)) as mock:  # noqa: S104
        clock = f"http://127.0.0.1:{mock.server.port}/_mock/clock"
        assert mock.token is not None
        assert mock.token in "\n".join(mock.lines())
        statuses = [
            requests.get(clock, headers=headers, timeout=10).status_code
            for headers in ({}, {"authorization": f"Bearer {mock.token}"})
        ]
    assert statuses == [401, 200]


def test_on_this_machine_a_token_is_asked_for_where_one_is_given(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(tls=False, token="secret")) as mock:  # noqa: S106
        assert requests.get(f"{mock.base_url}/_mock/clock", timeout=10).status_code == 401
    with served(tmp_path, place=Place(tls=False)) as mock:
        assert mock.token is None
        assert requests.get(f"{mock.base_url}/_mock/clock", timeout=10).status_code == 200


@pytest.mark.parametrize("host", ["pay-api.amazon.eu", "pay-api.amazon.com"])
def test_a_client_without_an_option_goes_through_the_proxy(tmp_path: Path, host: str) -> None:
    with served(tmp_path, place=Place(proxy_port=0), region=None) as mock, requests.Session() as session:
        assert mock.proxy is not None
        assert mock.private_key_file is not None
        session.trust_env = False
        session.proxies = {"https": f"http://localhost:{mock.proxy.port}"}
        session.verify = str(mock.ca_file)
        key = load_private_key(mock.private_key_file.read_bytes())
        unsigned = Shop.open().request("GET", "/v2/chargePermissions/S02-0000000-0000000")
        request = signed(unsigned, key_id=mock.public_key_id, key=key)
        for _ in range(2):
            answer = session.get(
                f"https://{host}{request.target}", headers=dict(request.headers.items), timeout=10
            )
            assert answer.json()["reasonCode"] == "ResourceNotFound"
        (first, _) = mock.mock.default.journal.entries
        assert first.exchange.request.headers.get("host") == host
        with pytest.raises(requests.exceptions.ProxyError):
            session.get("https://example.org/", timeout=10)


def test_the_next_start_has_the_same_keys_and_the_same_ca(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(keeps_ca=True)) as mock:
        before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    with served(tmp_path, place=Place(keeps_ca=True)) as mock:
        assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before
        answer = requests.get(f"{mock.base_url}/_mock/clock", verify=str(mock.ca_file), timeout=10)
    assert answer.status_code == 200
    if sys.platform != "win32":
        assert {
            stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ca-key.pem", "private-key.pem")
        } == {0o600}


def test_a_ca_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name in ("ca.pem", "ca-key.pem"):
        (tmp_path / name).write_text("nonsense")
    assert str(tmp_path) in problem(tmp_path, place=Place(keeps_ca=True))


def test_a_ca_that_was_replaced_without_its_key_is_named(tmp_path: Path) -> None:
    for name in ("mine", "another"):
        Certificates(tmp_path / name, keeps_key=True)
    (tmp_path / "another" / "ca.pem").rename(tmp_path / "mine" / "ca.pem")
    said = problem(tmp_path / "mine", place=Place(keeps_ca=True))
    assert "ca-key.pem is not the key of ca.pem" in said
    assert "remove ca.pem and ca-key.pem" in said


def test_on_plain_http_it_points_only_clients_that_speak_it(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(tls=False)) as mock:
        lines = list(mock.pointing())
    assert f"client.endpoint = 'http://{mock.host}'" in "\n".join(lines)
    assert sum("speaks HTTPS only: serve without --http" in line for line in lines) == 6
    assert not any("CA" in line or "none" in line.lower() for line in lines)


def test_the_proxy_of_a_mock_on_plain_http_speaks_tls(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(tls=False, proxy_port=0)) as mock:
        text = "\n".join(mock.pointing())
        assert mock.proxy is not None
        assert f"http_proxy=http://localhost:{mock.proxy.port}" in text
    assert f"SSL_CERT_FILE={tmp_path / 'ca.pem'}" in text


def test_it_says_how_to_point_each_client_at_it(tmp_path: Path) -> None:
    with served(tmp_path, place=Place(proxy_port=0)) as mock:
        text = "\n".join(mock.pointing())
        assert mock.proxy is not None
        for said in ("Node.js", "PHP", "Java", ".NET", "Ruby", "amazonpayclient", "amazon-pay-v2"):
            assert said in text
        for said in (
            mock.host,
            str(mock.ca_file),
            f"http://localhost:{mock.proxy.port}",
            "pay-api.amazon.eu",
        ):
            assert said in text
        assert "{" not in text


def test_what_comes_due_happens_while_nobody_asks() -> None:
    seen = threading.Event()
    mock = Mock(Merchant({}))
    control = Control(mock)
    control.seed("Charge", "AuthorizationInitiated")
    mock.default.service.followers.append(lambda _: seen.set())
    mock.default.service.clock.advance(30)
    with ticking(mock, 0.01):
        assert seen.wait(10)


def test_a_state_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"nonsense" * 1_000)
    assert "no state file" in problem(tmp_path, place=Place(state=tmp_path / "state"))
