"""The tables of gates, validation and checks."""

from __future__ import annotations

from courtside.league.markets import MARKET_COLUMN
from courtside.warehouse.schema import Table, boolean, date, integer, real, text, timestamp

VERDICTS = ("ready", "warning", "not_ready")
STATUSES = ("passed", "failed", "not_judged")
SEVERITIES = ("warning", "error", "critical")

GATE_VERDICTS = Table(
    "gate_verdicts",
    "features",
    "The readiness gate's verdict on a slate.",
    (
        date("game_date", "Game date."),
        text("verdict", "Verdict of the gate.", allowed=VERDICTS),
        integer("rows", "Feature rows of the slate.", unit="count", minimum=0),
        real("pct_quality_ready", "Share of rows that are quality ready.", unit="%", nullable=True),
        real("avg_required_defaults", "Mean number of required features without a value.", nullable=True),
        integer("thin_teams", "Teams with fewer than 8 players.", unit="count", minimum=0),
        text("reason", "Why the slate is not `ready`.", nullable=True),
    ),
    key=("game_date",),
)

GATE_BLOCKS = Table(
    "gate_blocks",
    "predictions",
    "Players without a pick because of the quality gate, with the reason; includes players with a line and no row.",
    (
        date("game_date", "Game date."),
        text("game_id", "The league's ten-digit game id."),
        integer("player_id", "The league's player id."),
        text("reason", "The first rule that the row fails."),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "market"),
)

POST_WRITE_STATS = Table(
    "post_write_stats",
    "features",
    "Quality statistics of the stored rows of a date, counted after each run that wrote them.",
    (
        text("run_id", "The run that wrote the rows."),
        date("game_date", "Game date."),
        timestamp("validated_at", "When the rows were counted."),
        integer("post_write_rows", "Rows stored.", unit="count", minimum=0),
        integer("post_write_rows_intended", "Rows that were computed.", unit="count", minimum=0),
        integer("post_write_rows_with_defaults", "Rows with a required feature without a value.", minimum=0),
        real(
            "post_write_pct_with_defaults",
            "Share of rows with a required feature without a value.",
            unit="%",
            nullable=True,
        ),
        real("post_write_pct_quality_ready", "Share of rows that are quality ready.", unit="%", nullable=True),
        real("post_write_avg_required_defaults", "Mean number of required defaults.", nullable=True),
        real("post_write_avg_default_count", "Mean number of defaults.", nullable=True),
        real("post_write_avg_matchup_quality", "Mean matchup quality.", unit="%", nullable=True),
        real("post_write_avg_quality_score", "Mean quality score.", nullable=True),
        text(
            "post_write_worst_features",
            "The five required features most often without a value, with the cause; empty without an alert.",
        ),
        boolean("is_alert", "Whether an alert was sent because too many rows lack a required feature."),
    ),
    key=("run_id", "game_date"),
    date_column=None,
)

CHECK_RESULTS = Table(
    "check_results",
    "quality",
    "Append-only: the result of each check, each time it was run.",
    (
        text("check_run_id", "One run of a set of checks."),
        text("suite", "The set: `daily`, `features`, `training-data`."),
        text("number", "Number of the check."),
        timestamp("checked_at", "When the check was run."),
        date("day", "Date that was checked."),
        text("claim", "The property that the check tests."),
        text("severity", "Severity of a failure.", allowed=SEVERITIES),
        text("status", "Result; `not_judged` where there were too few units.", allowed=STATUSES),
        real("observed", "Measured value; NULL where it could not be measured.", nullable=True),
        text("threshold", "Limit for the measured value."),
        integer("n", "Number of units that were checked.", unit="count", nullable=True, minimum=0),
        text("detail", "Examples of violations, or the error of the check itself.", nullable=True),
    ),
    key=("check_run_id", "number"),
    date_column=None,
)

QUALITY_TABLES: tuple[Table, ...] = (GATE_VERDICTS, GATE_BLOCKS, POST_WRITE_STATS, CHECK_RESULTS)
"""The quality tables."""
