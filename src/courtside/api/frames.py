"""The frames that `Home` returns, built from the readers of the other rooms."""

from __future__ import annotations

import datetime as dt
import warnings

import narwhals as nw
import polars as pl

from courtside.analytics.lines import consensus
from courtside.analytics.tables import GAMES, INJURY_REPORTS, PLAYER_GAMES, PLAYER_LINES
from courtside.errors import ConfigError
from courtside.features.tables import PLAYER_FEATURES
from courtside.intervals import wilson_interval
from courtside.league.markets import POINTS, Market, of_market
from courtside.league.seasons import season_starts
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.players import NoSuchRowError, player_names
from courtside.picks.ledger import counted
from courtside.picks.records import records_through
from courtside.picks.subsets import load_definitions
from courtside.picks.tables import GRADED_PICKS, PUBLICATIONS, PUBLISHED_PICKS
from courtside.predictions.champion import predictions_for_picks
from courtside.predictions.inputs import LINE_FREE_FEATURES, MODEL_INPUTS
from courtside.predictions.rows import model_rows, with_outcomes, with_recent_form
from courtside.predictions.slates import pass_gate
from courtside.predictions.tables import PREDICTIONS
from courtside.predictions.training import reason_left_out, require_clean
from courtside.warehouse.base import Reader

KEYS = ("game_date", "game_id", "player_id", "season", "team_id", "opponent_team_id", "is_home")
TARGET = "points"
LINE = ("line", "consensus_line", "book", "over_price", "under_price", "books", "line_seen_at", "line_timing")
MOVEMENT = ("opening_line", "snapshots")
ORIGINS = tuple(f"{name}_origin" for name in LINE_FREE_FEATURES)
NAMES = ("player", "team", "opponent")


class RowsLeftOutWarning(UserWarning):
    """Stored rows of the requested dates are not in a training set; the message counts them by reason."""


def outcome_rows(reader: Reader, start: dt.date, end: dt.date, market: Market) -> pl.DataFrame:
    """Return every stored feature row from `start` to `end` with recent form, outcome, line and `left_out`.

    In another market than points, the columns about points hold that market's results.

    Raises:
        ConfigError: where no feature row is stored.
    """
    rows = with_outcomes(model_rows(reader, start, end, market), reader, market)
    if rows.is_empty():
        raise ConfigError(f"no feature rows from {start} to {end} are stored; `courtside run` computes them")
    return rows.with_columns(left_out=reason_left_out())


def training_frame(rows: pl.DataFrame, *, origins: bool, untrainable: bool) -> pl.DataFrame:
    """Return the training set of the rows of `outcome_rows`, and warn about the rows that are left out."""
    chosen = rows if untrainable else rows.filter(pl.col("left_out").is_null())
    if not untrainable:
        require_clean(chosen)
        _warn_of_rows_left_out(rows)
    reason = ("left_out",) if untrainable else ()
    more = ORIGINS if origins else ()
    return chosen.select(*KEYS, *MODEL_INPUTS, TARGET, *LINE, *MOVEMENT, *more, *reason)


def _warn_of_rows_left_out(rows: pl.DataFrame) -> None:
    counts = rows["left_out"].drop_nulls().value_counts(sort=True).sort("count", "left_out", descending=[True, False])
    if counts.is_empty():
        return
    reasons = "; ".join(f"{count:,}: {reason}" for reason, count in counts.iter_rows())
    left_out = counts["count"].sum()
    text = f"{left_out:,} of {rows.height:,} rows are left out of the training set ({reasons})."
    warnings.warn(text, RowsLeftOutWarning, stacklevel=4)


