"""`python -m shop [PORT]`: the shop at http://localhost:PORT, set up by the environment."""

from __future__ import annotations

import contextlib
import sys

from werkzeug.serving import make_server

from .app import create_app
from .settings import Settings


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    server = make_server("localhost", port, create_app(Settings.of_environment()), threaded=True)
    print(f"shop        http://localhost:{server.port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
