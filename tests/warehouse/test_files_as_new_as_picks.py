"""Check 7.1 gives the same result on each engine: a file of the same second as its picks passes, an older one fails."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from courtside.audit.checks import DAILY_CHECKS
from courtside.audit.checks.base import Catalogue, run_check
from courtside.operations.checking import files_frame
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.publishing.stores.local import LocalStore
from courtside.warehouse.base import Warehouse

DAY = dt.date(2025, 11, 12)
SECOND = dt.datetime(2025, 11, 12, 17, 0, 5)
(CHECK,) = [check for check in DAILY_CHECKS if check.number == "7.1"]


def _published(*versions: tuple[dt.datetime, float, float]) -> dict[str, pl.DataFrame]:
    """Return the ledger of a date whose versions were published at an instant with a line and a price."""
    picks, publications = [], []
    for version, (at, line, price) in enumerate(versions, start=1):
        shared = {"game_date": DAY, "version": version, "published_at": at, "model_code": "210M"}
        publications.append(shared | {"signal": None, "picks": 1})
        named = {"subset_key": "all_picks", "player_id": 7, "team_id": 1, "opponent_team_id": 2, "direction": "OVER"}
        picks.append(shared | named | {"line": line, "price": price, "prediction": 20.0})
    frames = zip((PUBLICATIONS, PUBLISHED_PICKS), (publications, picks), strict=True)
    return {
        table.name: pl.DataFrame(rows, schema_overrides={"signal": pl.String, "published_at": pl.Datetime("us")})
        for table, rows in frames
    }


@pytest.mark.parametrize(
    ("versions", "status"),
    [
        ([(SECOND, 15.5, -110.0)], "passed"),
        ([(SECOND.replace(microsecond=999_999), 15.5, -110.0)], "passed"),
        ([(SECOND + dt.timedelta(seconds=1), 15.5, -110.0)], "failed"),
        ([(SECOND, 15.5, -110.0), (SECOND + dt.timedelta(hours=1), 15.5, -115.0)], "passed"),
        ([(SECOND, 15.5, -110.0), (SECOND + dt.timedelta(hours=1), 16.5, -110.0)], "failed"),
    ],
)
def test_a_file_must_be_as_new_as_its_picks(
    warehouse: Warehouse, tmp_path: Path, versions: list[tuple[dt.datetime, float, float]], status: str
) -> None:
    page = tmp_path / "v1" / "picks" / f"{DAY}.json"
    page.parent.mkdir(parents=True)
    page.write_text(json.dumps({"generated_at": f"{SECOND.isoformat()}Z", "groups": []}))
    frames = _published(*versions) | {"files": files_frame(LocalStore(tmp_path), DAY, DAY)}
    found = run_check(CHECK, Catalogue(warehouse, {}, (), DAY, DAY, DAY, SECOND, None, frames))
    assert (str(found.status), found.n) == (status, 1), found.detail
