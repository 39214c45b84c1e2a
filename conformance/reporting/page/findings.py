"""Findings: expected and received side by side, how it came to that, and how to see it again."""

from __future__ import annotations

from typing import Final

from amazonpay_conformance.reporting.page.exchanges import NO_MARKS, exchange
from amazonpay_conformance.reporting.page.marks import marks
from amazonpay_conformance.reporting.page.markup import Markup, details, element, join, text
from amazonpay_conformance.reporting.page.sequence import sequence, steps_in_words
from amazonpay_conformance.reporting.page.shown import Form, ShownFinding, Step

_FORMS: Final = {
    "curl": "As a bash script (curl, openssl)",
    "pytest": "As a test (pytest)",
    "mermaid": "As a Mermaid diagram",
    "har": "As an HTTP archive",
}


def finding(found: ShownFinding) -> Markup:
    """Return the article on a finding."""
    return element(
        "article",
        _heading(found),
        _sides(found),
        _hint(found),
        _facts(found),
        _way(found),
        _forms(found),
        id=found.anchor,
        class_=f"finding {'fail' if found.is_failure else 'warning'}",
    )


def _heading(found: ShownFinding) -> Markup:
    value = found.value
    sign = element("span", text("FAIL" if found.is_failure else "WARNING"), class_="sign")
    link = element("a", text(value["id"]), href=f"#{found.anchor}")
    row = element("a", text("its row"), href=f"#requirement-{value['requirement']}", class_="aside")
    accepted = element("span", text("accepted"), class_="tag") if value["accepted"] else text("")
    title = element("h3", sign, text(" "), link, text(" "), accepted, row)
    return join(title, element("p", text(value["statement"]), class_="statement"))


def _sides(found: ShownFinding) -> Markup:
    sides = [_side(name, found.value[name] or "nothing") for name in ("expected", "received")]
    return element("div", *sides, class_="sides")


def _side(name: str, words: str) -> Markup:
    return element("div", element("h4", text(name)), element("pre", text(words), tabindex="0"), class_=name)


def _hint(found: ShownFinding) -> Markup:
    hint = found.value["hint"]
    if not hint:
        return text("")
    return element(
        "div", element("h4", text("What to do")), element("pre", text(hint), tabindex="0"), class_="hint"
    )


def _facts(found: ShownFinding) -> Markup:
    rows = [join(element("dt", text(name)), element("dd", text(what))) for name, what in found.facts]
    return element("dl", *rows, class_="facts")


def _way(found: ShownFinding) -> Markup:
    """The steps in words and as a picture, and every exchange; those that show the fault are open."""
    if not found.steps:
        return text("")
    words = steps_in_words(found.steps, found.shows_at)
    picture = element("div", sequence(found), class_="scroll", tabindex="0")
    both = element("div", words, picture, class_="way")
    exchanges = [_exchanges(number, step, found) for number, step in enumerate(found.steps) if step.exchanges]
    count = len(found.steps)
    heading = f"The smallest way to see it, {count} step{'s' if count > 1 else ''}"
    return join(element("h4", text(heading)), both, *exchanges)


def _exchanges(number: int, step: Step, found: ShownFinding) -> Markup:
    shows = number == found.shows_at
    shown = [
        exchange(one, marks(found.value, one) if shows else NO_MARKS, is_open=shows and first == 0)
        for first, one in enumerate(step.exchanges)
    ]
    heading = element("h5", text(f"Step {number + 1}{', which shows it' if shows else ''}"))
    return element("section", heading, *shown, class_="exchanges")


def _forms(found: ShownFinding) -> Markup:
    if not found.forms:
        return text("")
    return join(element("h4", text("To run it elsewhere")), *map(_form, found.forms))


def _form(form: Form) -> Markup:
    name = _FORMS.get(form.name, form.name)
    if form.problem:
        return element("p", text(f"{name}: not possible, {form.problem}"), class_="quiet")
    if not form.text:
        return element("p", text(f"{name}: "), element("a", text(form.file), href=form.file), class_="quiet")
    copy = element("button", text("Copy"), type="button", class_="copy")
    link = element("a", text(form.file), href=form.file)
    inside = element("div", copy, element("pre", text(form.text), tabindex="0"), class_="form")
    return details(join(text(f"{name}: "), link), inside)
