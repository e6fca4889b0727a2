"""Faults planted into a home between two runs: leases, unfinished files, lost payloads, files and warehouses."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.clock import date_range
from courtside.operations import stored_files
from courtside.operations.stored_files import PARTS, verify_files
from courtside.pipeline.tables import LEASES
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from tests import homes

runner = CliRunner()
NOW = "2025-11-13T17:00"
RUN = ("run", "--start-date", str(homes.LAST), "--end-date", str(homes.LAST))


def call(*words: str, home: Path, now: str = NOW) -> tuple[int, str]:
    env = {"COURTSIDE_NOW": now, "COLUMNS": "200", "COURTSIDE_LOCK_PATIENCE_SECONDS": "0.1"}
    result = runner.invoke(app, [*words, "--home", str(home)], env=env)
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(run_home, tmp_path / "home")


def take_lease(home: Path, acquired: dt.datetime, expires: dt.datetime, owner: str = "elsewhere:1") -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(f"DELETE FROM {LEASES.name}")
        row = {"name": "pipeline", "owner": owner, "run_id": "r", "acquired_at": acquired, "expires_at": expires}
        names = ", ".join(row)
        connection.execute(f"INSERT INTO {LEASES.name} ({names}) VALUES (?, ?, ?, ?, ?)", list(row.values()))


@pytest.mark.parametrize(
    ("taken", "ends", "blocks"),
    [
        (homes.NOW - dt.timedelta(hours=2), dt.datetime(2028, 1, 1), False),
        (dt.datetime(2027, 12, 31), dt.datetime(2028, 1, 1), False),
        (homes.NOW - dt.timedelta(minutes=5), dt.datetime(2028, 1, 1), True),
        (homes.NOW - dt.timedelta(minutes=5), homes.NOW + dt.timedelta(minutes=10), True),
    ],
)
def test_a_lease_of_another_host_blocks_for_an_hour_at_most(
    home: Path, taken: dt.datetime, ends: dt.datetime, blocks: bool
) -> None:
    take_lease(home, taken, ends)
    code, output = call(*RUN, home=home)
    if blocks:
        shown = min(ends, taken + dt.timedelta(hours=1))
        assert code == 1
        assert f"elsewhere:1) is writing; its lease ends {shown:%Y-%m-%d %H:%M:%S} UTC" in output
    else:
        assert "is writing" not in output
        assert code == call(*RUN, home=home)[0]


HOLD = """
import sys
from pathlib import Path
from courtside.cli.common import settings_of
from courtside.pipeline.context import opened
with opened(settings_of(Path(sys.argv[1]))) as context:
    context.run_log.acquire(600)
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_the_error_of_a_second_writer_names_the_first_and_the_end_of_its_lease(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        env=os.environ | {"COURTSIDE_NOW": NOW},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"holding\n"
        code, output = call("daily", home=home)
    finally:
        process.communicate(timeout=60)
    assert code == 1
    assert f"PID {process.pid}" in output
    assert "running since 2025-11-13 17:00:00 UTC, and its lease ends 2025-11-13 17:10:00 UTC" in output


def test_what_a_killed_export_left_is_removed_by_the_next(home: Path) -> None:
    folder = home / "public" / "v1" / "picks"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = [folder / ".a.json.0123456789abcdef.tmp", folder / f".b.json.{ended.pid}.0123.tmp", folder / ".c.tmp"]
    at_work = folder / f".d.json.{os.getppid()}.0123.tmp"
    for path in (*left, at_work):
        path.write_text("{")
    code, _ = call("export", "--date", "2025-11-05", home=home)
    assert code == 0
    assert [path for path in left if path.exists()] == []
    assert at_work.exists()


LOST = ("unlink", "empty")


def lose(home: Path, how: str) -> None:
    (home / "warehouse.duckdb").unlink()
    if how == "empty":
        (home / "warehouse.duckdb").touch()


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("command", ["daily", "status", "export --date 2025-11-05"])
def test_no_warehouse_is_created_beside_payloads_and_public_files(home: Path, how: str, command: str) -> None:
    before = (home / "public" / "v1" / "status.json").read_bytes()
    lose(home, how)
    code, output = call(*command.split(), home=home)
    assert code == 70
    assert "`courtside rebuild`" in output
    assert (home / "public" / "v1" / "status.json").read_bytes() == before
    assert not (home / "warehouse.duckdb").exists() or not (home / "warehouse.duckdb").stat().st_size


def test_no_warehouse_is_created_beside_files_or_payloads_alone(home: Path) -> None:
    lose(home, "unlink")
    shutil.rmtree(home / "raw")
    assert "`courtside rebuild`" in call("daily", home=home)[1]


def test_a_waiting_payload_does_not_prevent_a_first_warehouse(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Pending(PayloadStore(home / "raw")).add(homes.payloads()[0])
    assert "rebuild" not in call("daily", home=home)[1]
    assert (home / "warehouse.duckdb").exists()


def test_a_rebuild_gives_the_same_rows_picks_and_files(home: Path) -> None:
    assert call("run", "--start-date", str(homes.FIRST), "--end-date", str(homes.LAST), home=home)[0] == 0
    tables, published = homes.contents(home), homes.files(home)
    lose(home, "unlink")
    code, output = call("rebuild", home=home)
    assert code == 0, output
    after = homes.contents(home)
    for table in ("raw_player_box", "raw_lines", "player_games", "publications", "published_picks", "outcomes"):
        assert {day: after[table].get(day) for day in tables[table]} == tables[table], table
    now = homes.files(home)
    picks = {path: content for path, content in published.items() if path.startswith("v1/picks/")}
    assert picks
    assert {path: now.get(path) for path in picks} == picks
    assert call("rebuild", home=home)[0] != 0, "a warehouse that is there is not rebuilt"


def test_a_rebuild_keeps_the_order_of_arrival_after_a_wrong_clock_and_a_lost_payload(tmp_path: Path) -> None:
    """The home holds three dates, so that it is rebuilt in a moment."""
    home, now = tmp_path / "home", "2025-10-25T17:00"
    of_three_dates = homes.payloads()[:20]
    homes.ingest_into(home, of_three_dates)
    first = next(payload for payload in of_three_dates if payload.name.startswith("leaguegamelog_P_"))
    correction = homes.corrected_box_score()
    homes.ingest_into(home, [replace(correction, fetched_at=first.fetched_at - dt.timedelta(days=2))])
    PayloadStore(home / "raw").path_of(first.payload_id).unlink()
    (tmp_path / "delivered.json").write_bytes(first.content)
    assert call("ingest", "files", str(tmp_path / "delivered.json"), home=home, now=now)[0] == 0
    before = homes.contents(home)["raw_player_box"]
    lose(home, "unlink")
    code, output = call("rebuild", home=home, now=now)
    assert code == 0, output
    assert homes.contents(home)["raw_player_box"] == before


def test_a_rebuild_without_payloads_and_ledger_is_refused_and_creates_nothing(tmp_path: Path) -> None:
    code, output = call("rebuild", home=tmp_path / "nowhere")
    assert (code, "nothing to rebuild from" in output) == (2, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_rebuild_refuses_dates_that_only_a_public_file_holds(home: Path) -> None:
    published = homes.files(home)
    lose(home, "unlink")
    shutil.rmtree(home / "ledger")
    code, output = call("rebuild", home=home)
    assert code == 70
    assert "price, book, confidence and time of publication, so these picks cannot be restored" in " ".join(
        output.split()
    )
    assert homes.files(home) == published
    assert not (home / "warehouse.duckdb").exists()


def test_a_rebuild_names_a_damaged_payload_and_ingests_the_rest(tmp_path: Path) -> None:
    home = tmp_path / "home"
    homes.ingest_into(home, homes.payloads()[:20])
    lose(home, "unlink")
    next((home / "raw").glob("??/*.zst")).write_bytes(b"damaged")
    code, output = call("rebuild", home=home)
    assert code == 1
    assert "cannot be decompressed" in output


def test_a_rename_leaves_the_files_that_are_published(home: Path, tmp_path: Path) -> None:
    """The provider writes a player anew, in all his box scores: past files keep the name that they showed."""
    day = str(homes.LAST)
    assert call("export", "--start-date", str(homes.FIRST), "--end-date", day, home=home)[0] == 0
    before = homes.files(home)
    picks = json.loads((home / "public" / "v1" / "picks" / f"{day}.json").read_text())
    player = next(pick["player"] for group in picks["groups"] for pick in group["picks"])
    for place, payload in enumerate(homes.payloads()):
        if payload.name.startswith("leaguegamelog_P_") and player.encode() in payload.content:
            (tmp_path / f"{place}.json").write_bytes(payload.content.replace(player.encode(), b"Renamed Player"))
    later = "2025-11-13T20:00"
    assert call("ingest", "files", *map(str, tmp_path.glob("*.json")), home=home, now=later)[0] == 0
    call("export", "--start-date", str(homes.FIRST), "--end-date", day, home=home, now=later)
    past = ("v1/picks/", "v1/results/", "v1/best-bets/", "v1/subsets/", "v1/predictions/")
    dated = {path: content for path, content in before.items() if path.startswith(past)}
    assert len(dated) > 40
    assert {path: content for path, content in homes.files(home).items() if path in dated} == dated
    assert any("Renamed Player" in path.read_text() for path in (home / "public" / "v1" / "players").glob("*.json"))


def test_a_lost_payload_is_named_by_the_next_day(home: Path) -> None:
    for path in list((home / "raw").glob("??/*.zst"))[:3]:
        path.unlink()
    code, output = call("daily", home=home)
    assert code == 1
    assert output.count("lost or damaged payload: ") == 3


def test_damaged_payloads_are_named_and_damaged_public_files_written_again(home: Path) -> None:
    """A file that is missing or not JSON is found on any day, any other damage on one day in seven."""
    today = homes.NOW.date()
    folder = home / "public" / "v1"
    gone = folder / "picks" / f"{homes.LAST}.json"
    cut = folder / "picks" / f"{homes.LAST - dt.timedelta(days=3)}.json"
    changed = folder / "results" / f"{today - dt.timedelta(days=PARTS)}.json"
    before = {path: path.read_bytes() for path in (gone, cut, changed)}
    gone.unlink()
    cut.write_bytes(b'{"date"')
    changed.write_text(changed.read_text().replace('"player":"', '"player":"X', 1))
    assert changed.read_bytes() != before[changed]
    payload = next(
        path for path in (home / "raw").glob("??/*.zst") if (int(path.stem[:8], 16) - today.toordinal()) % PARTS == 0
    )
    payload.write_bytes(b"damaged")
    code, output = call("daily", home=home)
    assert code == 1
    assert output.count("lost or damaged payload: ") == 1
    assert payload.stem[:12] in output
    assert {line for line in output.splitlines() if line.startswith("public file written again: ")} == {
        f"public file written again: {path.relative_to(home / 'public')}" for path in before
    }
    assert all(json.loads(path.read_bytes())["date"] == path.stem for path in before)


def test_every_payload_and_every_published_date_is_verified_once_a_week(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads: list[str] = []
    dates: list[dt.date] = []
    monkeypatch.setattr(PayloadStore, "is_whole", lambda _, payload_id: payloads.append(payload_id) or True)
    monkeypatch.setattr(stored_files, "export_dates", lambda _, store, due: dates.extend(due) or [])
    for place in range(PARTS):
        now = homes.NOW + dt.timedelta(days=place)
        with homes.opened(home, now) as context:
            verify_files(context, now.date())
    assert sorted(payloads) == sorted(PayloadStore(home / "raw").ids())
    assert set(dates) == set(date_range(homes.FIRST, homes.LAST))
