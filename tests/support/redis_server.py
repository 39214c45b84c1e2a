"""A real Redis server on the loopback, for as long as a context is open. Nothing of it is kept."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator

import pytest

HOW = "no redis-server: apt-get install redis-server"


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Start one on a free port, and give its address."""
    redis = pytest.importorskip("redis")
    program = shutil.which("redis-server") or pytest.skip(HOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "geheim"]
    with tempfile.TemporaryDirectory() as directory:
        started = subprocess.Popen([program, *words, "--dir", directory], stdout=subprocess.PIPE, text=True)
        try:
            assert started.stdout is not None
            told = iter(started.stdout)
            assert any("eady to accept connections" in line for line in told), "it did not start"
            address = f"redis://:geheim@127.0.0.1:{port}/0"
            redis.Redis.from_url(address).ping()
            yield address
        finally:
            started.terminate()
            started.communicate()
