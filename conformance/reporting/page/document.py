"""The page as a whole: what was found, the requirements, what was covered and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from amazonpay_conformance.reporting.page.coverage import coverage
from amazonpay_conformance.reporting.page.findings import finding
from amazonpay_conformance.reporting.page.markup import Markup, element, join, text
from amazonpay_conformance.reporting.page.script import SCRIPT
from amazonpay_conformance.reporting.page.shown import SENTENCES, Page, ShownFinding
from amazonpay_conformance.reporting.page.style import STYLE

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""The page may load nothing, whatever is in it."""

_SIGNS: Final = {"pass": "✓", "warning": "!", "fail": "✗", "inconclusive": "?", "not exercised": "–"}


def page(shown: Page) -> str:
    """Return the page.

    Args:
        shown: what is on it.
    """
    sections = list(_sections(shown))
    main = element(
        "main", *(_section(name, title, *inside) for name, title, inside in sections), id="content"
    )
    body = element(
        "body",
        element("a", text("Skip to the findings"), href="#findings", class_="skip"),
        _header(shown),
        _navigation(sections),
        main,
        element("script", SCRIPT),
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n{_head(shown)}\n{body}\n</html>\n'


def _head(shown: Page) -> Markup:
    title = f"{SENTENCES[shown.verdict]}: {shown.subject}"
    return Markup(
        f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{text(title)}</title><style>{STYLE}</style></head>"
    )


def _header(shown: Page) -> Markup:
    sign = element("span", text(_SIGNS[shown.verdict]), class_="mark", aria_hidden="true")
    facts = [join(element("dt", text(name)), element("dd", text(what))) for name, what in shown.facts]
    return element(
        "header",
        element("p", text("Amazon Pay API v2 conformance"), class_="over"),
        element("h1", sign, text(f" {SENTENCES[shown.verdict]}")),
        element("p", text(shown.subject), class_="subject"),
        _counts(shown.requirements),
        element("dl", *facts, class_="facts"),
        *(element("p", text(note), class_="note", role="note") for note in shown.notes),
        class_=f"verdict {_class(shown.verdict)}",
    )


def _counts(requirements: Sequence[Mapping[str, Any]]) -> Markup:
    """Every verdict with its count, as a bar whose parts are as wide as they are many, and in words."""
    counts = Counter(row["verdict"] for row in requirements)
    known = [(name, counts[name]) for name in _SIGNS if counts[name]]
    bar = [
        element("span", class_=f"part {_class(name)}", style=f"flex-grow:{count}") for name, count in known
    ]
    words = [
        element("li", element("b", text(count)), text(f" {name}"), class_=_class(name))
        for name, count in known
    ]
    return join(
        element("div", *bar, class_="bar", aria_hidden="true"), element("ul", *words, class_="counts")
    )


def _navigation(sections: Sequence[tuple[str, str, Sequence[Markup]]]) -> Markup:
    links = [element("li", element("a", text(title), href=f"#{name}")) for name, title, _ in sections]
    return element("nav", element("ul", *links), aria_label="Sections")


def _sections(shown: Page) -> Iterator[tuple[str, str, Sequence[Markup]]]:
    yield "findings", f"Findings ({len(shown.findings)})", _findings(shown)
    if shown.baseline is not None:
        yield "baseline", "Baseline", [_baseline(shown.baseline)]
    yield "requirements", f"Requirements ({len(shown.requirements)})", [_requirements(shown)]
    if shown.coverage is not None:
        values = [one.value for one in shown.findings]
        yield "coverage", "Coverage", [coverage(shown.coverage, values)]
    if shown.questions:
        yield "questions", "Open questions", [_questions(shown.questions)]
    if shown.coverage is not None:
        yield "unexercised", "What could not be tried", [_unexercised(shown.unexercised)]
    yield "environment", "Environment", [_environment(shown)]


def _section(name: str, title: str, *inside: Markup) -> Markup:
    return element("section", element("h2", text(title), id=f"{name}-title"), *inside, id=name)


def _findings(shown: Page) -> Sequence[Markup]:
    if not shown.findings:
        return [element("p", text("Nothing was found wrong."))]
    links = [_link(one) for one in shown.findings]
    contents = [element("ul", *links, class_="contents")] if len(links) > 1 else []
    return [*contents, *(finding(one) for one in shown.findings)]


def _link(one: ShownFinding) -> Markup:
    link = element("a", text(one.value["id"]), href=f"#{one.anchor}")
    kind = "fail" if one.is_failure else "warning"
    return element("li", link, text(f" {one.value['statement']}"), class_=kind)


def _baseline(baseline: Mapping[str, Any]) -> Markup:
    rows = [
        ("accepted", ", ".join(baseline["accepted"]) or "none"),
        ("new", ", ".join(baseline["new"]) or "none"),
        *(
            ("no longer occurs", f"{one['finding']}: {one['reason']} ({one['date']})")
            for one in baseline["gone"]
        ),
        *(("cannot be told", f"{one['finding']}: not put to the test") for one in baseline["untested"]),
    ]
    return join(element("p", text(f"Held against {baseline['file']}.")), _table(("", "findings"), rows))


def _requirements(shown: Page) -> Markup:
    anchors: dict[str, str] = {}
    for one in shown.findings:
        anchors.setdefault(one.value["requirement"], one.anchor)
    broken_first = sorted(shown.requirements, key=lambda row: row["verdict"] not in ("fail", "warning"))
    rows = [_requirement(row, anchors.get(row["id"])) for row in broken_first]
    heads = [
        element("th", text(name), scope="col")
        for name in ("verdict", "id", "level", "of", "judged", "statement")
    ]
    table = element(
        "table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="requirements"
    )
    return join(_filters(shown.requirements), element("div", table, class_="scroll", tabindex="0"))


def _requirement(row: Mapping[str, Any], anchor: str | None) -> Markup:
    verdict = text(f"{_SIGNS[row['verdict']]} {row['verdict']}")
    told = element("a", verdict, href=f"#{anchor}") if anchor else verdict
    cells = [
        element("td", told, class_=f"says {_class(row['verdict'])}"),
        element("th", text(row["id"]), scope="row"),
        *(element("td", text(row[name])) for name in ("level", "subject")),
        element("td", text(row["judged"] or ""), class_="number"),
        element("td", text(row["statement"])),
    ]
    kept = {f"data_{name}": row[name] for name in ("verdict", "level", "subject")}
    return element("tr", *cells, id=f"requirement-{row['id']}", **kept)


def _filters(requirements: Sequence[Mapping[str, Any]]) -> Markup:
    """Shown by the script only: without one they would do nothing."""
    groups = []
    for name, title in (("verdict", "Verdict"), ("level", "Level"), ("subject", "Of")):
        values = dict.fromkeys(row[name] for row in requirements)
        if len(values) > 1:
            boxes = [_box(name, value) for value in values]
            groups.append(element("fieldset", element("legend", text(title)), *boxes))
    search = element("label", text("Words "), element("input", type="search", id="words"))
    status = element("output", id="matching", aria_live="polite")
    return element("form", *groups, search, status, id="filters", hidden="")


def _box(name: str, value: str) -> Markup:
    box = element("input", type="checkbox", checked="", name=name, value=value)
    return element("label", box, text(f" {value}"))


def _questions(questions: Sequence[Mapping[str, Any]]) -> Markup:
    seen = [row for row in questions if row["observed"]]
    rows = [(row["switch"], row["question"], _observed(row["observed"]), row["default"]) for row in seen]
    told = (
        f"{len(seen)} of {len(questions)} were answered. No verdict rests on them: the facts leave them open."
    )
    heads = ("switch", "question", "what the server does", "what the mock does")
    return join(element("p", text(told)), _table(heads, rows) if rows else text(""))


def _observed(observed: Mapping[str, int]) -> str:
    return ", ".join(f"{choice} ({times}×)" for choice, times in observed.items())


def _unexercised(rows: Sequence[Mapping[str, Any]]) -> Markup:
    if not rows:
        return element("p", text("Every scenario could be run to its end."))
    return _table(("why", "times"), [(row["reason"], str(row["times"])) for row in rows])


def _environment(shown: Page) -> Markup:
    return _table(("what", ""), shown.environment)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    head = element("tr", *(element("th", text(name), scope="col") for name in heads))
    lines = [
        element(
            "tr", element("th", text(row[0]), scope="row"), *(element("td", text(cell)) for cell in row[1:])
        )
        for row in rows
    ]
    table = element("table", element("thead", head), element("tbody", *lines))
    return element("div", table, class_="scroll", tabindex="0")


def _class(verdict: str) -> str:
    return verdict.replace(" ", "-")
