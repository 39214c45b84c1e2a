"""The scripts that complete: read by their shells, and asked what they complete."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance import cli

SHELLS = ("bash", "zsh", "fish")
needs = {
    shell: pytest.mark.skipif(shutil.which(shell) is None, reason=f"install {shell}") for shell in SHELLS
}


@pytest.fixture
def script(command: Callable[..., Any], tmp_path: Path) -> Callable[[str], Path]:
    """Write what completes in a shell and return where it is."""

    def write(shell: str) -> Path:
        path = tmp_path / f"completion.{shell}"
        path.write_text(command("completion", shell).out, encoding="utf-8")
        return path

    return write


def completed(script: Path, *words: str) -> list[str]:
    """What bash would offer for the last of some words."""
    ask = (
        f"source {script}; COMP_WORDS=(amazonpay-conformance {' '.join(map(repr, words))}); "
        f'COMP_CWORD={len(words)}; _amazonpay_conformance; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    ran = subprocess.run(["bash", "-euc", ask], cwd=script.parent, capture_output=True, text=True, check=True)
    return ran.stdout.split()


@needs["bash"]
def test_bash_completes_commands_options_values_files_and_ids(script: Callable[[str], Path]) -> None:
    bash = script("bash")
    (bash.parent / "my_adapter.py").touch()
    (bash.parent / "reports").mkdir()

    assert completed(bash, "cert") == ["certify", "certify-endpoint"]
    assert completed(bash, "certify", "--prof") == ["--profile"]
    assert completed(bash, "certify", "--profile", "") == ["quick", "full"]
    assert completed(bash, "certify", "--client", "my") == ["my_adapter.py"]
    assert completed(bash, "certify", "--client", "ref") == ["reference"]
    assert completed(bash, "certify", "--out", "rep") == ["reports"]
    assert completed(bash, "explain", "SIG-00") == [f"SIG-00{digit}" for digit in range(1, 10)]
    assert completed(bash, "certify", "--seed", "") == []


@pytest.mark.parametrize("shell", [pytest.param(shell, marks=needs[shell]) for shell in SHELLS])
def test_the_shell_can_read_it(shell: str, script: Callable[[str], Path]) -> None:
    ran = subprocess.run([shell, "-n", str(script(shell))], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


@needs["fish"]
def test_fish_completes_commands_and_options(script: Callable[[str], Path]) -> None:
    ask = f"source {script('fish')}; complete -C 'amazonpay-conformance certify --prof'"
    ran = subprocess.run(["fish", "--no-config", "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("--profile\t")


@needs["zsh"]
def test_zsh_takes_it_for_the_completion_of_the_command(script: Callable[[str], Path]) -> None:
    ask = f"autoload -Uz compinit; compinit -D; source {script('zsh')}; print $_comps[amazonpay-conformance]"
    ran = subprocess.run(["zsh", "-f", "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "_amazonpay_conformance"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_completed(shell: str, command: Callable[..., Any]) -> None:
    text = command("completion", shell).out
    for name, parser in cli.parsers()[1].items():
        assert name in text
        for action in parser._actions:
            for option in action.option_strings:
                assert (f"-l {option[2:]}" if shell == "fish" and option.startswith("--") else option) in text


def test_a_shell_that_is_not_known_is_a_usage_error(command: Callable[..., Any]) -> None:
    assert command("completion", "tcsh").code == 2
