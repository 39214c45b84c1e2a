"""The options of the plugin: a row each, for the command line, the ini file and amazonpay-conformance.toml.

`--amazonpay-NAME` is `amazonpay_NAME` in the ini file and `NAME` in the other. A test holds that the rows are
the keys of schemas/formats/configuration.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "path", "whole", "count", "seconds", "flag", "regions", "words", "place"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name, what it means, its default, and what a value of it is."""

    name: str
    help: str
    default: str | None = None
    kind: Kind = "text"
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name in the ini file and in pytest's namespace."""
        return f"amazonpay_{self.name.replace('-', '_')}"


# fmt: off
OPTIONS: Final = (
    Option("client", "certify this client: 'reference', an adapter (path.py or module[:object]) or 'exec:COMMAND'"),
    Option("target", "what answers it: mock, sandbox, or https://host[:port]", "mock"),
    Option("transport", "how the client reaches the mock", "https", choices=("https", "http", "in-process")),
    Option("profile", "how much is tried", "quick", choices=("quick", "full")),
    Option("seed", "seed of the random scenarios", "0", "whole"),
    Option("regions", "regions to certify in, with an item for each: na,eu,jp (default: na)", None, "regions"),
    Option("shards", "split the scenarios into so many runs, with an item for each", "1", "count"),
    Option("switches", "how the mock answers open questions: NAME=CHOICE, separated by blanks", None, "words"),
    Option("max-time", "stop after so many seconds, or 10m, 1h", None, "seconds"),
    Option("max-requests", "stop after so many requests", None, "count"),
    Option("corpus", "try the scenarios in this directory (or redis://…) first, and put in what is found", None, "place"),
    Option("out", "directory of the report", "amazonpay-conformance-report", "path"),
    Option("strict", "warnings (SHOULD) fail, too", None, "flag"),
    Option("allow-network", "really send requests to the sandbox", None, "flag"),
    Option("ca-file", "trust this CA (PEM) for a target other than the mock", None, "path"),
)
# fmt: on

BY_NAME: Final = {option.name: option for option in OPTIONS}
REGIONS: Final = ("na", "eu", "jp")
