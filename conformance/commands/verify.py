"""`verify`: whether a certificate is genuine, and whether it comes out so again."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import add_client_and_target, corpus_at
from .exits import CONFORMS, FAILURES, SET_UP, UNREACHABLE, USAGE, refuse

if TYPE_CHECKING:
    from amazonpay_conformance.engine.result import Result
    from amazonpay_conformance.engine.scenario_files import Stored
    from amazonpay_conformance.reporting.certificate import Certificate


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    verify = commands.add_parser(
        "verify",
        help="tell whether a certificate is genuine",
        description="Verify the signature of a certificate that `certify --sign` wrote, and say what it "
        "states. Without --key that shows only that the file was not changed since somebody signed it.",
        epilog="exit codes: 0 genuine, and the same again with --rerun; 1 changed, signed with another key, "
        "or not the same again; 2 usage; 3 a file cannot be read, or set-up; 4 no target",
    )
    verify.add_argument("certificate", type=Path, metavar="FILE", help="certificate.json")
    verify.add_argument(
        "--key", type=Path, default=None, metavar="PEM", help="the public key that it must be signed with"
    )
    verify.add_argument(
        "--rerun",
        action="store_true",
        help="certify the client again, with the profile and the seeds of the certificate, and compare; "
        "--client and --target name them",
    )
    verify.add_argument(
        "--corpus",
        default=None,
        metavar="PLACE",
        help="for --rerun of a certificate that rests on a corpus: the directory, or redis://…, that has it",
    )
    add_client_and_target(verify)
    verify.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from amazonpay_conformance.reporting.certificate import (
        BadCertificate,
        BadSigningKey,
        read_certificate,
        trusted_key,
        verified,
    )

    try:
        trusted = None if arguments.key is None else trusted_key(arguments.key)
        certificate = verified(read_certificate(arguments.certificate), trusted)
    except BadSigningKey as problem:
        return refuse(str(problem), SET_UP)
    except BadCertificate as problem:
        return refuse(f"{arguments.certificate}: {problem}", FAILURES)
    print("\n".join(_lines(certificate, known=trusted is not None)), flush=True)
    return _rerun(arguments, certificate.payload) if arguments.rerun else CONFORMS


def _lines(certificate: Certificate, *, known: bool) -> list[str]:
    from amazonpay_conformance.reporting.detection import told
    from amazonpay_conformance.reporting.levels import missing

    payload = certificate.payload
    client = payload["client"]
    name = "no client" if client is None else f"{client['name']} {client['version']} ({client['language']})"
    seeds = ", ".join(map(str, payload["seeds"]))
    more = "; ".join(missing(payload))
    size = f"{payload['scenarios']} scenarios, from {payload['started']}"
    by = "the key that you trust" if known else "a key that nobody vouches for here (--key)"
    return [
        f"client   {name}",
        f"target   {payload['target']}",
        f"judged   {', '.join(payload['subjects'])}: {len(payload['verdicts'])} requirements",
        f"profile  {payload['profile']}, seed {seeds}, {size}",
        f"kit      {payload['kit']['version']}, model {payload['kit']['model_hash'][:16]}…",
        f"power    {told(payload)}",
        f"verdict  {payload['verdict']}, {len(payload['findings'])} findings",
        f"level    {payload['level']}{f' (not {more})' if more else ''}",
        f"signed   with {by}, {certificate.public_key}",
        "genuine: nothing was changed since it was signed",
    ]


def _rerun(arguments: argparse.Namespace, payload: Mapping[str, Any]) -> int:
    from amazonpay_conformance.engine.setup import SetUpProblem
    from amazonpay_conformance.reporting.certificate import differences, payload_of
    from amazonpay_conformance.reporting.merging import merged
    from amazonpay_conformance.reporting.report import report

    arguments.transport = payload["setting"]["transport"]
    arguments.switch = payload["setting"]["switches"]
    reports = []
    try:
        kept = _kept(arguments.corpus, payload["corpora"])
    except SetUpProblem as problem:
        return refuse(str(problem), SET_UP)
    for seed in payload["seeds"]:
        try:
            result = _certified(arguments, payload, seed, kept)
        except SetUpProblem as problem:
            return refuse(str(problem), USAGE if problem.is_usage else SET_UP)
        if result.error:
            return refuse(result.error, UNREACHABLE if result.error_kind == "unreachable" else SET_UP)
        reports.append(report(result, _meeting(arguments)))
    again = payload_of(merged(reports))
    lines = differences(payload, again)
    if payload["kit"]["python"] != again["kit"]["python"]:
        print(f"note: made with Python {payload['kit']['python']}, this is {again['kit']['python']}")
    if lines:
        print("\n".join(lines))
        return refuse("not the same again", FAILURES)
    print("the same again: every verdict is as the certificate states", flush=True)
    return CONFORMS


def _kept(place: str | None, corpora: Sequence[str]) -> tuple[Stored, ...]:
    """Return the scenarios that the certificate's runs tried first.

    Raises:
        SetUpProblem: they are not what is there, or nobody said where they are.
    """
    from amazonpay_conformance.engine.corpus import corpus_hash
    from amazonpay_conformance.engine.setup import SetUpProblem

    if len(corpora) > 1:
        raise SetUpProblem("the certificate's runs had different corpora: it cannot be repeated as a whole")
    if not corpora:
        return ()
    if place is None:
        raise SetUpProblem(f"the certificate rests on a corpus, {corpora[0][:16]}…: name it with --corpus")
    kept = corpus_at(place)
    if corpus_hash(kept) != corpora[0]:
        what = (corpus_hash(kept) or "nothing")[:16]
        raise SetUpProblem(f"not the certificate's corpus: it had {corpora[0][:16]}…, there is {what}")
    return kept


def _certified(
    arguments: argparse.Namespace, payload: Mapping[str, Any], seed: int, kept: tuple[Stored, ...]
) -> Result:
    from amazonpay_conformance.engine.order import PROFILES, Order
    from amazonpay_conformance.engine.setup import prepared

    from .arguments import choice_of

    choice = choice_of(arguments)
    with prepared(choice) as ready:
        order = Order(
            PROFILES[payload["profile"]],
            seed,
            region=payload["lanes"][0]["region"],
            algorithm=arguments.algorithm,
            subjects=frozenset(payload["subjects"]),
            skew_seconds=arguments.skew,
            deadline=arguments.deadline,
            corpus=kept,
        )
        return ready.certify(order)


def _meeting(arguments: argparse.Namespace) -> Any:
    from .arguments import meeting_of

    return meeting_of(arguments)
