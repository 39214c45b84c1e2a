"""Runs the shop against the kit's mock, for a person with a browser: `make shop`, or `python run.py`.

Both speak plain HTTP on this machine, so that no browser has to be told whom to trust. The mock notifies the
shop; the certificates of its notifications are served over HTTPS, which only the shop has to trust.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE / "build"
KEY = BUILD / "private-key.pem"
SECONDS = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000, help="of the shop (default: 5000)")
    parser.add_argument("--mock-port", type=int, default=8080, help="of the mock (default: 8080)")
    parser.add_argument(
        "--certificate-port",
        type=int,
        default=8443,
        help="of notifications' certificates (default: 8443)",
    )
    arguments = parser.parse_args()
    shop, mock = f"http://localhost:{arguments.port}", f"http://localhost:{arguments.mock_port}"
    command = [str(Path(sys.executable).with_name("amazonpay-conformance")), "serve", "--http"]
    command += ["--port", str(arguments.mock_port), "--out", str(BUILD)]
    command += ["--notify", f"{shop}/notifications", "--certificate-port", str(arguments.certificate_port)]
    with contextlib.suppress(KeyboardInterrupt), running(command):
        if not answers(f"{mock}/checkout.js"):
            return 1
        environment = {
            **os.environ,
            "SHOP_PUBLIC_KEY_ID": "SANDBOX-AEXAMPLE0CONFORMANCE0KEY",
            "SHOP_PRIVATE_KEY": str(KEY),
            "SHOP_ENDPOINT": mock,
            "SHOP_SCRIPT": f"{mock}/checkout.js",
            "SHOP_CERTIFICATE_HOSTS": f"localhost:{arguments.certificate_port}",
            "REQUESTS_CA_BUNDLE": str(BUILD / "ca.pem"),
            "SHOP_DATABASE": str(BUILD / "shop.db"),
        }
        with running([sys.executable, "-m", "shop", str(arguments.port)], environment) as process:
            if not answers(shop):
                return 1
            print(f"\nOpen {shop} to buy something, and {mock}/dashboard to watch.\n", flush=True)
            process.wait()
    return 0


@contextlib.contextmanager
def running(
    command: list[str], environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the context ends."""
    with subprocess.Popen(command, cwd=HERE, env=environment) as process:
        try:
            yield process
        except KeyboardInterrupt:  # the terminal has told it, too
            process.wait(SECONDS)
            raise
        finally:
            process.terminate()


def answers(url: str) -> bool:
    """Wait until something answers at an address."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    print(f"nobody answers at {url}", file=sys.stderr)
    return False


if __name__ == "__main__":
    raise SystemExit(main())
