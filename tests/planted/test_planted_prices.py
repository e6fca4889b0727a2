"""Prices that nobody could take, or that are not what they seem: planted in the lines and found by the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_LINES
from courtside.picks.price_tables import SIDE_VALUES
from courtside.raw.tables import RAW_LINES
from tests import homes
from tests.planted.live_day import DAY, RANGE, invoke, stored

BEFORE, LATER = f"{DAY}T15:00:00Z", f"{DAY}T17:20:00Z"
NOW = f"{DAY}T17:30"
COLUMNS = ("source", "game_date", "snapshot_utc", "commence_utc", "event_id", "home_team", "away_team", "opp")
REAL_BOOKS = ("draftkings", "fanduel", "betmgm", "caesars")


@pytest.fixture(scope="module")
def templates(live_home: Path) -> list[dict[str, Any]]:
    """The last raw line of DraftKings for each player that is predicted."""
    code, output = invoke(live_home, NOW, "prices", str(DAY), "--json")
    assert code == 0, output
    players = [item["player"] for item in json.loads(output)]
    raw = stored(live_home, RAW_LINES).filter((pl.col("book") == "draftkings") & pl.col("player_name").is_in(players))
    last = raw.sort("snapshot_at").unique("player_name", keep="last", maintain_order=True).sort("player_name")
    assert last.height > 30
    return last.to_dicts()


@pytest.fixture(scope="module")
def home(live_home: Path, templates: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose lines hold every planted price, for players of their own."""
    place = homes.copy_of(live_home, tmp_path_factory.mktemp("priced") / "home")
    rows = [
        _row(templates[0], "plant_late", 300, -400, seen="after"),
        _row(templates[1], "plant_other", 250, -320, line=templates[1]["line"] + 3),
        _row(templates[2], "plant_single", 400, None),
        _row(templates[3], "plant_fantasy", -137, -137),
        _row(templates[4], "plant_margin", 160, -4000),
        *(_row(item, book, -110, -110, line=item["line"] + 3) for item in templates[5:6] for book in REAL_BOOKS),
        _row(templates[5], "plant_unchanged", 140, -170, seen=BEFORE),
        _row(templates[5], "plant_unchanged", 140, -170, seen=LATER),
        *(_row(item, "plant_zcopy", item["over_price"], item["under_price"]) for item in templates[6:]),
        *(_row(item, "draftkings", item["over_price"], item["under_price"]) for item in templates[6:]),
    ]
    file = place.parent / "planted.csv"
    pl.DataFrame(rows, infer_schema_length=None).write_csv(file)
    code, output = invoke(place, NOW, "ingest", "files", str(file))
    assert code == 0, output
    assert invoke(place, NOW, "run", *RANGE)[0] == 0
    return place


def _row(
    template: dict[str, Any],
    book: str,
    over: float | None,
    under: float | None,
    *,
    line: float | None = None,
    seen: str = LATER,
) -> dict[str, Any]:
    tip = f"{template['commence_at']:%Y-%m-%dT%H:%M:%SZ}"
    after = f"{template['commence_at'].replace(minute=59):%Y-%m-%dT%H:%M:%SZ}"
    event = ("planted", str(DAY), after if seen == "after" else seen, tip, template["event_id"])
    teams = (template["home_team"], template["away_team"], None)
    return dict(zip(COLUMNS, (*event, *teams), strict=True)) | {
        "player_name": template["player_name"],
        "book": book,
        "line": template["line"] if line is None else line,
        "over_price": over,
        "under_price": under,
    }


def _priced(home: Path, player: str) -> dict[str, Any]:
    code, output = invoke(home, NOW, "prices", str(DAY), "--player", player, "--json")
    assert code == 0, output
    return json.loads(output)[0]


def _state(home: Path, player: str, book: str) -> str | None:
    return next((row["state"] for row in _priced(home, player)["books"] if row["book"] == book), None)


@pytest.mark.parametrize(
    ("place", "book", "state"),
    [
        (0, "plant_late", None),
        (2, "plant_single", "one_sided"),
        (3, "plant_fantasy", "no_price"),
        (4, "plant_margin", "no_price"),
        (5, "plant_unchanged", "stale"),
        (7, "plant_zcopy", "repeats"),
        (7, "draftkings", "current"),
    ],
)
def test_a_price_that_cannot_be_taken_is_marked_and_never_the_best(home, templates, place, book, state):
    player = templates[place]["player_name"]
    assert _state(home, player, book) == state
    if state != "current":
        sides = _priced(home, player)["sides"]
        assert book not in {row["book"] for row in sides} | {row["best_line_book"] for row in sides}


def test_a_price_of_another_line_is_not_the_price_of_this_line(home, templates):
    """+250 at a line three points higher is shown as the book's line, and does not price the pick's own line."""
    found = _priced(home, templates[1]["player_name"])
    over, under = found["sides"]
    assert _state(home, templates[1]["player_name"], "plant_other") == "current"
    assert over["price"] < 250
    assert over["book"] != "plant_other"
    assert (under["best_line_book"], under["best_line"]) == ("plant_other", templates[1]["line"] + 3)


def test_a_line_that_was_shown_after_tip_off_is_stored_and_prices_nothing(home, templates):
    lines = stored(home, PLAYER_LINES).filter(pl.col("book") == "plant_late")
    assert lines["timing"].to_list() == ["in_game"]
    assert stored(home, SIDE_VALUES).filter(pl.col("book") == "plant_late").is_empty()


@pytest.mark.parametrize("price", [50, -99, 0])
def test_a_number_between_100_and_100_is_refused_at_ingestion(home, templates, tmp_path, price):
    file = tmp_path / "odds.csv"
    pl.DataFrame([_row(templates[9], "plant_small", price, -110)], infer_schema_length=None).write_csv(file)
    code, output = invoke(home, NOW, "ingest", "files", str(file))
    assert code == 1
    assert "over_price is not American odds" in output


def test_without_a_calibrated_probability_there_is_no_expected_value(home, templates):
    """The fallback has no calibrator: the market's own probability would price itself."""
    for row in _priced(home, templates[8]["player_name"])["sides"]:
        assert (row["ev"], row["ev_low"], row["verdict"], row["quarter_kelly"]) == (None, None, None, None)
        assert row["reason"] == "no calibrated probability"


def test_a_date_without_prices_names_the_next_command(home):
    code, output = invoke(home, NOW, "prices", "2025-08-01")
    assert code == 1
    assert "courtside run" in output
