"""A live intake: lines first, payloads are stored before they are parsed, and sources fail independently."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import narwhals as nw
import pytest

from courtside.clock import GameType
from courtside.config import load_settings
from courtside.errors import WarehouseBusyError
from courtside.operations.intake import KEPT, Step, fetch, ingest_waiting, sketch
from courtside.operations.plans import Plan, day_plan, every_plan, injuries_plan, odds_plan, schedule_plan
from courtside.operations.runs import recent_runs
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.tables import ALL_TABLES
from courtside.raw.tables import PAYLOAD_LOG, RAW_INJURIES, RAW_LINES, RAW_PLAYER_BOX
from courtside.sources.http import Client
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.raw.builders import cdn, cdn_game
from tests.sources.live.loopback import Provider, Reply
from tests.sources.live.payloads import (
    DAY,
    EVENTS_PATH,
    LOG_PATH,
    NOW,
    ODDS_PATH,
    SCHEDULE_PATH,
    event_odds,
    events,
    game_log,
)
from tests.sources.live.reports import injury_report

pytest.importorskip("nba_api", reason="courtside[live] is not installed")
pytest.importorskip("pypdf", reason="courtside[live] is not installed")
REPORT_PATH = "/referee/injury/Injury-Report_2024-02-22_05_00PM.pdf"


@contextmanager
def opened(home: Path) -> Iterator[Context]:
    settings = load_settings(home=home, now=NOW, threads=2)
    with DuckDBWarehouse(settings.warehouse_path, threads=2) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)


def stock(provider: Provider) -> None:
    """Give a provider the replies for every request of a day."""
    provider.on(EVENTS_PATH, events())
    provider.on(ODDS_PATH, event_odds())
    provider.on(REPORT_PATH, injury_report())
    provider.on(SCHEDULE_PATH, cdn(cdn_game()))
    provider.on(LOG_PATH, game_log("T"), game_log("P"))


def plans(client: Client) -> list[Plan]:
    return every_plan(client.clock, lambda _: [("0022300799", GameType.REGULAR)])


def run_intake(home: Path, client: Client, chosen: list[Plan]) -> list[Step]:
    pending = Pending(PayloadStore(home / "raw"))
    return [step for plan in chosen for step in fetch(plan, client, pending)]


def rows(home: Path, table: object) -> int:
    with opened(home) as context:
        return context.warehouse.collect(context.warehouse.scan(table)).height  # type: ignore[arg-type]


def test_a_day_is_fetched_lines_first_and_ingested(
    provider: Provider, client: Client, tmp_path: Path, key: str
) -> None:
    stock(provider)
    steps = run_intake(tmp_path, client, plans(client))
    assert {step.status for step in steps} == {"fetched"}, steps
    assert [item.path for item in provider.requests] == [
        EVENTS_PATH, ODDS_PATH, REPORT_PATH, SCHEDULE_PATH, LOG_PATH, LOG_PATH,
    ]  # fmt: skip
    with opened(tmp_path) as context:
        ingest_waiting(context, steps)
    assert (rows(tmp_path, RAW_LINES), rows(tmp_path, RAW_PLAYER_BOX)) == (1, 1)
    assert rows(tmp_path, RAW_INJURIES) == 7
    assert list(Pending(PayloadStore(tmp_path / "raw")).waiting()) == []


def test_the_key_is_in_no_file_of_the_home(provider: Provider, client: Client, tmp_path: Path, key: str) -> None:
    stock(provider)
    provider.on(ODDS_PATH, Reply(b'{"message": "bad key ' + key.encode() + b'"}', 401))
    steps = run_intake(tmp_path, client, plans(client))
    with opened(tmp_path) as context:
        ingest_waiting(context, steps)
        stored = str([context.warehouse.collect(context.warehouse.scan(table)).rows() for table in ALL_TABLES])
    store = PayloadStore(tmp_path / "raw")
    kept = [store.read(path.stem) for path in (tmp_path / "raw").rglob("*.zst")]
    logged = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [text for text in (*kept, *logged, stored.encode()) if key.encode() in text]


def test_a_payload_stays_pending_while_the_warehouse_is_locked_and_the_next_run_ingests_it(
    provider: Provider, client: Client, tmp_path: Path, key: str
) -> None:
    stock(provider)
    steps = run_intake(tmp_path, client, [odds_plan(DAY)])
    settings = load_settings(home=tmp_path, now=NOW)
    with (
        DuckDBWarehouse(settings.warehouse_path),
        pytest.raises(WarehouseBusyError),
        _elsewhere(settings.warehouse_path),
    ):
        pass
    with opened(tmp_path) as context:
        reports = ingest_waiting(context, steps)
        assert [report.rows_new for report in reports] == [1]
        assert ingest_waiting(context) == []


@contextmanager
def _elsewhere(path: Path) -> Iterator[None]:
    """Open the warehouse in another process."""
    import subprocess
    import sys

    code = (
        "import sys; from courtside.warehouse.duckdb import DuckDBWarehouse\n"
        "from courtside.errors import WarehouseBusyError\n"
        "try:\n    DuckDBWarehouse(sys.argv[1], patience=0)\n"
        "except WarehouseBusyError:\n    sys.exit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    if done.returncode == 3:
        raise WarehouseBusyError("held by another process")
    yield


@pytest.mark.parametrize(
    ("path", "body", "source", "says"),
    [
        (LOG_PATH, game_log("T", rename={"TEAM_ID": "TEAMID"}), "nba",
         "lacks the column TEAM_ID (closest present: TEAMID)"),
        (ODDS_PATH, json.dumps({"id": "x", "sport_key": "basketball_nba", "commence_time": "", "books": []}).encode(),
         "odds", "the list `bookmakers` is missing"),
        (SCHEDULE_PATH, b'{"leagueSchedule": {"dates": []}}', "schedule", "lacks the list leagueSchedule.gameDates"),
        (EVENTS_PATH, b'[{"event": 1}]', "odds", "an event lacks id or commence_time"),
        (REPORT_PATH, injury_report().replace(b"(Matchup)", b"(Pairing)"), "injuries", "without the header"),
    ],
    ids=["column renamed", "books renamed", "schedule", "events", "report"],
)  # fmt: skip
def test_a_changed_format_stops_only_its_source_and_names_the_difference(
    provider: Provider, client: Client, tmp_path: Path, key: str, path: str, body: bytes, source: str, says: str
) -> None:
    stock(provider)
    provider.on(path, body)
    steps = run_intake(tmp_path, client, plans(client))
    bad = [step for step in steps if step.status not in ("fetched", "absent")]
    assert [step.source for step in bad] == [source]
    assert bad[0].status in ("refused", "stopped")
    assert says in str(bad[0].reason)
    assert {step.source for step in steps} == {"odds", "injuries", "schedule", "nba"}
    with opened(tmp_path) as context:
        ingest_waiting(context, steps)
        log = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG))
        failures = recent_runs(context.warehouse)[0].failures
    assert failures >= 1
    store = PayloadStore(tmp_path / "raw")
    assert body in [store.read(payload_id) for payload_id in log["payload_id"]]


def test_moved_and_new_columns_are_accepted_and_logged(provider: Provider, client: Client, tmp_path: Path) -> None:
    table = json.loads(game_log("T", new="NEW_STAT"))
    sheet = table["resultSets"][0]
    order = list(reversed(range(len(sheet["headers"]))))
    sheet["headers"] = [sheet["headers"][place] for place in order]
    sheet["rowSet"] = [[row[place] for place in order] for row in sheet["rowSet"]]
    provider.on(LOG_PATH, json.dumps(table).encode(), game_log("P"))
    first, second = run_intake(tmp_path, client, [day_plan(DAY, lambda _: [])])
    assert (first.status, first.reason) == ("fetched", "new columns NEW_STAT; columns in another order")
    assert (second.status, second.reason) == ("fetched", None)


def test_a_lasting_fault_fails_its_request_and_the_circuit_stops_the_source(
    provider: Provider, client: Client, tmp_path: Path, key: str
) -> None:
    stock(provider)
    listed = [json.loads(events(id=f"event{place}"))[0] for place in range(5)]
    provider.on(EVENTS_PATH, json.dumps(listed).encode())
    for place in range(5):
        provider.on(f"{EVENTS_PATH}/event{place}/odds", Reply(b"", 503))
    steps = run_intake(tmp_path, client, plans(client))
    assert [step.status for step in steps if step.source == "odds"] == ["fetched", "failed", "failed", "not_yet"]
    assert {step.status for step in steps if step.source != "odds"} == {"fetched"}


def test_a_body_that_is_always_incomplete_is_kept(provider: Provider, client: Client, tmp_path: Path, key: str) -> None:
    stock(provider)
    provider.on(ODDS_PATH, event_odds()[:50])
    steps = run_intake(tmp_path, client, [odds_plan(DAY)])
    assert steps[-1].status == "failed"
    with opened(tmp_path) as context:
        (report,) = ingest_waiting(context, steps)
    assert (report.status, "truncated or damaged JSON" in str(report.reason)) == ("refused", True)


def test_a_full_disk_stops_a_source_and_the_run_continues(
    provider: Provider, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    stock(provider)
    monkeypatch.setattr("os.fsync", full)
    (step,) = fetch(schedule_plan(), client, Pending(PayloadStore(tmp_path / "raw")))
    assert (step.status, step.reason) == ("stopped", "could not be stored on disk: No space left on device")
    assert list(Pending(PayloadStore(tmp_path / "raw")).waiting()) == []


def test_without_a_key_only_the_odds_stop(
    provider: Provider, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURTSIDE_ODDS_API_KEY", raising=False)
    stock(provider)
    steps = run_intake(tmp_path, client, plans(client))
    assert (steps[0].source, steps[0].status) == ("odds", "stopped")
    assert "COURTSIDE_ODDS_API_KEY" in str(steps[0].reason)
    assert {step.status for step in steps[1:]} == {"fetched"}


def test_a_report_that_does_not_exist_yet_is_absent_and_not_a_failure(
    provider: Provider, client: Client, tmp_path: Path
) -> None:
    (plan,) = [plan for plan in plans(client) if plan.source == "injuries"]
    steps = run_intake(tmp_path, client, [plan])
    assert {step.status for step in steps} == {"absent"}


def test_a_payload_without_a_parser_is_stored_and_logged(
    provider: Provider, client: Client, tmp_path: Path, key: str
) -> None:
    stock(provider)
    steps = run_intake(tmp_path, client, [odds_plan(DAY)])
    with opened(tmp_path) as context:
        ingest_waiting(context, steps)
        log = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).filter(nw.col("name") == "events.json"))
    assert log["reason"].to_list() == [KEPT]


@pytest.mark.parametrize("damage", ["payload", "note"])
def test_a_damaged_pending_payload_is_set_aside_and_an_alert_names_it(
    provider: Provider, client: Client, tmp_path: Path, key: str, damage: str
) -> None:
    stock(provider)
    run_intake(tmp_path, client, [schedule_plan()])
    pattern = "??/*.zst" if damage == "payload" else "pending/*.json"
    (path,) = (tmp_path / "raw").glob(pattern)
    path.write_bytes(path.read_bytes()[:-9])
    with opened(tmp_path) as context:
        assert ingest_waiting(context) == []
        assert recent_runs(context.warehouse)[0].failures == 1
    assert len(list((tmp_path / "raw" / "pending").glob("*.damaged"))) == 1


def test_a_damaged_payload_is_replaced_when_the_same_bytes_are_fetched_again(
    provider: Provider, client: Client, tmp_path: Path
) -> None:
    stock(provider)
    run_intake(tmp_path, client, [schedule_plan()])
    (path,) = (tmp_path / "raw").glob("??/*.zst")
    path.write_bytes(b"rotten")
    run_intake(tmp_path, client, [schedule_plan()])
    assert PayloadStore(tmp_path / "raw").is_whole(path.stem)


def test_a_dry_run_shows_every_request_and_sends_none(provider: Provider, client: Client) -> None:
    shown = [str(request) for plan in every_plan(client.clock, lambda _: [], dry=True) for request in sketch(plan)]
    assert not provider.requests
    assert shown[0].startswith("GET https://api.the-odds-api.com/v4/sports/basketball_nba/events?")
    assert "/events/{event}/odds?" in shown[1]
    assert [line for line in shown if "PlayerOrTeam=P" in line]
    assert injuries_plan([], dry=True).source == "injuries"
