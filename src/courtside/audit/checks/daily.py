"""The daily checks of every phase of the flow, from payloads to public files; each is an entry of `DAILY_CHECKS`."""

from __future__ import annotations

from courtside.audit.checks import daily_queries as queries
from courtside.audit.checks.base import Check, Severity, at_least, at_most
from courtside.audit.checks.spot_integrity import stored_differs
from courtside.audit.checks.spot_values import contaminated

WARNING, ERROR, CRITICAL = Severity.WARNING, Severity.ERROR, Severity.CRITICAL

DAILY_CHECKS: tuple[Check, ...] = (
    Check("0.1", "No date of the season failed", CRITICAL, at_most(0), 1, queries.failed_cells, "cells"),
    Check(
        "0.2",
        "Every stage has processed every game date of the season",
        ERROR,
        at_most(0),
        1,
        queries.absent_cells,
        "cells",
    ),
    Check(
        "0.3",
        "Stored tables have the shape that their table objects declare",
        CRITICAL,
        at_most(0),
        1,
        queries.schema_problems,
        "tables",
    ),
    Check(
        "0.4",
        "Every stored date matches what the grid recorded",
        CRITICAL,
        at_most(0),
        1,
        stored_differs,
        "dates",
    ),
    Check(
        "0.487",
        "Training data: at most 5 % of rows lack a required feature",
        CRITICAL,
        at_most(5),
        100,
        contaminated,
        "%",
    ),
    Check(
        "1.1", "Every payload of the last day was parsed", WARNING, at_most(0), 1, queries.refused_payloads, "payloads"
    ),
    Check(
        "1.2",
        "Every final game of the last two days has a box score",
        ERROR,
        at_most(0),
        1,
        queries.games_without_box,
        "games",
    ),
    Check("1.3", "Lines were fetched for the date's games", WARNING, at_least(90), 1, queries.lines_fetched, "%"),
    Check(
        "2.1",
        "Box scores of the last two days sum to the final score",
        ERROR,
        at_most(0),
        1,
        queries.games_not_reconciled,
        "games",
    ),
    Check(
        "2.2", "Every earlier game is final or postponed", ERROR, at_most(0), 1, queries.past_games_not_final, "games"
    ),
    Check("3.1", "Lines are resolved to players and games", WARNING, at_least(90), 20, queries.lines_resolved, "%"),
    Check(
        "4.1",
        "Every game of the date has feature rows",
        CRITICAL,
        at_least(100),
        1,
        queries.games_with_feature_rows,
        "%",
    ),
    Check("4.2", "Every team of the date has eight players or more", ERROR, at_most(0), 1, queries.thin_teams, "teams"),
    Check("4.3", "Rows of the date are quality-ready", WARNING, at_least(40), 20, queries.quality_ready, "%"),
    Check(
        "4.4", "Rows of the date have their required features", ERROR, at_most(30), 20, queries.required_defaults, "%"
    ),
    Check(
        "4.5",
        "The readiness gate allows predictions for the date",
        CRITICAL,
        at_most(0),
        1,
        queries.verdict_recorded,
        "dates",
    ),
    Check("5.1", "Every game of the date has predictions", CRITICAL, at_least(100), 1, queries.predictions_made, "%"),
    Check("5.2", "Quality-ready players are predicted", ERROR, at_least(95), 20, queries.ready_players_predicted, "%"),
    Check(
        "5.3",
        "Players with a line are predicted, or blocked with a reason",
        ERROR,
        at_least(100),
        20,
        queries.quoted_players_predicted,
        "%",
    ),
    Check(
        "5.4",
        "No prediction takes a side that the quality gate blocked",
        CRITICAL,
        at_most(0),
        1,
        queries.sides_past_the_gate,
        "predictions",
    ),
    Check(
        "5.5",
        "No prediction passed the gate on a row that must not pass",
        CRITICAL,
        at_most(0),
        1,
        queries.picks_past_the_gate,
        "predictions",
    ),
    Check(
        "5.6",
        "A date whose predictions have a line has a publication",
        ERROR,
        at_most(0),
        1,
        queries.picks_published,
        "dates",
    ),
    Check("6.1", "Picks of final games are graded", ERROR, at_least(100), 1, queries.picks_graded, "%"),
    Check(
        "6.2",
        "Published picks and grades match what was written",
        CRITICAL,
        at_most(0),
        1,
        queries.ledger_problems,
        "problems",
    ),
    Check(
        "7.1",
        "Published dates have a file at least as new as the publication",
        ERROR,
        at_most(0),
        1,
        queries.files_absent,
        "dates",
    ),
    Check("7.2", "Files hold as many picks as the ledger", CRITICAL, at_most(0), 1, queries.files_disagree, "dates"),
    Check(
        "7.3",
        "The season file and the date's file show the same picks",
        CRITICAL,
        at_most(0),
        1,
        queries.files_of_season_disagree,
        "dates",
    ),
)
