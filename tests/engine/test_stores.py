"""Where a corpus lies: directories and a real Redis do the same; what cannot be had is told in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from amazonpay_conformance.engine.stores import Directory, NoStore, Store, store_at
from redis_server import redis_server

NOBODY = "redis://:geheim@127.0.0.1:1/0"


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_server() as address:
        yield address


@pytest.fixture(params=["directory", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "directory":
        return store_at(tmp_path / "corpus")
    return store_at(f"{request.getfixturevalue('redis')}#{request.node.name}")


def test_a_store_that_nobody_wrote_to_is_empty(store: Store) -> None:
    assert list(store.names()) == []


def test_what_is_kept_is_there_and_stays_what_it_is(store: Store) -> None:
    assert store.keep("b.json", b"second")
    assert store.keep("a.json", "erste ä".encode())
    assert not store.keep("b.json", b"another")
    assert list(store.names()) == ["a.json", "b.json"]
    assert store.read("a.json", 100).decode() == "erste ä"
    assert store.read("b.json", 100) == b"second"


def test_of_many_that_keep_a_name_at_once_one_does(store: Store) -> None:
    with ThreadPoolExecutor(8) as workers:
        new = list(workers.map(lambda n: store.keep("one.json", b"%d" % n), range(40)))
    assert new.count(True) == 1
    assert store.read("one.json", 100) == b"%d" % new.index(True)


def test_of_a_long_text_enough_is_read_to_see_that_it_is_long(store: Store) -> None:
    store.keep("long.json", b" " * 1000)
    assert len(store.read("long.json", 10)) == 11


def test_a_corpus_has_a_name_in_a_server_that_holds_several(redis: str) -> None:
    store_at(f"{redis}#ours").keep("a.json", b"{}")
    assert list(store_at(f"{redis}#theirs").names()) == []
    assert list(store_at(redis).names()) == []


def test_no_password_is_told(redis: str) -> None:
    told = store_at(redis).told("a.json")
    assert told.startswith("redis://127.0.0.1:")
    assert told.endswith("#amazonpay-conformance:corpus a.json")
    with pytest.raises(NoStore) as refused:
        store_at("https://me:geheim@example.org/corpus")
    assert str(refused.value).endswith("not at https://example.org/corpus")


def test_a_server_that_is_not_there_is_an_error_of_the_system_with_its_address() -> None:
    pytest.importorskip("redis")
    for act in (lambda s: s.names(), lambda s: s.read("a", 1), lambda s: s.keep("a", b"")):
        with pytest.raises(OSError, match="refused") as refused:
            act(store_at(NOBODY))
        assert refused.value.filename == "redis://127.0.0.1:1/0"


def test_a_wrong_password_is_told_in_one_line(redis: str) -> None:
    with pytest.raises(OSError, match="password") as refused:
        store_at(redis.replace("geheim", "falsch")).names()
    assert "\n" not in refused.value.strerror
    assert "falsch" not in str(refused.value)


def test_without_the_client_of_redis_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(NoStore, match=r"pip install 'amazonpay-conformance\[redis\]'"):
        store_at(NOBODY)


def test_a_path_is_a_directory_whatever_it_looks_like() -> None:
    assert store_at("redis:/x") == Directory(Path("redis:/x"))
    assert store_at("C:/corpus") == Directory(Path("C:/corpus"))