def slate_frame(reader: Reader, day: dt.date, now: dt.datetime, today: dt.date) -> pl.DataFrame:
    """Return the feature rows of a date with names, tip-off, gate, inputs, and the lines that were known at `now`."""
    features = reader.collect(reader.scan(PLAYER_FEATURES, start=day, end=day))
    if features.is_empty():
        raise ConfigError(f"no feature rows of {day} are stored; `courtside run` or `courtside daily` computes them")
    reports = reader.collect(reader.scan(INJURY_REPORTS, start=day, end=day))
    lines = reader.collect(of_market(reader, POINTS).scan(PLAYER_LINES, start=day, end=day))
    known = lines.filter((pl.col("known_at") <= now) & (pl.col("seen_at") <= now).fill_null(True))
    games = reader.collect(reader.scan(GAMES, start=day, end=day).select("game_id", "tip_at"))
    rows = (
        with_recent_form(pass_gate(features, reports, today), reader)
        .join(games, on="game_id", how="left")
        .join(consensus(known), on=["game_id", "player_id"], how="left", validate="1:1")
    )
    columns = (*KEYS, *NAMES, "tip_at", "gate_passed", "gate_reason", *MODEL_INPUTS, *LINE)
    return with_names(rows, reader).sort("tip_at", "game_id", "team_id", "player_id").select(columns)


def with_names(rows: pl.DataFrame, reader: Reader) -> pl.DataFrame:
    """Add the player's name and the tricodes of both teams to rows with their ids."""
    tricodes = {
        name: pl.col(f"{column}_id").replace_strict(TRICODE_OF_ID, default=None, return_dtype=pl.String)
        for name, column in (("team", "team"), ("opponent", "opponent_team"))
    }
    names = player_names(reader).rename({"player_name": "player"})
    return rows.join(names, on="player_id", how="left", maintain_order="left").with_columns(**tricodes)


def picks_frame(reader: Reader, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Return the published picks of a market that count, with names and, where the game is over, the grade.

    `reader` holds one market.
    """
    tables = (PUBLICATIONS, PUBLISHED_PICKS, GRADED_PICKS)
    frames = [reader.scan(table, start=start, end=end) for table in tables]
    publications, published, graded = reader.collect_all(frames)
    key = ["game_date", "subset_key", "player_id"]
    picks = counted(publications, published).join(
        graded.select(*key, "actual", "result", "units"), on=key, how="left", validate="1:1"
    )
    columns = [name for name in PUBLISHED_PICKS.column_names if name not in key]
    named = with_names(picks, reader).sort("game_date", "subset_key", "rank")
    return named.select(*key, *NAMES, *columns, "actual", "result", "units")


def record_frame(reader: Reader, through: dt.date) -> pl.DataFrame:
    """Return each subset's record up to `through` over season, month and week, with n and a 95 % interval.

    `reader` holds one market.
    """
    starts = [day for _, day in reader.collect(season_starts(reader.scan(GAMES))).sort("season").iter_rows()]
    graded = reader.collect(reader.scan(GRADED_PICKS, end=through))
    rows = records_through(graded, [through], starts, load_definitions().keys)
    intervals = [
        wilson_interval(wins, losses) or (None, None) for wins, losses in rows.select("wins", "losses").iter_rows()
    ]
    bounds = pl.DataFrame(intervals, schema={"pct_low": pl.Float64, "pct_high": pl.Float64}, orient="row")
    return rows.with_columns(n=pl.col("wins") + pl.col("losses")).hstack(bounds)


def player_frame(reader: Reader, player_id: int, name: str, games: int) -> pl.DataFrame:
    """Return a player's newest played games with the closing line of each, newest first."""
    played = reader.scan(PLAYER_GAMES).filter((nw.col("player_id") == player_id) & nw.col("did_play"))
    rows = reader.collect(played).sort("game_date", "game_id", descending=True).head(games)
    if rows.is_empty():
        raise NoSuchRowError(f"{name} has no played game; `courtside status` shows which dates are stored")
    days = rows["game_date"]
    lines = of_market(reader, POINTS).scan(PLAYER_LINES, start=min(days), end=max(days))
    own = consensus(reader.collect(lines.filter(nw.col("player_id") == player_id)))
    found = rows.join(own.select("game_id", "line", "book"), on="game_id", how="left", maintain_order="left")
    columns = ("game_date", "game_id", "player_id", *NAMES, "is_home", "minutes", "points", "line", "book")
    return with_names(found, reader).select(columns)


def champion_frame(reader: Reader, start: dt.date, end: dt.date, champion: str) -> pl.DataFrame:
    """Return game_id, player_id and champion: the stored predictions of the champion, or of the fallback."""
    stored = reader.collect(reader.scan(PREDICTIONS, start=start, end=end))
    return predictions_for_picks(stored, champion).select("game_id", "player_id", champion="prediction")
