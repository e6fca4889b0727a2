"""The generated page `docs/stages.md`: what each stage reads and writes, and when it is due."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from courtside.pipeline.reads import Read
from courtside.pipeline.resume import upstream
from courtside.pipeline.runner import WRITERS
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.warehouse.schema import Table

INTRO = """\
A stage is a function from the tables that it declares to read to the tables that it declares to write. The pipeline
loads exactly these tables, calls the stage, and validates, writes, hashes and records what it returns. A date is
processed again when one of the changes in the last column happens; Dagster's dependencies, `courtside run --estimate`
and `courtside migrate` come from the same declarations.
"""


def stages_page(note: str) -> str:
    """Return the page that describes every stage, in the order of the flow, below `note`."""
    return "\n".join([note, "# Stages\n", INTRO, *(_section(stage) for stage in STAGES)])


def _section(stage: Stage) -> str:
    before = ", ".join(f"`{name}`" for name in upstream(stage, WRITERS)) or "none: it starts from payloads"
    facts = [
        f"- After: {before}.",
        f"- Due: {stage.due.value}.",
        *([f"- Replaces, date by date: {_tables(stage.replaces)}."] if stage.replaces else []),
        *([f"- Appends to: {_tables(stage.appends)}."] if stage.appends else []),
        *([f"- Also writes: {_tables(stage.extras)}."] if stage.extras else []),
        *([f"- Depends on settings: {', '.join(f'`{name}`' for name in stage.settings)}."] if stage.settings else []),
    ]
    own = {table.name for table in stage.writes}
    rows = "\n".join(
        f"| `{read.table.name}` | {read.dates.value} | {_changes(read, read.table.name in own)} |"
        for read in stage.reads
    )
    table = f"| reads | dates loaded | processed again after a change |\n|---|---|---|\n{rows}\n"
    return f"## `{stage.name}`\n\n{stage.sentence}\n\n" + "\n".join(facts) + f"\n\n{table}"


def _tables(tables: Sequence[Table]) -> str:
    return ", ".join(f"`{table.name}`" for table in tables)


def _changes(read: Read, is_own: bool) -> str:
    if is_own:
        return "never: its own rows"
    if callable(read.changes):
        return f"of {(inspect.getdoc(read.changes) or '').split('.')[0].removeprefix('Return, per date, ')}"
    return ", or ".join(AFTER[dates.name] for dates in read.tracked_by) or "never by itself"


AFTER = {
    "THESE": "on the date",
    "HISTORY": "on a date of the season before",
    "EARLIER": "on any earlier date",
    "ALL": "on any date",
}
"""The dates on which a change of a table makes a stage process a date again, in words."""
