"""The daily checks: claims about every phase of the flow, each one entry of `DAILY_CHECKS`."""

from __future__ import annotations

from courtside.audit.checks import daily_queries as ask
from courtside.audit.checks.base import Check, Severity, at_least, at_most
from courtside.audit.checks.spot_integrity import stored_differs
from courtside.audit.checks.spot_values import contaminated

WARNING, ERROR, CRITICAL = Severity.WARNING, Severity.ERROR, Severity.CRITICAL

DAILY_CHECKS: tuple[Check, ...] = (
    Check("0.1", "No date of the season failed", CRITICAL, at_most(0), 1, ask.failed_cells, "cells"),
    Check(
        "0.2", "Every stage has touched every game date of the season", ERROR, at_most(0), 1, ask.absent_cells, "cells"
    ),
    Check("0.3", "Stored tables are those that are declared", CRITICAL, at_most(0), 1, ask.schema_problems, "tables"),
    Check(
        "0.4",
        "Every stored date holds what the grid recorded of it",
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
        "1.1", "Every payload of the last day could be read", WARNING, at_most(0), 1, ask.refused_payloads, "payloads"
    ),
    Check(
        "1.2",
        "Every final game of the last two days has a box score",
        ERROR,
        at_most(0),
        1,
        ask.games_without_box,
        "games",
    ),
    Check("1.3", "Lines were fetched for the date's games", WARNING, at_least(90), 1, ask.lines_fetched, "%"),
    Check(
        "2.1",
        "Box scores of the last two days sum to the final score",
        ERROR,
        at_most(0),
        1,
        ask.games_not_reconciled,
        "games",
    ),
    Check("2.2", "Every earlier game is final or postponed", ERROR, at_most(0), 1, ask.past_games_not_final, "games"),
    Check("3.1", "Lines are resolved to players and games", WARNING, at_least(90), 20, ask.lines_resolved, "%"),
    Check(
        "4.1", "Every game of the date has feature rows", CRITICAL, at_least(100), 1, ask.games_with_feature_rows, "%"
    ),
    Check("4.2", "Every team of the date has eight players or more", ERROR, at_most(0), 1, ask.thin_teams, "teams"),
    Check("4.3", "Rows of the date are quality ready", WARNING, at_least(40), 20, ask.quality_ready, "%"),
    Check("4.4", "Rows of the date have their required features", ERROR, at_most(30), 20, ask.required_defaults, "%"),
    Check("4.5", "The readiness gate allowed the date", CRITICAL, at_most(0), 1, ask.verdict_recorded, "dates"),
    Check("5.1", "Every game of the date has predictions", CRITICAL, at_least(100), 1, ask.predictions_made, "%"),
    Check("5.2", "Quality-ready players are predicted", ERROR, at_least(95), 20, ask.ready_players_predicted, "%"),
    Check(
        "5.3",
        "Quoted players are predicted, or blocked with a reason",
        ERROR,
        at_least(100),
        20,
        ask.quoted_players_predicted,
        "%",
    ),
    Check(
        "5.4",
        "No prediction takes a side that the quality gate blocked",
        CRITICAL,
        at_most(0),
        1,
        ask.sides_past_the_gate,
        "predictions",
    ),
    Check(
        "5.5",
        "No prediction passed the gate on a row that may not pass",
        CRITICAL,
        at_most(0),
        1,
        ask.picks_past_the_gate,
        "predictions",
    ),
    Check(
        "5.6", "A date with quoted predictions has a publication", ERROR, at_most(0), 1, ask.picks_published, "dates"
    ),
    Check("6.1", "Picks of final games are graded", ERROR, at_least(100), 1, ask.picks_graded, "%"),
    Check(
        "6.2",
        "Published picks and grades are as they were written",
        CRITICAL,
        at_most(0),
        1,
        ask.ledger_problems,
        "problems",
    ),
    Check(
        "7.1",
        "Published dates have a file at least as new as the publication",
        ERROR,
        at_most(0),
        1,
        ask.files_absent,
        "dates",
    ),
    Check("7.2", "Files hold as many picks as the ledger counts", CRITICAL, at_most(0), 1, ask.files_disagree, "dates"),
    Check(
        "7.3",
        "The season page and the date's page show the same picks",
        CRITICAL,
        at_most(0),
        1,
        ask.pages_disagree,
        "dates",
    ),
)
