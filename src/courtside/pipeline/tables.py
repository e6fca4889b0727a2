"""The tables of the run log: the grid of dates and stages, the events of runs, and the leases."""

from __future__ import annotations

from courtside.analytics.tables import ANALYTICS_TABLES, LINE_TABLES
from courtside.features.tables import PLAYER_FEATURES
from courtside.picks.price_tables import PRICE_TABLES
from courtside.picks.tables import PICKS_TABLES
from courtside.predictions.tables import MODELS, PREDICTIONS
from courtside.quality.tables import CHECK_RESULTS, GATE_BLOCKS, GATE_VERDICTS, POST_WRITE_STATS
from courtside.raw.tables import PAYLOAD_LOG, RAW_TABLES
from courtside.warehouse.schema import Table, date, integer, real, text, timestamp

STATES = ("expected", "complete", "empty", "held", "failed")

GRID = Table(
    "grid",
    "orchestration",
    "The state of every date and stage: its rows, the hash of its inputs, or the reason why rows are missing.",
    (
        date("game_date", "Game date."),
        text("stage", "Stage of the flow."),
        text("state", "State of the cell.", allowed=STATES),
        text("reason", "Why it is empty, held, failed or still expected.", nullable=True),
        integer("rows", "Rows that the stage stored for the date.", unit="count", minimum=0),
        text("content_hash", "Hash of those rows; it does not depend on their order."),
        text("input_hash", "Hash of all inputs of the cell."),
        text("code_version", "Version of Courtside that wrote the cell."),
        integer("attempts", "Times the cell was processed.", unit="count", minimum=0),
        text("run_id", "The run that wrote the cell."),
        timestamp("updated_at", "Time of the last change."),
    ),
    key=("game_date", "stage"),
)

RUN_EVENTS = Table(
    "run_events",
    "orchestration",
    "Append-only: the events of each run, stage by stage.",
    (
        text("run_id", "The run."),
        integer("seq", "Order within the run.", minimum=1),
        timestamp("at", "Time of the event."),
        text("stage", "Stage, or `run` for the run itself."),
        text("event", "What happened.", allowed=("started", "wrote", "withdrew", "failed", "finished")),
        date("first_date", "First date of the event.", nullable=True),
        date("last_date", "Last date of the event.", nullable=True),
        integer("dates", "Number of dates of the event.", unit="count", minimum=0),
        integer("rows", "Rows stored for these dates.", unit="count", minimum=0),
        real("seconds", "Duration.", unit="seconds", nullable=True),
        text("detail", "Command line, error or summary.", nullable=True),
    ),
    key=("run_id", "seq"),
    date_column=None,
)

LEASES = Table(
    "leases",
    "orchestration",
    "The run that may write now. A lease expires by itself, so an interrupted run blocks later runs only until then.",
    (
        text("name", "Name of the lease."),
        text("owner", "Host and process id of the holder."),
        text("run_id", "Run of the holder."),
        timestamp("acquired_at", "Time at which the lease was taken."),
        timestamp("expires_at", "Time at which the lease ends unless it is renewed."),
    ),
    key=("name",),
    date_column=None,
)

ALL_TABLES: tuple[Table, ...] = (
    PAYLOAD_LOG,
    *RAW_TABLES,
    *ANALYTICS_TABLES,
    *LINE_TABLES,
    PLAYER_FEATURES,
    GATE_VERDICTS,
    POST_WRITE_STATS,
    PREDICTIONS,
    MODELS,
    GATE_BLOCKS,
    *PICKS_TABLES,
    *PRICE_TABLES,
    GRID,
    RUN_EVENTS,
    LEASES,
    CHECK_RESULTS,
)
"""Every table of the platform, in the order of the flow."""
