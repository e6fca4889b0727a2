"""Two versions of a box score: the one that arrives later is used completely, whatever the clock shows."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.raw.tables import RAW_PLAYER_BOX
from tests import homes

CLOCKS = ("2025-11-13T17:00", "2025-11-12T17:00", "2025-10-24T11:00", "2024-11-13T17:00")


def version(points: int) -> bytes:
    """Return a payload in which every player of one game log scored `points` more from free throws than at first."""
    log = next(payload for payload in homes.payloads() if payload.name.startswith("leaguegamelog_P_"))
    document = json.loads(log.content)
    result = document["resultSets"][0]
    for row in result["rowSet"]:
        row[result["headers"].index("PTS")] += points
        row[result["headers"].index("FTM")] += points
        row[result["headers"].index("FTA")] += points
    return json.dumps(document).encode()


def current_points(home: Path) -> pl.DataFrame:
    with homes.opened(home) as context:
        rows = context.warehouse.collect(context.raw(RAW_PLAYER_BOX))
    return rows.select("game_id", "player_id", "points").sort("game_id", "player_id")


def invoke(home: Path, *arguments: str) -> int:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)]).exit_code


@pytest.mark.parametrize(
    ("command", "now"), [*(("ingest", now) for now in CLOCKS), ("repair", CLOCKS[0]), ("repair", CLOCKS[-1])]
)
def test_the_later_version_of_a_box_score_is_used_completely(
    command, now, ingested_home, run_home, tmp_path, monkeypatch
):
    home = homes.copy_of(run_home if command == "repair" else ingested_home, tmp_path / "home")
    before = current_points(home)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for order, points in enumerate((7, 1, 4)):
        (inbox / f"{order}.json").write_bytes(version(points))
    monkeypatch.setenv("COURTSIDE_NOW", now)
    if command == "repair":
        invoke(home, "repair", "--from", str(inbox))
    else:
        assert invoke(home, "ingest", "files", str(inbox)) == 0
    after = current_points(home).join(before, on=["game_id", "player_id"], suffix="_before")
    added = after.select(pl.col("points") - pl.col("points_before")).to_series()
    assert set(added) == {0, 4}
    assert (added == 4).sum() == len(json.loads(version(0))["resultSets"][0]["rowSet"])
