"""Options of every command, examples in the help, and completion of the shell."""

from __future__ import annotations

import json
import logging
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.examples import EXAMPLES
from courtside.cli.main import COMMANDS, app, loaded
from tests import homes
from tests.cli.test_reading_commands import leaves

NOW = {"COURTSIDE_NOW": f"{homes.NOW:%Y-%m-%dT%H:%M}"}


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) == {leaf for name in COMMANDS for leaf in leaves(name, loaded(name))}


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_examples_of_a_command_can_be_typed_and_are_in_its_help(path: str) -> None:
    top, *inner = path.split()
    command = loaded(top)
    for name in inner:
        command = command.commands[name]
    assert "\n" not in command.help.replace("\n\n", ""), "a line that breaks inside a paragraph fits one width only"
    shown = CliRunner().invoke(app, [*path.split(), "--help"], env={"COLUMNS": "200"}).output
    for example in EXAMPLES[path]:
        words = shlex.split(example)
        words = words[words.index("courtside") + 1 :]
        assert words[: len(inner) + 1] == path.split()
        command.make_context(path, words[len(inner) + 1 :])
        assert example in shown


def test_quiet_prints_json_and_errors_only(run_home: Path, tmp_path: Path) -> None:
    home = ["--home", str(homes.copy_of(run_home, tmp_path / "home"))]
    for words in (["--quiet", "status"], ["status", "-q"]):
        assert CliRunner().invoke(app, [*words, *home], env=NOW).output == ""
    assert json.loads(CliRunner().invoke(app, ["status", "--json", "--quiet", *home], env=NOW).stdout)["season"]
    assert "season 2025-26" in CliRunner().invoke(app, ["status", *home], env=NOW).stdout
    wrong = CliRunner().invoke(app, ["today", "soon", "--quiet", *home], env=NOW)
    assert (wrong.exit_code, "'soon' is not a date" in wrong.stderr, wrong.stdout) == (2, True, "")


def test_verbose_logs_each_stage_as_readable_lines(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    words = ["run", "--start-date", str(homes.LAST), "--end-date", str(homes.LAST), "--home", str(home)]
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        result = CliRunner().invoke(app, [*words, "--verbose"], env=NOW)
        assert "1 unchanged" in result.stderr
        assert "stage=features" in result.stderr
        assert "stage=features" not in CliRunner().invoke(app, words, env=NOW).stderr
        assert CliRunner().invoke(app, [*words, "-q", "-v"], env=NOW).exit_code == 2
    finally:
        root.handlers, level = before
        root.setLevel(level)


def test_an_unknown_format_of_log_lines_is_a_wrong_setting(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path / "none")]
    result = CliRunner().invoke(app, ["status", *home], env=NOW | {"COURTSIDE_LOG_FORMAT": "xml"})
    assert (result.exit_code, "Set it to text or json" in result.stderr) == (2, True)


def test_the_shell_completes_commands_and_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(line: str) -> str:
        words = {
            "_COURTSIDE_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        }
        return CliRunner().invoke(app, [], env=words, prog_name="courtside").stdout

    assert set(completed("courtside ru").split()) == {"run", "runs"}
    assert "--stage" in completed("courtside run --st")
    assert "--start-date" in completed("courtside run --st")
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    script = CliRunner().invoke(app, ["--show-completion"], prog_name="courtside")
    assert (script.exit_code, "complete_bash" in script.output) == (0, True)
