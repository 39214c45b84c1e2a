"""Hooks of mkdocs: pages that lie outside docs/, and links that are written for a code host.

In the repository a document names its neighbours by their paths. In the site README.md is the first page, and
what is no page, as a module, is named without a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "examples/README.md": "examples.md",
    **{
        str(path.relative_to(ROOT)): f"examples-{path.parent.name}.md"
        for path in sorted((ROOT / "examples").glob("*/README.md"))
    },
}
"""Documents outside docs/, and the page that each becomes."""

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<to>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
FENCED = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def on_config(config: Any) -> Any:
    """Leave pages that there are none of out of the navigation."""
    config.nav = _there(config.nav)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie elsewhere."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Write links as the site has them, outside of code."""
    place = next((source for source, name in PAGES.items() if name == page.file.src_uri), None)
    directory = PurePosixPath(place or f"docs/{page.file.src_uri}").parent
    linked = _outside(FENCED, markdown, lambda prose: LINK.sub(lambda found: _link(found, directory), prose))
    return _outside(CODE, linked, lambda prose: prose.replace("][", "]\u200b["))  # tags, as [D][S]


def _outside(code: re.Pattern[str], markdown: str, change: Callable[[str], str]) -> str:
    parts = code.split(markdown)
    return "".join(part if part.startswith("`") else change(part) for part in parts)


def _link(found: re.Match[str], directory: PurePosixPath) -> str:
    to, anchor = found["to"], found["anchor"] or ""
    if not to or re.match(r"[a-z]+:", to):
        return found[0]
    path = _joined(directory, to)
    page = PAGES.get(path) or PAGES.get(f"{path.rstrip('/')}/README.md")
    if page is None and path.startswith("docs/") and (ROOT / path).is_file():
        page = path.removeprefix("docs/")
    return f"[{found['text']}]({page}{anchor})" if page else found["text"]


def _joined(directory: PurePosixPath, to: str) -> str:
    parts: list[str] = []
    for part in (*directory.parts, *PurePosixPath(to).parts):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _there(nav: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for entry in nav:
        ((title, what),) = entry.items()
        if isinstance(what, list):
            kept.append({title: _there(what)})
        elif what in PAGES.values() or (ROOT / "docs" / what).is_file():
            kept.append(entry)
    return kept
