"""A status that changes before tip-off: the slate is predicted again, and a player who is out gets no pick."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.analytics.tables import GAMES
from courtside.cli.main import app
from courtside.league.teams import TRICODE_OF_ID
from courtside.picks.tables import PUBLISHED_PICKS
from courtside.predictions.slates import REPORTED_OUT
from courtside.predictions.tables import PREDICTIONS
from courtside.quality.tables import GATE_BLOCKS
from courtside.raw.tables import RAW_INJURIES, RAW_PLAYER_BOX
from courtside.raw.versions import with_row_hash
from courtside.warehouse.base import Upsert
from tests import homes
from tests.quality.loopback import loopback

DAY = dt.date(2025, 11, 13)


def test_a_player_reported_out_is_blocked_by_the_gate_and_loses_his_pick(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    homes.run_in(home, last=DAY, through="picks")
    with homes.opened(home) as context:
        read = lambda table: context.warehouse.collect(context.warehouse.scan(table))  # noqa: E731
        published = read(PUBLISHED_PICKS).filter(game_date=DAY)
        assert published.height, "the test needs picks on a day to come"
        pick = published.row(0, named=True)
        _report_out(context, read, pick)
    homes.run_in(home, now=homes.NOW + dt.timedelta(minutes=30), last=DAY, through="picks")
    with homes.opened(home) as context:
        read = lambda table: context.warehouse.collect(context.warehouse.scan(table))  # noqa: E731
        own = pl.col("player_id") == pick["player_id"]
        rows = read(PREDICTIONS).filter(own, game_date=DAY)
        assert set(rows["gate_reason"]) == {REPORTED_OUT}
        assert not rows["gate_passed"].any()
        assert read(GATE_BLOCKS).filter(own, game_date=DAY)["reason"].to_list() == [REPORTED_OUT]
        newest = read(PUBLISHED_PICKS).filter(game_date=DAY)
        last = newest.filter(pl.col("version") == pl.col("version").max())
        assert last.height
        assert last.filter(own).is_empty()


def test_daily_sends_the_picks_and_then_the_scratch(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with loopback() as server:
        monkeypatch.setenv("COURTSIDE_PICK_ALERT_URLS", f"json://127.0.0.1:{server.port}/?rto=5&cto=5")
        _daily(home, homes.NOW, monkeypatch)
        first = json.loads(server.taken[0])
        with homes.opened(home) as context:
            read = lambda table: context.warehouse.collect(context.warehouse.scan(table))  # noqa: E731
            pick = read(PUBLISHED_PICKS).filter(game_date=DAY, subset_key="all_picks").row(0, named=True)
            _report_out(context, read, pick)
        _daily(home, homes.NOW + dt.timedelta(minutes=30), monkeypatch)
        _daily(home, homes.NOW + dt.timedelta(minutes=40), monkeypatch)
    assert [json.loads(body)["title"].startswith("[picks] Nov 13") for body in server.taken] == [True, True]
    dropped = [line for line in json.loads(server.taken[1])["message"].splitlines() if line.startswith("Dropped: ")]
    assert any(line.removeprefix("Dropped: ") == f"{own}: {REPORTED_OUT}" for own in _lines(first) for line in dropped)


def _lines(message: dict[str, str]) -> list[str]:
    return message["message"].splitlines()


def _daily(home: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_NOW", now.isoformat())
    done = CliRunner().invoke(app, ["daily", "--home", str(home)])
    assert done.exit_code in (0, 1), done.output


def _report_out(context, read, pick) -> None:
    game = read(GAMES).filter(game_id=pick["game_id"]).row(0, named=True)
    name = read(RAW_PLAYER_BOX).filter(player_id=pick["player_id"])["player_name"][0]
    now = homes.NOW + dt.timedelta(minutes=20)
    matchup = "@".join(TRICODE_OF_ID[game[f"{side}_team_id"]] for side in ("away", "home"))
    own = {"game_date": DAY, "report_at": now, "matchup": matchup, "team_id": pick["team_id"], "tip_at": None}
    own |= {"reason": None, "payload_id": "test", "known_at": now}
    rows = pl.DataFrame(
        [
            own | {"player_name": "", "state": "submitted", "status": None},
            own | {"player_name": name, "state": "listed", "status": "Out"},
        ],
        schema_overrides={key: kind for key, kind in RAW_INJURIES.polars_schema.items() if key != "row_hash"},
        infer_schema_length=None,
    )
    context.warehouse.append([Upsert(RAW_INJURIES, RAW_INJURIES.conform(with_row_hash(RAW_INJURIES, rows)))])
