"""How a command ends: one line about an error, an exit code that separates crashes from held dates, and an alert."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from courtside.cli.main import app
from courtside.errors import AnswerError, CourtsideError, WarehouseBusyError
from tests import homes

UNREACHABLE = "json://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def undeliverable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send alerts to an unreachable address, so that each ends in the home's dead-letter file."""
    monkeypatch.setenv("COURTSIDE_ALERT_URLS", UNREACHABLE)
    monkeypatch.setenv("COURTSIDE_NOW", "2025-11-13T17:00")


def call(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def alerts(home: Path) -> list[str]:
    file = home / "alerts" / "dead_letter.jsonl"
    return [json.loads(line)["cause"] for line in file.read_text().splitlines()] if file.exists() else []


def crash(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("courtside.cli.daily.run_day", raising)
    monkeypatch.setattr("courtside.cli.run.status_of", raising)


CRASHES = {
    "a fault": (TypeError("cannot add\n'str' and 'int'"), ("cannot add", "LOG_LEVEL=DEBUG")),
    "markup": (KeyError("[/x]"), ("[/x]",)),
    "no message": (MemoryError(), ("MemoryError",)),
    "recursion": (RecursionError("too deep"), ("too deep",)),
    "a full disk": (OSError(errno.ENOSPC, "No space left on device", "/data/x"), ("/data/x", "Free disk space")),
    "a refusal": (CourtsideError("the ledger differs from its hash"), ("differs",)),
}


@pytest.mark.parametrize("command", ["daily", "status"])
@pytest.mark.parametrize(("error", "named"), CRASHES.values(), ids=CRASHES)
def test_a_crash_is_one_line_exit_code_70_and_an_alert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, named: tuple[str, ...], command: str
) -> None:
    crash(monkeypatch, error)
    result = call(tmp_path, command)
    assert result.exit_code == 70
    assert all(word in result.stderr for word in named)
    assert result.stderr.count("\n") == 1
    assert alerts(tmp_path) == ["run.crashed"]


@pytest.mark.parametrize(
    ("error", "sent"),
    [(TypeError("odd"), ["run.crashed"]), (CourtsideError("differs"), ["run.crashed"]), (AnswerError("held"), [])],
)
def test_a_check_that_crashes_exits_with_2_and_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, sent: list[str]
) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("courtside.cli.check.open_warehouse", raising)
    (tmp_path / "warehouse.duckdb").touch()
    result = call(tmp_path, "check", "training-data")
    assert result.exit_code == 2
    assert result.stderr.startswith("could not check: ")
    assert result.stderr.count("\n") == 1
    assert alerts(tmp_path) == sent


def test_the_traceback_is_shown_at_log_level_debug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash(monkeypatch, TypeError("odd"))
    monkeypatch.setenv("COURTSIDE_LOG_LEVEL", "DEBUG")
    assert "Traceback" in call(tmp_path, "daily").stderr


def test_a_secret_in_an_error_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_ODDS_API_KEY", "k3y-0f-the-0dds")
    crash(monkeypatch, ValueError("/odds?apiKey=k3y-0f-the-0dds"))
    result = call(tmp_path, "daily")
    assert (result.exit_code, "k3y-0f" in result.stderr) == (70, False)
    assert "k3y-0f" not in (tmp_path / "alerts" / "dead_letter.jsonl").read_text()


