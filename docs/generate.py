"""Writes what the documents say of tables and schemas, between markers: `make docs`.

The tables are the truth. With --check nothing is written and stale documents are named.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from amazonpay_conformance import cli, schemas
from amazonpay_conformance.checks.judge import judged_by
from amazonpay_conformance.mock import openapi
from amazonpay_conformance.mock.verbs import VERBS
from amazonpay_conformance.model.facts import FACTS
from amazonpay_conformance.model.machine import TAGS, Machine
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement
from amazonpay_conformance.reporting.levels import CONDITIONS
from amazonpay_conformance.specification import markdown, mermaid, svg
from amazonpay_conformance.specification.tables import MACHINES, TABLES

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOTE = re.compile(r" \(docs/[a-z]+\.md\)\.?$")


def main() -> int:
    """Write every document that is stale, or name it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if stale")
    check = parser.parse_args().check
    files = {path: renewed(path) for path in documents()} | pictures() | descriptions() | detection()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is stale: run make docs' if check else 'is written anew'}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
    return 1 if check and stale else 0


def documents() -> list[Path]:
    """Return the documents that have generated parts."""
    paths = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    return [path for path in paths if BLOCK.search(path.read_text(encoding="utf-8"))]


def pictures() -> dict[Path, str]:
    """Return the pictures of the machines as they should be."""
    return {picture(machine): svg.diagram(machine) for machine in MACHINES.values()}


def descriptions() -> dict[Path, str]:
    """Return the description of the mock's control API as it should be."""
    text = json.dumps(openapi.document(), indent=2, ensure_ascii=False)
    return {ROOT / "docs" / "mock-openapi.json": f"{text}\n"}


def detection() -> dict[Path, str]:
    """Return what certificates say of the kit's detection power as it should be."""
    measured = {
        value["profile"]: _detected(value)
        for value in map(_read, sorted((ROOT / "docs").glob("power*.json")))
    }
    text = json.dumps(measured, indent=2)
    return {ROOT / "conformance" / "reporting" / "detection.json": f"{text}\n"}


def _detected(value: Mapping[str, Any]) -> dict[str, Any]:
    total = {name: value["totals"]["all"][name] for name in ("found", "of")}
    others = {name: value[name] for name in ("false_alarms", "right_subjects", "kit", "model_hash")}
    return {**total, "catalogue": value["catalogue"]["faults"], **others}


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def renewed(path: Path) -> str:
    """Return a document with its generated parts as they should be."""
    return BLOCK.sub(_filled, path.read_text(encoding="utf-8"))


def _filled(block: re.Match[str]) -> str:
    return "\n".join((block[1], *_parts()[block["name"]], "", block[3]))


def _parts() -> Mapping[str, Iterator[str]]:
    held = [r for r in REQUIREMENTS.values() if r.level != "MAY"]
    report = schemas.load("formats/report")
    return {
        "client-requirements": requirement_table(r for r in held if r.subject == "client"),
        "server-requirements": requirement_table(r for r in held if r.subject == "server"),
        "integration-requirements": requirement_table(r for r in held if r.subject == "integration"),
        "tags": tag_table(),
        "facts": fact_table(),
        "uncertain-requirements": uncertain_table(r for r in REQUIREMENTS.values() if r.level == "MAY"),
        "charge-diagram": iter((f"```mermaid\n{mermaid.diagram(MACHINES['Charge'])}```",)),
        "verbs": verb_table(),
        "matrix": matrix(),
        "model": model(),
        "power-setting": power_setting(),
        "power-summary": iter((*power_setting(), "", *power_totals())),
        "power-totals": power_totals(),
        "power-missed": power_missed(),
        "power-tickets": power_table(lambda row: row["ticket"]),
        "power-faults": power_table(lambda _: True),
        "commands": commands(),
        "configuration": field_table(schemas.load("formats/configuration")["properties"]),
        "report-fields": field_table(report["properties"]),
        "finding-fields": field_table(report["$defs"]["finding"]["properties"]),
        "exchange-fields": field_table(report["$defs"]["exchange"]["properties"]),
        "certificate-levels": level_table(),
        "certificate-fields": field_table(
            schemas.load("formats/certificate")["properties"]["certificate"]["properties"]
        ),
        "scenario-fields": field_table(schemas.load("formats/scenario")["properties"]),
        "step-fields": step_table(schemas.load("formats/scenario")["$defs"]),
    }


