"""`courtside --help` loads no heavy library, and each command is listed with its own help."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from courtside.cli.main import COMMANDS, PANELS, loaded

HEAVY = {
    *("polars", "numpy", "pandas", "pyarrow", "duckdb", "narwhals", "pydantic", "pydantic_settings", "rapidfuzz"),
    *("catboost", "lightgbm", "apprise", "requests", "stamina", "starlette", "uvicorn", "jinja2", "prometheus_client"),
    *("sqlframe", "sqlglot", "google", "dagster", "nba_api", "pypdf", "yaml"),
}
HELP = "import sys; sys.argv[1:] = ['--help']; from courtside.cli.main import app; app(standalone_mode=False)"


def _heavy_modules(code: str) -> set[str]:
    """Return the heavy libraries that a process has loaded after running `code`."""
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(sorted(sys.modules))"], capture_output=True, text=True, check=True
    )
    return HEAVY & set(ast.literal_eval(result.stdout.splitlines()[-1]))


def test_the_help_loads_no_heavy_library() -> None:
    assert _heavy_modules(HELP) == set()


def test_a_planted_import_of_a_heavy_library_is_found() -> None:
    assert _heavy_modules(f"import courtside.clock, duckdb; {HELP}") >= {"duckdb"}


def test_every_library_named_as_heavy_is_one_that_the_package_needs() -> None:
    declared = (Path(__file__).parents[2] / "pyproject.toml").read_text().replace("-", "_").lower()
    assert {name for name in HEAVY - {"google", "sqlglot", "pandas", "yaml"} if name not in declared} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_the_first_paragraph_of_its_own_help(name: str) -> None:
    assert COMMANDS[name][1] == " ".join(loaded(name).help.split("\n\n")[0].split())


def test_every_command_is_in_one_panel_of_the_help() -> None:
    assert sorted(name for names in PANELS.values() for name in names) == sorted(COMMANDS)
