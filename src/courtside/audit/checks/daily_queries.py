"""The queries of the daily checks, phase by phase, about the catalogue's date and the day before it."""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from courtside.audit.checks.base import Catalogue, count, ratio, share, violations
from courtside.audit.checks.rows import (
    BROKEN,
    PLAYER_GAME,
    changed_in_public,
    distinct,
    is_contaminated,
    usable_lines,
)
from courtside.quality.gate import LEAST_PLAYERS_A_TEAM
from courtside.warehouse.base import Lazy

TEAM_GAME = ["game_id", "team_id"]


def failed_cells(catalogue: Catalogue) -> Lazy:
    """Count the cells of the window that failed."""
    cells = catalogue.window("grid")
    return _examples(cells, nw.col("state") == "failed", nw.col("stage"))


def absent_cells(catalogue: Catalogue) -> Lazy:
    """Count the cells that no run has processed, for the window's game dates."""
    stages = catalogue.scan("stages")
    dates = _counted(catalogue.window("games")).select("game_date").unique()
    cells = catalogue.window("grid").select("game_date", "stage", is_there=nw.lit(True))
    wanted = dates.join(stages, how="cross").join(cells, on=["game_date", "stage"], how="left")
    return _examples(wanted, nw.col("is_there").is_null(), nw.col("stage"))


def schema_problems(catalogue: Catalogue) -> Lazy:
    """Count the stored tables that differ from their table objects."""
    return catalogue.scan("schema").select(
        count(~nw.col("problem").is_null()).alias("observed"),
        nw.len().alias("n"),
        nw.col("problem").min().alias("detail"),
    )


def refused_payloads(catalogue: Catalogue) -> Lazy:
    """Count the payloads fetched within the last day that could not be parsed."""
    since = catalogue.now - dt.timedelta(days=1)
    recent = catalogue.scan("payload_log").filter(nw.col("fetched_at") >= since)
    return _examples(recent, nw.col("status") == "refused", nw.col("name"))


def games_without_box(catalogue: Catalogue) -> Lazy:
    """Count the final games of the two days without any box score."""
    return _games_with(catalogue, nw.col("box_status") == "missing")


def games_not_reconciled(catalogue: Catalogue) -> Lazy:
    """Count the final games of the two days whose box score does not sum to the final score."""
    return _games_with(catalogue, nw.col("box_status").is_in(list(BROKEN)))


def past_games_not_final(catalogue: Catalogue) -> Lazy:
    """Count the games of the window before the catalogue's date that are neither final nor postponed."""
    games = _counted(catalogue.window("games")).filter(nw.col("game_date") < catalogue.day)
    return _examples(games, ~nw.col("status").is_in(["final", "postponed"]), nw.col("game_id"))


