"""A mock that is served on its own says all that one needs to use it, and leaves nothing behind."""

from __future__ import annotations

import socket
import stat
import sys
from pathlib import Path

import pytest
import requests
from amazonpay_conformance.mock.serving import MADE_UP_KEY_ID, ServedMock, ServingProblem, served
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