def test_an_interruption_and_a_busy_warehouse_are_not_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash(monkeypatch, KeyboardInterrupt())
    assert call(tmp_path, "daily").exit_code == 130
    crash(monkeypatch, WarehouseBusyError("another process is writing"))
    assert call(tmp_path, "daily").exit_code == 1
    assert alerts(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [("run",), ("nothing",), ("[/x]",), ("run", "--start-date", "[/x]", "--end-date", "2025-11-01"),
     ("run", "--start-date", "2025-11-02", "--end-date", "2025-11-01"), ("daily", "--date", "soon"),
     ("runs", "nosuch"), ("export",), ("evaluate", "--system", "oracle")],
)  # fmt: skip
def test_a_wrong_argument_is_exit_code_2_and_no_alert(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--home", str(tmp_path)] if len(words) > 1 else list(words))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert alerts(tmp_path) == []


def test_the_exit_codes_are_in_the_help() -> None:
    output = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    for code in ("0 done", "1 something is held", "2 wrong arguments", "70 stopped", "run.crashed"):
        assert code in output


READERS = (
    ("status",), ("runs",), ("daily",), ("run", "--start-date", "2025-11-01", "--end-date", "2025-11-02"),
    ("export", "--date", "2025-11-01"), ("explain", "nobody", "2025-11-01"), ("models", "list"), ("train",),
    ("evaluate", "--start-date", "2025-11-01", "--end-date", "2025-11-02"), ("repair",), ("migrate",),
    ("ingest", "simulate"), ("ingest", "files", __file__),
)  # fmt: skip


def truncated(whole: Path, home: Path) -> None:
    (home / "warehouse.duckdb").write_bytes(whole.read_bytes()[: 3 * 4096])


def cut_short(whole: Path, home: Path) -> None:
    (home / "warehouse.duckdb").write_bytes(whole.read_bytes()[:10])


def overwritten(whole: Path, home: Path) -> None:
    (home / "warehouse.duckdb").write_bytes(b"no database\n" * 1000)


def damaged_header(whole: Path, home: Path) -> None:
    content = bytearray(whole.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (home / "warehouse.duckdb").write_bytes(content)


def folder(whole: Path, home: Path) -> None:
    (home / "warehouse.duckdb").mkdir()


def file_as_home(whole: Path, home: Path) -> None:
    home.rmdir()
    home.write_text("a file")


@pytest.fixture(scope="module")
def whole(run_home: Path) -> Path:
    return run_home / "warehouse.duckdb"


@pytest.mark.parametrize("damage", [truncated, cut_short, overwritten, damaged_header, folder, file_as_home])
def test_every_command_prints_one_line_about_an_unreadable_warehouse(
    whole: Path, tmp_path: Path, damage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURTSIDE_ALERT_URLS")
    home = tmp_path / "home"
    home.mkdir()
    damage(whole, home)  # type: ignore[operator]
    for words in READERS:
        result = call(home, *words)
        assert result.exit_code == 70, (words, result.output)
        assert str(home) in result.stderr, words
        assert result.stderr.count("\n") == 1, words
        assert "`courtside" in result.stderr or "--home" in result.stderr, words
    for words in (("check", "daily"), ("check", "features"), ("check", "training-data"), ("check", "history")):
        result = call(home, *words)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1), words


def test_a_file_that_ends_in_the_middle_of_its_tables_fails_the_day(whole: Path, tmp_path: Path) -> None:
    content = whole.read_bytes()
    (tmp_path / "warehouse.duckdb").write_bytes(content[: len(content) // 2])
    days = ("--start-date", str(homes.FIRST), "--end-date", str(homes.LAST), "--no-resume")
    for words in (("status",), ("runs",), ("run", *days)):
        result = call(tmp_path, *words)
        assert "Traceback" not in result.output, words
    assert (result.exit_code, "cannot be read as a warehouse" in result.stderr) == (70, True), result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is refused to root")
def test_a_home_without_write_permission_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    result = call(home, "status")
    assert (result.exit_code, result.stderr.count("\n")) == (70, 1)
    assert "owner and mode" in result.stderr


def test_a_home_that_cannot_be_created_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURTSIDE_ALERT_URLS")
    result = call(Path("/proc/courtside"), "daily")
    assert (result.exit_code, result.stderr.count("\n")) == (70, 1)
    assert "/proc/courtside" in result.stderr


@pytest.mark.parametrize("words", [("ingest", "simulate", "--seasons", "1", "--until", "2025-10-24"), ("daily",)])
def test_a_full_disk_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A limit on file sizes makes each write of one process fail as on a full disk."""
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); " \
        "from courtside.cli.main import app; app()"  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--home", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70, done.stderr
    assert done.stderr.count("\n") == 1
    assert str(tmp_path) in done.stderr


def test_the_alert_about_a_crash_recovers_when_a_run_ends(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    sent: list[str] = []
    monkeypatch.setattr(
        "courtside.alerts.AppriseDelivery.__call__", lambda _, severity, title, body: sent.append(f"{severity} {title}")
    )
    with monkeypatch.context() as crashing:
        crash(crashing, TypeError("odd"))
        call(home, "daily")
    days = ("--start-date", str(homes.LAST), "--end-date", str(homes.LAST))
    assert call(home, "run", *days).exit_code == 0
    assert sent == ["critical `courtside daily` was stopped", "recovered recovered: run.crashed"]


def test_systemd_counts_a_crash_and_a_wrong_setting_as_failures() -> None:
    unit = (Path(__file__).parents[2] / "deploy" / "systemd" / "courtside.service").read_text(encoding="utf-8")
    accepted = [line.partition("=")[2].split() for line in unit.splitlines() if line.startswith("SuccessExitStatus")]
    assert accepted == [["1"]]


def test_a_crash_fails_the_dagster_run_and_alerts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
    from courtside.orchestration import jobs
    from courtside.orchestration.installation import Courtside

    def raising(*_: object, **__: object) -> None:
        raise TypeError("odd")

    monkeypatch.setattr(jobs, "run_day", raising)
    monkeypatch.setattr(Courtside, "fetch", lambda *_: [])
    monkeypatch.setattr(Courtside, "every_plan", lambda *_: [])
    courtside = Courtside(home=str(tmp_path))
    result = jobs.daily.execute_in_process(resources={"courtside": courtside}, raise_on_error=False)
    assert not result.success
    assert alerts(tmp_path) == ["run.crashed"]