def requirement_table(requirements: Iterator[Requirement]) -> Iterator[str]:
    """Yield a table of requirements."""
    yield "| id | level | statement | checks | source | tag |"
    yield "|---|---|---|---|---|---|"
    for r in requirements:
        checks = ", ".join(f"`{name}`" for name in judged_by(r.id))
        cells = (_target(r.id), r.level, _cell(r.statement), checks, _cell(r.source), r.tag)
        yield f"| {' | '.join(cells)} |"


def uncertain_table(requirements: Iterator[Requirement]) -> Iterator[str]:
    """Yield a table of requirements that nobody is held to: all are MAY, and no check judges them."""
    yield "| id | statement | source | tag |"
    yield "|---|---|---|---|"
    for r in requirements:
        yield f"| {_target(r.id)} | {_cell(r.statement)} | {_cell(r.source)} | {r.tag} |"


def matrix() -> Iterator[str]:
    """Yield a table of requirements, the checks that judge them, and the faulty subjects that break them."""
    from amazonpay_conformance.mutants.catalogue import breakers, tables

    faults = tables()
    yield ", ".join(f"{len(rows)} faulty subjects in {group}" for group, rows in faults.items()) + "."
    yield ""
    yield "| id | level | of | checks | faulty subjects |"
    yield "|---|---|---|---|---|"
    found = breakers()
    for r in REQUIREMENTS.values():
        if r.level == "MAY":
            continue
        checks = ", ".join(f"`{name}`" for name in judged_by(r.id))
        subjects = "; ".join(map(_cell, found[r.id]))
        link = f"[{r.id}](requirements.md#{r.id.lower()})"
        yield f"| {link} | {r.level} | {r.subject} | {checks} | {subjects} |"


def power() -> dict[str, Any]:
    """Return what the command `power` wrote last."""
    return _read(ROOT / "docs" / "power.json")


def power_setting() -> Iterator[str]:
    """Yield with what the figures were measured."""
    value = power()
    every = value["catalogue"]
    yield (
        f"{len(value['faults'])} of {every['faults']} faults and {value['right_subjects']} of "
        f"{every['right_subjects']} right subjects of the catalogue were measured, with the "
        f"{value['profile']} profile, seed {value['seed']}, kit {value['kit']}, model "
        f"`{value['model_hash'][:16]}…`."
    )


def power_totals() -> Iterator[str]:
    """Yield the totals of each group, and the false alarms."""
    value = power()
    yield "| group | found | by what it breaks alone | requests, median | at most | steps left, median |"
    yield "|---|---|---|---|---|---|"
    for group, total in value["totals"].items():
        figures = [total["requests"], total["most_requests"], total["steps"]]
        shown = " | ".join("" if figure is None else f"{figure:g}" for figure in figures)
        yield f"| {group} | {total['found']} of {total['of']} | {total['alone']} | {shown} |"
    yield ""
    yield f"{value['false_alarms']} false alarms on {value['right_subjects']} right subjects."


def power_missed() -> Iterator[str]:
    """Yield the faults that were not found, or with others, and the false alarms."""
    value = power()
    lines = [
        *(
            f"* not found: {row['id']} ({', '.join(row['breaks'])})"
            for row in value["faults"]
            if not row["found"]
        ),
        *(f"* {row['id']}: also {', '.join(row['others'])}" for row in value["faults"] if row["others"]),
        *(f"* false alarm: {row['id']}: {', '.join(row['alarms'])}" for row in value["alarms"]),
    ]
    yield from lines or ["Nothing."]


def power_table(wanted: Callable[[Mapping[str, Any]], object]) -> Iterator[str]:
    """Yield a table of faults: what each costs, what found it, how soon."""
    yield "| fault | what it would cost | found by | requests | steps | ticket |"
    yield "|---|---|---|---|---|---|"
    for row in filter(wanted, power()["faults"]):
        figures = ["" if row[name] is None else str(row[name]) for name in ("requests", "steps")]
        by = row["requirement"] or "not found"
        yield f"| {' | '.join([_cell(row['id']), _cell(row['costs']), by, *figures, row['ticket']])} |"


def fact_table() -> Iterator[str]:
    """Yield each fact, by how it begins, with the rows that state it."""
    section = ""
    for fact in FACTS:
        if fact.section != section:
            section = fact.section
            yield from ("", f"## {section}", "", "| fact | stated by |", "|---|---|")
        stated = (fact.why and f"none: {fact.why}") or ", ".join(_linked(name) for name in fact.stated)
        yield f"| {_cell(fact.begins)} … | {stated} |"


