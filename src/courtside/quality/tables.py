"""The tables of gates, validation and checks."""

from __future__ import annotations

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
        text("verdict", "What the gate says.", allowed=VERDICTS),
        integer("rows", "Feature rows of the slate.", unit="count", minimum=0),
        real("pct_quality_ready", "Share of rows that are quality ready.", unit="%", nullable=True),
        real("avg_required_defaults", "Mean number of required features without a value.", nullable=True),
        integer("thin_teams", "Teams with fewer than 8 players.", unit="count", minimum=0),
        text("reason", "Why the slate is not ready.", nullable=True),
    ),
    key=("game_date",),
)

GATE_BLOCKS = Table(
    "gate_blocks",
    "predictions",
    "A player whom the quality gate gives no pick, with the reason; quoted players without a row are among them.",
    (
        date("game_date", "Game date."),
        text("game_id", "The league's ten-digit game id."),
        integer("player_id", "The league's player id."),
        text("reason", "What the gate found first."),
    ),
    key=("game_id", "player_id"),
)

POST_WRITE_STATS = Table(
    "post_write_stats",
    "features",
    "What the stored rows of a date were worth just after a run wrote them; each run keeps its own.",
    (
        text("run_id", "The run that wrote them."),
        date("game_date", "Game date."),
        timestamp("validated_at", "When."),
        integer("post_write_rows", "Rows stored.", unit="count", minimum=0),
        integer("post_write_rows_intended", "Rows that were computed.", unit="count", minimum=0),
        integer("post_write_rows_with_defaults", "Rows with a required feature without a value.", minimum=0),
        real("post_write_pct_with_defaults", "Their share.", unit="%", nullable=True),
        real("post_write_pct_quality_ready", "Share of rows that are quality ready.", unit="%", nullable=True),
        real("post_write_avg_required_defaults", "Mean number of required defaults.", nullable=True),
        real("post_write_avg_default_count", "Mean number of defaults.", nullable=True),
        real("post_write_avg_matchup_quality", "Mean matchup quality.", unit="%", nullable=True),
        real("post_write_avg_quality_score", "Mean quality score.", nullable=True),
        text(
            "post_write_worst_features",
            "The five required features most often without a value, with the cause; empty where nobody was told.",
        ),
        boolean("is_alert", "Whether so many rows lacked a required value that people were told."),
    ),
    key=("run_id", "game_date"),
    date_column=None,
)

CHECK_RESULTS = Table(
    "check_results",
    "quality",
    "Append-only: what each check observed, whenever it was asked.",
    (
        text("check_run_id", "One asking of a set of checks."),
        text("suite", "Which set: `daily`, `features`, `training-data`."),
        text("number", "Number of the check."),
        timestamp("checked_at", "When."),
        date("day", "Date it was asked about."),
        text("claim", "What it claims."),
        text("severity", "How bad a failure is.", allowed=SEVERITIES),
        text("status", "What came out.", allowed=STATUSES),
        real("observed", "What was observed; NULL where it could not be.", nullable=True),
        text("threshold", "What it has to meet."),
        integer("n", "On how many units.", unit="count", nullable=True, minimum=0),
        text("detail", "Examples, or the error of the check itself.", nullable=True),
    ),
    key=("check_run_id", "number"),
    date_column=None,
)

QUALITY_TABLES: tuple[Table, ...] = (GATE_VERDICTS, GATE_BLOCKS, POST_WRITE_STATS, CHECK_RESULTS)
"""The tables of this room."""