def lines_fetched(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's games that have a usable line."""
    lines = catalogue.on_day("player_lines").select("game_id").unique().with_columns(has_lines=nw.lit(True))
    return share(_slate(catalogue).join(lines, on="game_id", how="left"), nw.col("has_lines"))


def lines_resolved(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's lines that were resolved to a player and a game."""
    kept = catalogue.on_day("player_lines").select(kept=nw.len())
    held = catalogue.on_day("unresolved_names").select(held=nw.col("rows").sum())
    both = kept.join(held, how="cross").with_columns(held=nw.col("held").fill_null(0))
    total = nw.col("kept") + nw.col("held")
    return both.select(observed=ratio(100.0 * nw.col("kept"), total), n=total)


def games_with_feature_rows(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's games that have feature rows."""
    rows = catalogue.on_day("player_features").select("game_id").unique().with_columns(has_rows=nw.lit(True))
    return share(_slate(catalogue).join(rows, on="game_id", how="left"), nw.col("has_rows"))


def thin_teams(catalogue: Catalogue) -> Lazy:
    """Count the teams of the date with fewer than eight players."""
    players = catalogue.on_day("player_features").group_by(*TEAM_GAME).agg(players=nw.len())
    teams = (
        catalogue.on_day("team_games").filter(nw.col("is_counted")).join(_slate(catalogue), on="game_id", how="inner")
    )
    counted = teams.join(players, on=TEAM_GAME, how="left")
    return violations(counted, nw.col("players").fill_null(0) < LEAST_PLAYERS_A_TEAM)


def quality_ready(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's rows that are quality-ready."""
    return share(catalogue.on_day("player_features"), nw.col("is_quality_ready"))


def required_defaults(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's rows that lack a required feature."""
    return share(catalogue.on_day("player_features"), is_contaminated(catalogue.features))


def verdict_recorded(catalogue: Catalogue) -> Lazy:
    """Count the date (0 or 1) where the readiness gate has no stored verdict for it, or forbids predictions."""
    verdicts = catalogue.on_day("gate_verdicts").select("game_date", "verdict", "reason")
    dates = _slate(catalogue).select("game_date").unique().join(verdicts, on="game_date", how="left")
    allows = (nw.col("verdict") != "not_ready").fill_null(False)
    return dates.select(
        count(~allows).alias("observed"),
        nw.len().alias("n"),
        nw.col("reason").min().alias("detail"),
    )


def predictions_made(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's games that have a prediction."""
    made = catalogue.on_day("predictions").select("game_id").unique().with_columns(is_predicted=nw.lit(True))
    return share(_slate(catalogue).join(made, on="game_id", how="left"), nw.col("is_predicted"))


def ready_players_predicted(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's quality-ready rows that at least one system predicted."""
    ready = catalogue.on_day("player_features").filter(nw.col("is_quality_ready"))
    made = catalogue.on_day("predictions").select(*PLAYER_GAME).unique().with_columns(is_predicted=nw.lit(True))
    return share(ready.join(made, on=PLAYER_GAME, how="left"), nw.col("is_predicted"))


def quoted_players_predicted(catalogue: Catalogue) -> Lazy:
    """Measure the share of the date's players with a line that are predicted, or blocked with a reason."""
    quoted = usable_lines(catalogue.on_day("player_lines"))
    accounted = (
        nw.concat([catalogue.on_day(name).select(*PLAYER_GAME) for name in ("predictions", "gate_blocks")])
        .unique()
        .with_columns(is_accounted_for=nw.lit(True))
    )
    return share(quoted.join(accounted, on=PLAYER_GAME, how="left"), nw.col("is_accounted_for"))


def sides_past_the_gate(catalogue: Catalogue) -> Lazy:
    """Count the predictions of the window with a side although the quality gate blocked the row."""
    rows = catalogue.window("predictions")
    takes_side = nw.col("direction").is_in(["OVER", "UNDER"]).fill_null(False)
    return _examples(rows, takes_side & ~nw.col("gate_passed").fill_null(False), nw.col("game_id"))


def picks_past_the_gate(catalogue: Catalogue) -> Lazy:
    """Count the predictions of the window that passed the gate although the stored feature row may not pass."""
    features = catalogue.window("player_features").select(
        *PLAYER_GAME, "quality_alert_level", row="player_id", is_bad=is_contaminated(catalogue.features)
    )
    passed = catalogue.window("predictions").filter(nw.col("gate_passed"))
    both = passed.join(features, on=PLAYER_GAME, how="left")
    blocked = (
        nw.col("is_bad").fill_null(True)
        | (nw.col("quality_alert_level") == "red").fill_null(True)
        | nw.col("row").is_null()
    )
    return _examples(both, blocked, nw.col("game_id"))


def picks_published(catalogue: Catalogue) -> Lazy:
    """Count the date (0 or 1) where it has predictions with a line and no publication."""
    quoted = catalogue.on_day("predictions").filter(~nw.col("line").is_null()).select("game_date").unique()
    published = catalogue.on_day("publications").select("game_date").unique().with_columns(is_there=nw.lit(True))
    return violations(quoted.join(published, on="game_date", how="left"), nw.col("is_there").is_null())


def picks_graded(catalogue: Catalogue) -> Lazy:
    """Measure the share of graded picks among the window's counted picks of final games with complete box scores."""
    picks = _counted_picks(catalogue)
    whole = (
        catalogue.window("team_games")
        .group_by("game_id")
        .agg(sides=nw.len(), complete=count(nw.col("box_status") == "complete"))
        .filter(nw.col("sides") == nw.col("complete"))
        .select("game_id")
    )
    grades = catalogue.window("graded_picks").select("game_date", "subset_key", "player_id", is_graded=nw.lit(True))
    marked = picks.join(whole, on="game_id", how="inner").join(
        grades, on=["game_date", "subset_key", "player_id"], how="left"
    )
    return share(marked, nw.col("is_graded"))


def ledger_problems(catalogue: Catalogue) -> Lazy:
    """Count the problems by which publications, published picks or grades differ from what was written."""
    return catalogue.scan("ledger").select(
        count(~nw.col("problem").is_null()).alias("observed"),
        nw.len().alias("n"),
        nw.col("problem").min().alias("detail"),
    )


def files_absent(catalogue: Catalogue) -> Lazy:
    """Count the published dates of the window whose file is absent or older than the publication that it shows."""
    files = catalogue.scan("files").select("game_date", "generated_at")
    both = changed_in_public(catalogue).join(files, on="game_date", how="left")
    fresh = (nw.col("generated_at") >= nw.col("published_at")).fill_null(False)
    return _examples(both, ~fresh, nw.col("game_date").cast(nw.String))


def files_disagree(catalogue: Catalogue) -> Lazy:
    """Count the published dates of the window whose file holds another number of picks than the ledger."""
    counted = _counted_picks(catalogue).group_by("game_date").agg(picks=nw.len())
    files = catalogue.scan("files").select("game_date", in_file="picks")
    dates = catalogue.window("publications").select("game_date").unique()
    both = dates.join(counted, on="game_date", how="left").join(files, on="game_date", how="left")
    differs = nw.col("picks").fill_null(0) != nw.col("in_file").fill_null(-1)
    return _examples(both, differs, nw.col("game_date").cast(nw.String))


def files_of_season_disagree(catalogue: Catalogue) -> Lazy:
    """Count the dates whose picks in the season file differ from those in the date's own file."""
    files = catalogue.scan("files").filter(
        (nw.col("game_date") >= catalogue.first) & (nw.col("game_date") <= catalogue.last)
    )
    differs = (nw.col("picks_hash") != nw.col("season_hash")).fill_null(True)
    return _examples(files, differs, nw.col("game_date").cast(nw.String))


def _counted_picks(catalogue: Catalogue) -> Lazy:
    """Return the picks of the last publication of each date of the window."""
    last = catalogue.window("publications").group_by("game_date").agg(version=nw.col("version").max())
    return catalogue.window("published_picks").join(last, on=["game_date", "version"], how="inner")


def _counted(games: Lazy) -> Lazy:
    return games.filter(nw.col("is_counted"))


def _slate(catalogue: Catalogue) -> Lazy:
    """Return game_id and game_date of the date's games."""
    on = _counted(catalogue.on_day("games")).filter(nw.col("status") != "postponed")
    return on.select("game_id", "game_date")


def _games_with(catalogue: Catalogue, condition: nw.Expr) -> Lazy:
    """Return the number of final games of the date and the day before that meet a condition for one of their teams."""
    day_before = catalogue.day - dt.timedelta(days=1)
    games = catalogue.scan("team_games", day_before, catalogue.day).filter(nw.col("is_counted") & nw.col("is_final"))
    return games.select(
        distinct("game_id", condition).alias("observed"),
        nw.col("game_id").n_unique().alias("n"),
        nw.when(condition).then(nw.col("game_id")).min().alias("detail"),
    )


def _examples(rows: Lazy, condition: nw.Expr, example: nw.Expr) -> Lazy:
    """Return the number of rows that meet a condition, the number of all rows, and one that meets it."""
    met = condition.fill_null(False)
    return rows.select(
        count(met).alias("observed"), nw.len().alias("n"), nw.when(met).then(example).min().alias("detail")
    )