def _linked(name: str) -> str:
    held = REQUIREMENTS.get(name)
    return (
        f"[{name}](requirements.md#{name.lower()})"
        if held is not None and held.level != "MAY"
        else f"`{name}`"
    )


def tag_table() -> Iterator[str]:
    """Yield a table of the tags."""
    yield "| tag | the fact was |"
    yield "|---|---|"
    yield from (f"| {tag} | {meaning} |" for tag, meaning in TAGS.items())


def level_table() -> Iterator[str]:
    """Yield a table of the levels of certificates, a row a condition."""
    yield "| level | condition |"
    yield "|---|---|"
    yield from (f"| {row.level} | {_cell(row.statement)} |" for row in CONDITIONS)


def model() -> Iterator[str]:
    """Yield the sections of docs/model.md: a machine each, then a table each."""
    for machine in MACHINES.values():
        yield from markdown.machine_section(machine, str(picture(machine).relative_to(ROOT / "docs")))
    for name, rows in TABLES.items():
        yield from markdown.table_section(name, rows)


def picture(machine: Machine) -> Path:
    """Return where the picture of a machine is."""
    return ROOT / "docs" / "images" / f"{machine.name}.svg"


def commands() -> Iterator[str]:
    """Yield a section for each command, as its parser has it."""
    parser, known = cli.parsers()
    for name, command in known.items():
        yield from _command(name, command)
    yield f"### Exit codes\n\n{_cell(parser.epilog or '')}"


def _command(name: str, command: argparse.ArgumentParser) -> Iterator[str]:
    operands = [_shown(action) for action in command._actions if not action.option_strings]
    yield f"### {name}\n"
    yield f"{_cell(command.description or '')}\n"
    yield f"```text\namazonpay-conformance {' '.join([name, *operands, '[options]'])}\n```\n"
    yield "| option | what |"
    yield "|---|---|"
    for action in command._actions:
        if action.dest != "help":
            yield f"| {_shown(action, code=True)} | {_cell(action.help or '')} |"
    yield f"\n{_cell(command.epilog)}\n" if command.epilog else ""


def _shown(action: argparse.Action, *, code: bool = False) -> str:
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    value = "" if action.nargs == 0 else str(action.metavar or choices)
    words = [f"{name} {value}".strip() for name in action.option_strings] or [value]
    return ", ".join(f"`{word}`" if code else word for word in words)


def field_table(properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of the fields of an object and of the objects in it."""
    yield "| field | type | what |"
    yield "|---|---|---|"
    yield from _rows(properties, "")


def verb_table() -> Iterator[str]:
    """Yield a table of the mock's control verbs."""
    yield "\n| verb | route beneath `/_mock/` | does |\n|---|---|---|"
    for verb in VERBS:
        taken = ", ".join(a.name if a.required else f"{a.name}=…" for a in verb.arguments)
        yield f"| `{verb.name}({taken})` | {verb.method} `{verb.path}` | {verb.summary} |"


def step_table(definitions: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of the kinds of step, which the schema tells apart one after the other."""
    step = definitions["step"]
    yield "| kind | field | type | what |"
    yield "|---|---|---|---|"
    while step:
        form = step.get("then", step)
        form = definitions[form["$ref"].rpartition("/")[2]] if "$ref" in form else form
        kind = form["required"][0]
        for row in _rows(form["properties"], ""):
            yield f"| `{kind}` {row}"
        step = step.get("else", {})


def _rows(properties: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, schema in properties.items():
        yield f"| `{prefix}{name}` | {_type(schema)} | {_cell(NOTE.sub('', schema.get('description', '')))} |"
        items = schema.get("items", {})
        yield from _rows(schema.get("properties", {}), f"{prefix}{name}.")
        yield from _rows(items.get("properties", {}), f"{prefix}{name}[].")


def _type(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        # a pipe would end the table's cell
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2].removesuffix(".json")
    kinds = schema.get("type", "scenario or null" if "then" in schema else "any")
    name = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return f"{name} of {_type(schema['items'])}" if "items" in schema else name


def _target(name: str) -> str:
    """An id that links can lead to, in small letters as the headings' are."""
    return f'<a id="{name.lower()}"></a>{name}'


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
