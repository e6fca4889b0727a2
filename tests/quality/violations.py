"""The planted violation of each numbered check: statements that damage a store, and statements that clean it first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from courtside.features.registry import FEATURES
from tests.quality.stores import DAY

ONE_GAME = f"(SELECT min(game_id) FROM team_games WHERE game_date = '{DAY}')"
EARLIER = DAY - dt.timedelta(days=2)
BUSY = (
    "(SELECT game_date FROM player_features WHERE game_date >= '2025-11-03' "
    "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)"
)
LACKING = "DELETE FROM player_features WHERE required_default_count > 0"
CONTAMINATED = "UPDATE player_features SET required_default_count = 1 WHERE player_id % 10 < 2"


@dataclass(frozen=True)
class Planted:
    """A planted violation: statements that damage, statements for the clean case, and a change of published files."""

    statements: tuple[str, ...]
    clean: tuple[str, ...] = ()
    on_files: Callable[[Path], None] | None = field(default=None)


def sql(*statements: str, clean: tuple[str, ...] = ()) -> Planted:
    """Return a violation that statements plant."""
    return Planted(statements, clean)


def on_files(change: Callable[[Path], None]) -> Planted:
    """Return a violation in the published folder."""
    return Planted((), (), change)


def _page(root: Path) -> Path:
    return root / "v1" / "picks" / f"{DAY}.json"


def _drop_page(root: Path) -> None:
    _page(root).unlink()


def _empty_page(root: Path) -> None:
    import json

    document = json.loads(_page(root).read_bytes())
    for group in document["groups"]:
        group["picks"] = []
    _page(root).write_text(json.dumps(document))


def _other_line(root: Path) -> None:
    import json

    document = json.loads(_page(root).read_bytes())
    pick = next(pick for group in document["groups"] for pick in group["picks"])
    pick["line"] += 1
    _page(root).write_text(json.dumps(document))


ALL_PARTIAL = ", ".join(f"{item.origin_column} = 'partial'" for item in FEATURES)
SOME = "player_id % 7 = 0"

DAILY: dict[str, Planted] = {
    "0.1": sql(f"UPDATE grid SET state = 'failed' WHERE stage = 'features' AND game_date = '{EARLIER}'"),
    "0.2": sql(f"DELETE FROM grid WHERE stage = 'grading' AND game_date = '{EARLIER}'"),
    "0.3": sql("ALTER TABLE predictions DROP COLUMN edge"),
    "0.4": sql(f"DELETE FROM player_features WHERE {SOME} AND game_date = '{DAY}'"),
    "0.487": sql(CONTAMINATED, clean=(LACKING,)),
    "1.1": sql("UPDATE payload_log SET status = 'refused' WHERE seq = (SELECT max(seq) FROM payload_log)"),
    "1.2": sql(f"UPDATE team_games SET box_status = 'missing' WHERE game_id = {ONE_GAME}"),
    "1.3": sql(f"DELETE FROM player_lines WHERE game_date = '{DAY}'"),
    "2.1": sql(f"UPDATE team_games SET box_status = 'partial' WHERE game_id = {ONE_GAME}"),
    "2.2": sql(f"UPDATE games SET status = 'in_progress' WHERE game_date = '{EARLIER}'"),
    "3.1": sql(
        f"INSERT INTO unresolved_names VALUES ('{DAY}', 'books', 'Nobody', 'unknown_name', NULL, 100000, 'points')"
    ),
    "4.1": sql(f"DELETE FROM player_features WHERE game_id = {ONE_GAME}"),
    "4.2": sql(f"DELETE FROM player_features WHERE game_date = '{DAY}' AND player_id % 4 <> 0"),
    "4.3": sql(f"UPDATE player_features SET is_quality_ready = false WHERE game_date = '{DAY}'"),
    "4.4": sql(f"UPDATE player_features SET required_default_count = 2 WHERE game_date = '{DAY}'"),
    "4.5": sql(f"DELETE FROM gate_verdicts WHERE game_date = '{DAY}'"),
    "5.1": sql(f"DELETE FROM predictions WHERE game_date = '{DAY}'"),
    "5.2": sql(f"DELETE FROM predictions WHERE {SOME} AND game_date = '{DAY}'"),
    "5.3": sql(
        *(f"DELETE FROM {name} WHERE {SOME} AND game_date = '{DAY}'" for name in ("predictions", "gate_blocks"))
    ),
    "5.4": sql("UPDATE predictions SET gate_passed = false WHERE direction = 'OVER'"),
    "5.5": sql(f"UPDATE player_features SET quality_alert_level = 'red' WHERE game_date = '{DAY}'"),
    "5.6": sql(f"DELETE FROM publications WHERE game_date = '{DAY}'"),
    "6.1": sql(f"DELETE FROM graded_picks WHERE game_date = '{DAY}'"),
    "6.2": sql(f"UPDATE published_picks SET line = line + 1 WHERE game_date = '{DAY}'"),
    "7.1": on_files(_drop_page),
    "7.2": on_files(_empty_page),
    "7.3": on_files(_other_line),
}

SPOT: dict[str, Planted] = {
    "1": sql("UPDATE player_features SET quality_tier = 'poor' WHERE player_id % 2 = 0"),
    "2": sql("DELETE FROM player_lines WHERE player_id % 10 < 8"),
    "3": sql(f"UPDATE player_features SET {ALL_PARTIAL} WHERE player_id % 2 = 0"),
    "4": sql(
        "ALTER TABLE player_features ALTER COLUMN dnp_rate_origin DROP NOT NULL",
        f"UPDATE player_features SET dnp_rate_origin = NULL WHERE {SOME}",
    ),
    "5": sql(f"UPDATE player_features SET minutes_avg_last_10 = 0 WHERE {SOME}"),
    "6": sql("UPDATE player_features SET is_quality_ready = false WHERE points_avg_season >= 15"),
    "7": sql("UPDATE player_features SET is_quality_ready = false WHERE points_avg_season < 15"),
    "8": sql("UPDATE graded_predictions SET line = line - 4"),
    "9": sql("DELETE FROM player_features WHERE team_id = (SELECT min(team_id) FROM team_games)"),
    "10": sql(f"UPDATE player_features SET points_avg_last_5 = points_avg_last_5 + 0.02 WHERE {SOME}"),
    "11": sql(f"UPDATE player_games SET points = NULL WHERE {SOME}"),
    "12": sql(f"UPDATE player_games SET points = points + 1 WHERE {SOME}"),
    "13": sql("UPDATE team_games SET possessions_x100 = possessions_x100 * 2"),
    "14": sql("DELETE FROM player_features WHERE player_id % 10 = 0"),
    "15": sql(f"DELETE FROM player_features WHERE {SOME} AND game_date = '{DAY}'"),
    "16": sql(f"DELETE FROM player_features WHERE game_date = {BUSY} AND player_id % 10 <> 0"),
    "17": sql(
        *(
            f"INSERT INTO player_features SELECT * REPLACE (player_id + {step}000000 AS player_id) "
            f"FROM player_features WHERE player_id < 9000000 AND game_date = {BUSY}"
            for step in (9, 19)
        )
    ),
    "18": sql("DELETE FROM player_features WHERE team_id % 10 = 0"),
    "19": sql("UPDATE player_features SET dnp_rate_origin = 'missing' WHERE player_id % 5 = 0", clean=(LACKING,)),
    "20": sql("UPDATE player_features SET completeness_l10 = 50 WHERE player_id % 5 = 0"),
    "21": sql(f"UPDATE team_games SET box_status = 'missing' WHERE game_id = {ONE_GAME}"),
    "22": sql(f"INSERT INTO player_features SELECT * FROM player_features WHERE {SOME}"),
    "23": sql(f"UPDATE player_features SET points_avg_last_5 = NULL WHERE {SOME}"),
    "24": sql(f"UPDATE player_features SET points_avg_last_5 = 200 WHERE {SOME}"),
    "25": sql(
        f"UPDATE player_features SET points_avg_last_5 = 11.5 WHERE game_date = {BUSY} AND points_avg_last_5 >= 0"
    ),
    "26": sql(f"UPDATE player_features SET required_default_count = required_default_count + 1 WHERE {SOME}"),
    "27": sql("UPDATE player_features SET is_quality_ready = true WHERE required_default_count > 0"),
    "28": sql(CONTAMINATED, clean=(LACKING,)),
    "29": sql("UPDATE player_features SET pace_score = pace_score / 2"),
    "30": sql("UPDATE player_features SET games_vs_opponent_origin = 'partial' WHERE games_vs_opponent IS NOT NULL"),
}
