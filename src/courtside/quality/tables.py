"""What the checks between the rooms leave behind."""

from __future__ import annotations

from courtside.warehouse.schema import Table, date, integer, real, text

GATE_VERDICTS = Table(
    "gate_verdicts",
    "features",
    "The readiness gate's verdict on a slate.",
    (
        date("game_date", "Game date."),
        text("verdict", "What the gate says.", allowed=("ready", "warning", "not_ready")),
        integer("rows", "Feature rows of the slate.", unit="count", minimum=0),
        real("pct_quality_ready", "Share of rows that are quality ready.", unit="%", nullable=True),
        real("avg_required_defaults", "Mean number of required features without a value.", nullable=True),
        integer("thin_teams", "Teams with fewer than 8 players.", unit="count", minimum=0),
        text("reason", "Why the slate is not ready.", nullable=True),
    ),
    key=("game_date",),
)
