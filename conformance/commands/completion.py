"""`completion`: print a script that completes commands, options and values in a shell.

It is made from the parsers of the commands, so an option that is not completed there is none.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeAlias

from .exits import CONFORMS

PROGRAM: Final = "amazonpay-conformance"

Takes: TypeAlias = Literal["nothing", "word", "file", "directory"]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_VALUES: Final = {"--client": ("reference",), "--target": ("mock", "sandbox")}
"""What else stands for an option's value, by its name."""

_INSTALL: Final = {
    "bash": f'eval "$({PROGRAM} completion bash)"   # in ~/.bashrc',
    "zsh": f'eval "$({PROGRAM} completion zsh)"   # in ~/.zshrc, after compinit',
    "fish": f"{PROGRAM} completion fish | source   # in ~/.config/fish/config.fish",
}


@dataclass(frozen=True, slots=True)
class Word:
    """An option, or what stands without one (no names): what it takes, and what that may be."""

    names: tuple[str, ...]
    help: str
    takes: Takes
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its help and its words."""

    name: str
    help: str
    words: tuple[Word, ...]

    @property
    def options(self) -> tuple[Word, ...]:
        """The words that have names."""
        return tuple(word for word in self.words if word.names)

    @property
    def operand(self) -> Word | None:
        """The word that has none."""
        return next((word for word in self.words if not word.names), None)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    completion = commands.add_parser(
        "completion",
        help="print a script that completes commands and options in bash, zsh or fish",
        description="Print a script that completes commands, options and their values in a shell. "
        + " ".join(f"For {shell}: {line.partition('   ')[0]}." for shell, line in _INSTALL.items()),
        epilog="exit codes: 0 printed, 2 usage",
    )
    completion.add_argument("shell", choices=tuple(_INSTALL), metavar="SHELL", help="bash, zsh or fish")
    completion.set_defaults(run=partial(_run, commands))


def _run(commands: Commands, arguments: argparse.Namespace) -> int:
    print("\n".join(_SCRIPTS[arguments.shell](tuple(_commands(commands)))))
    return CONFORMS


def _commands(commands: Commands) -> Iterator[Command]:
    helps = {action.dest: action.help or "" for action in commands._choices_actions}
    for name, parser in commands.choices.items():
        yield Command(name, helps[name], tuple(_word(name, action) for action in parser._actions))


def _word(command: str, action: argparse.Action) -> Word:
    values = tuple(map(str, action.choices or ()))
    if command == "explain" and not action.option_strings:
        values = _ids()
    values = values or next((_VALUES[name] for name in action.option_strings if name in _VALUES), ())
    return Word(tuple(action.option_strings), action.help or "", _takes(action), values)


def _takes(action: argparse.Action) -> Takes:
    if action.nargs == 0:
        return "nothing"
    if action.metavar == "DIR":
        return "directory"
    return "file" if action.type is Path or action.metavar == "CLIENT" else "word"


def _ids() -> tuple[str, ...]:
    from amazonpay_conformance.reporting import explanation

    return tuple(explanation.ids())


def _bash(commands: tuple[Command, ...]) -> Iterator[str]:
    yield f"# bash completion of {PROGRAM}: {_INSTALL['bash']}"
    yield "_amazonpay_conformance() {"
    yield "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}"
    yield '    if [ "$COMP_CWORD" -eq 1 ]; then'
    yield f"        {_compgen((*(command.name for command in commands), '--help', '--version'))}"
    yield "        return"
    yield "    fi"
    yield '    case "${COMP_WORDS[1]} $previous" in'
    for command in commands:
        for option in command.options:
            if option.takes != "nothing":
                cases = " | ".join(f'"{command.name} {name}"' for name in option.names)
                yield f"        {cases}) {_bash_value(option)}; return ;;"
    yield "    esac"
    yield '    case "${COMP_WORDS[1]}" in'
    for command in commands:
        names = tuple(name for option in command.options for name in option.names)
        operand = _bash_value(command.operand) if command.operand else "COMPREPLY=()"
        yield f'        {command.name}) case "$current" in -*) {_compgen(names)} ;; *) {operand} ;; esac ;;'
    yield "    esac"
    yield "}"
    yield f"complete -o filenames -F _amazonpay_conformance {PROGRAM}"


def _bash_value(word: Word) -> str:
    flags = {"file": " -f", "directory": " -d"}.get(word.takes, "")
    return _compgen(word.values, flags)


def _compgen(words: tuple[str, ...], flags: str = "") -> str:
    listed = f' -W "{" ".join(words)}"' if words else ""
    if not listed and not flags:
        return "COMPREPLY=()"
    return f'COMPREPLY=($(compgen{flags}{listed} -- "$current"))'


def _zsh(commands: tuple[Command, ...]) -> Iterator[str]:
    yield f"#compdef {PROGRAM}"
    yield f"# zsh completion: {_INSTALL['zsh']}"
    yield "_amazonpay_conformance() {"
    yield "    local -a commands=("
    for command in commands:
        yield f"        {_quoted(f'{command.name}:{command.help}')}"
    yield "    )"
    yield "    if (( CURRENT == 2 )); then"
    yield "        _describe command commands"
    yield "        return"
    yield "    fi"
    yield "    local command=$words[2]"
    yield "    shift words"
    yield "    (( CURRENT-- ))"
    yield "    case $command in"
    for command in commands:
        yield f"        {command.name}) _arguments \\"
        for word in command.words:
            yield from (f"            {spec} \\" for spec in _zsh_specs(word))
        yield "            && return ;;"
    yield "    esac"
    yield "}"
    yield f"compdef _amazonpay_conformance {PROGRAM}"


def _zsh_specs(word: Word) -> Iterator[str]:
    if word.takes == "nothing":
        yield from (_quoted(f"{name}[{_zsh_text(word.help)}]") for name in word.names)
        return
    value = f"({' '.join(word.values)})" if word.values and word.takes == "word" else _ZSH_VALUES[word.takes]
    for name in word.names:
        yield _quoted(f"{name}[{_zsh_text(word.help)}]:{name.lstrip('-')}:{value}")
    if not word.names:
        yield _quoted(f"*:{_zsh_text(word.help)}:{value}")


_ZSH_VALUES: Final = {"word": " ", "file": "_files", "directory": "_files -/"}


def _zsh_text(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "[]:" else letter for letter in text)


def _fish(commands: tuple[Command, ...]) -> Iterator[str]:
    yield f"# fish completion of {PROGRAM}: {_INSTALL['fish']}"
    yield f"complete -c {PROGRAM} -f"
    yield f"complete -c {PROGRAM} -n __fish_use_subcommand -l version -d 'print the version and exit'"
    for command in commands:
        told = _quoted(command.help)
        yield f"complete -c {PROGRAM} -n __fish_use_subcommand -a {command.name} -d {told}"
    for command in commands:
        here = f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {command.name}'"
        for word in command.words:
            yield f"{here}{_fish_names(word)}{_fish_value(word)} -d {_quoted(word.help)}"


def _fish_names(word: Word) -> str:
    return "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in word.names)


def _fish_value(word: Word) -> str:
    if word.takes == "nothing":
        return ""
    values = f" -a {_quoted(' '.join(word.values))}" if word.values else ""
    if word.takes == "directory":
        values = " -a '(__fish_complete_directories)'"
    files = " -F" if word.takes == "file" else ""
    return f"{' -r' if word.names else ''}{files}{values}"


def _quoted(text: str) -> str:
    """Return a word in single quotes, as all three shells read it."""
    return "'" + text.replace("'", "’") + "'"


_SCRIPTS: Final[Mapping[str, Callable[[tuple[Command, ...]], Iterator[str]]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
