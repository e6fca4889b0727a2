"""Security: no readable key, no public port, no SQL built from data."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.cli.publish import serve_command
from courtside.sources.odds import KEY_VARIABLE
from tests import homes

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "courtside"
KEY = "k3y-that-n0body-may-see"
TOKEN = "t0ken-0f-an-alert"
WRITES_SQL = ("warehouse/", "raw/versions.py")
SQL = re.compile(r"^\s*(SELECT|INSERT|DELETE|UPDATE|CREATE|DROP|ALTER|MERGE|WITH|TRUNCATE|COPY|ATTACH)\b")
UNPACKS = re.compile(r"\.extractall\(|shutil\.unpack_archive|\btarfile\b")
SPAWNS = re.compile(r"shell=True|os\.system\(|os\.popen\(|(?<![.\w])(eval|exec)\(|yaml\.load\(|yaml\.unsafe")


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def made_sql(text: str) -> list[int]:
    """Return the lines of a module on which SQL is put together from parts."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant)
        if SQL.match(str(first.value))
    ]


def test_only_the_engines_build_sql() -> None:
    found = {name: lines for name, text in modules() if not name.startswith(WRITES_SQL) and (lines := made_sql(text))}
    assert found == {}


@pytest.mark.parametrize("planted", ['f"SELECT * FROM {name}"', 'run(f"""\\n  DELETE FROM games WHERE id = {x}""")'])
def test_the_rule_about_sql_catches_a_planted_one(planted: str) -> None:
    assert made_sql(planted)


@pytest.mark.parametrize("rule", [UNPACKS, SPAWNS], ids=["archives", "shells"])
def test_no_archive_is_unpacked_to_disk_and_no_text_is_executed(rule: re.Pattern[str]) -> None:
    assert [name for name, text in modules() if rule.search(text)] == []


@pytest.mark.parametrize("planted", ["archive.extractall(folder)", "import tarfile"])
def test_the_rule_about_archives_catches_a_planted_one(planted: str) -> None:
    assert UNPACKS.search(planted)


def test_the_server_listens_on_loopback_by_default() -> None:
    assert inspect.signature(serve_command).parameters["host"].default == "127.0.0.1"
    assert [name for name, text in modules() if re.search(r"0\.0\.0\.0|\[::\]", text)] == []


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ingest", "live", "--dry-run"),
    ("ingest", "odds", "--dry-run"),
    ("config",),
    ("status", "--json"),
    ("runs", "--json"),
    ("runs", "--prometheus"),
    ("daily", "--date", str(homes.LAST)),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_prints_or_writes_a_key(
    command: tuple[str, ...], run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nba_api", reason="courtside[live] is not installed")
    home = homes.copy_of(run_home, tmp_path / "home")
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setenv("COURTSIDE_ALERT_URLS", f"json://127.0.0.1:9/{TOKEN}")
    monkeypatch.setenv("COURTSIDE_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    result = CliRunner().invoke(app, [*command, "--home", str(home)])
    output = result.stdout + result.stderr + repr(result.exception)
    assert KEY not in output
    assert TOKEN not in output
    assert holding(home, KEY, TOKEN) == []


def holding(home: Path, *secrets: str) -> list[str]:
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    ]


def test_a_key_in_a_file_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"\x00" + KEY.encode())
    assert holding(tmp_path, KEY) == ["warehouse.duckdb"]


def test_the_settings_file_accepts_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "courtside.toml"
    settings.write_text(f'odds_api_key = "{KEY}"\n', encoding="utf-8")
    monkeypatch.setenv("COURTSIDE_CONFIG", str(settings))
    result = CliRunner().invoke(app, ["status", "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "odds_api_key" in result.stderr
    assert KEY not in result.stdout + result.stderr
