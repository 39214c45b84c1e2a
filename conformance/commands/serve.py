"""`serve`: the mock, for clients in any language, watched."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from .arguments import add_switches
from .exits import SET_UP, USAGE, refuse
from .watching import tell

FIGURES: Final = ("off", "sandbox", "live")


def port_number(text: str) -> int:
    """Read a port."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: expected a number up to 65535")
    return int(text)


def token(text: str) -> str:
    """Read a token."""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError("a token is of ASCII letters, digits and marks, without spaces")
    return text


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    serve = commands.add_parser(
        "serve",
        help="serve the mock over HTTPS for clients in any language",
        description="Serve the mock on this machine until it is stopped. "
        "Whoever calls it is watched: each exchange is a line, with what is wrong with it below "
        "(docs/integrations.md). How tests control it is in docs/mock.md.",
    )
    place = serve.add_argument_group("where")
    place.add_argument(
        "--port", type=port_number, default=0, metavar="PORT", help="port (default: a free one)"
    )
    place.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at (default: this machine only)",
    )
    place.add_argument(
        "--token",
        type=token,
        default=None,
        help="what whoever controls it must send (default: made beyond this machine)",
    )
    place.add_argument("--http", action="store_true", help="plain HTTP, no TLS")
    place.add_argument(
        "--proxy-port",
        type=port_number,
        default=None,
        metavar="PORT",
        help="be a proxy, too, for clients that cannot be pointed elsewhere (0: a free port)",
    )
    place.add_argument(
        "--certificate-port",
        type=port_number,
        default=None,
        metavar="PORT",
        help="with --http: of the certificates of notifications, over HTTPS (with --notify: a free one)",
    )
    serve.add_argument(
        "--state",
        type=Path,
        default=None,
        metavar="FILE",
        help="keep objects, keys and clock in this file (default: in memory only)",
    )
    serve.add_argument(
        "--throttle",
        choices=FIGURES,
        default="off",
        help="refuse calls above the documented quotas, of the sandbox or the live ones (default: off)",
    )
    serve.add_argument(
        "--region",
        choices=("na", "eu", "jp"),
        default=None,
        help="region (default: all, as each request says)",
    )
    serve.add_argument(
        "--public-key-id", default=None, metavar="ID", help="the merchant's key id (default: a made-up one)"
    )
    serve.add_argument(
        "--public-key",
        type=Path,
        default=None,
        metavar="PEM",
        help="his public key (default: a key pair is made)",
    )
    serve.add_argument(
        "--out",
        type=Path,
        default=Path("amazonpay-conformance-mock"),
        metavar="DIR",
        help="where ca.pem and a made key go (default: amazonpay-conformance-mock)",
    )
    notify = serve.add_argument_group("notifications (docs/notifications.md)")
    notify.add_argument(
        "--notify",
        action="append",
        default=[],
        metavar="URL",
        help="post notifications to this endpoint of the shop; may be given several times (default: none)",
    )
    notify.add_argument(
        "--notify-ca", type=Path, default=None, metavar="PEM", help="trust this CA for endpoints over https"
    )
    notify.add_argument(
        "--allow-network",
        action="store_true",
        help="endpoints may be elsewhere than on this machine and in private networks",
    )
    serve.add_argument("--quiet", action="store_true", help="no line an exchange; findings at the end only")
    serve.add_argument(
        "--trace",
        type=Path,
        default=None,
        metavar="FILE",
        help="write what happens to this file, for `judge`",
    )
    serve.add_argument(
        "--report",
        type=Path,
        default=None,
        metavar="FILE",
        help="write what was found at the end: a page where FILE ends in .html, else JSON",
    )
    add_switches(serve)
    serve.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.engine.watching import Outlets, served_and_watched
    from amazonpay_conformance.mock.postman import BadEndpoint, checked_endpoint
    from amazonpay_conformance.mock.serving import Place, ServingProblem
    from amazonpay_conformance.model.switches import BadSwitch, Settings
    from amazonpay_conformance.reporting.lines import wants_colour
    from amazonpay_conformance.reporting.live import Live

    if (wrong := _wrong(arguments)) is not None:
        return refuse(wrong, USAGE)
    colour, width = wants_colour(sys.stdout), shutil.get_terminal_size((100, 24)).columns
    live = None if arguments.quiet else Live(sys.stdout, colour=colour, width=width)
    try:
        endpoints = tuple(
            checked_endpoint(url, allow_network=arguments.allow_network) for url in arguments.notify
        )
        with served_and_watched(
            arguments.out,
            Outlets(live, arguments.trace),
            settings=Settings.parse(arguments.switch),
            place=Place(
                arguments.port,
                arguments.host,
                not arguments.http,
                arguments.token,
                arguments.proxy_port,
                arguments.state,
                keeps_ca=True,
                certificate_port=_certificate_port(arguments),
            ),
            region=arguments.region,
            throttling=arguments.throttle,
            notify=endpoints,
            notify_ca=arguments.notify_ca,
            public_key_id=arguments.public_key_id,
            public_key_file=arguments.public_key,
        ) as (mock, watch):
            print("\n".join((*mock.lines(), *(() if arguments.quiet else mock.pointing()))), flush=True)
            mock.wait()
    except (BadSwitch, BadEndpoint) as problem:
        return refuse(str(problem), USAGE)
    except ServingProblem as problem:
        return refuse(str(problem), SET_UP)
    watch.finish(at=time.time())
    return tell(watch, arguments.report, all_findings=arguments.quiet)


def _wrong(arguments: argparse.Namespace) -> str | None:
    """Return what is better said now than when the mock has run all day."""
    if arguments.certificate_port is not None and not arguments.http:
        return "--certificate-port is for --http: over HTTPS the mock itself serves the certificates"
    if arguments.notify_ca is not None and not arguments.notify_ca.is_file():
        return f"--notify-ca {arguments.notify_ca}: there is no such file"
    if arguments.report is not None and not arguments.report.parent.is_dir():
        return f"--report {arguments.report}: there is no directory {arguments.report.parent}"
    return None


def _certificate_port(arguments: argparse.Namespace) -> int | None:
    """Where a mock on plain HTTP serves certificates: who is notified has to fetch them somewhere."""
    given: int | None = arguments.certificate_port
    return 0 if given is None and arguments.http and arguments.notify else given
