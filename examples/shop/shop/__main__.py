"""`python -m shop [PORT]`: the shop at http://localhost:PORT, set up by the environment."""

from __future__ import annotations

import sys

from .app import create_app
from .settings import Settings


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    create_app(Settings.of_environment()).run("localhost", port, threaded=True)


if __name__ == "__main__":
    main()
