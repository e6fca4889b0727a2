"""Progress of a run: a bar per stage on a terminal, plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from courtside.pipeline.runner import StageSummary


class PlainProgress:
    """Prints one line when a stage ends; for logs, cron and nohup."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """Do nothing."""

    def cells_done(self, stage: str, cells: int) -> None:
        """Do nothing."""

    def stage_ends(self, summary: StageSummary) -> None:
        """Print the result of the stage."""
        self._console.print(stage_line(summary), soft_wrap=True)


class BarProgress:
    """Shows a bar per stage."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        """Add a bar; skipped cells count as done."""
        self._tasks[stage] = self._progress.add_task(
            stage, total=cells + skipped, completed=skipped, note=f"{skipped} unchanged" if skipped else ""
        )

    def cells_done(self, stage: str, cells: int) -> None:
        """Advance the stage's bar."""
        self._progress.advance(self._tasks[stage], cells)

    def stage_ends(self, summary: StageSummary) -> None:
        """Show the states of the stage's cells beside the bar, and stop its clock."""
        self._progress.update(self._tasks[summary.stage], note=states_text(summary))
        self._progress.stop_task(self._tasks[summary.stage])


def stage_line(summary: StageSummary) -> str:
    """Return the result of a stage as one line."""
    return (
        f"{summary.stage:<12} {summary.processed:>5} dates processed, {summary.skipped:>5} unchanged, "
        f"{summary.seconds:6.2f} s  {states_text(summary)}"
    )


def states_text(summary: StageSummary) -> str:
    """Return the states of a stage's cells, as `844 complete, 12 held`."""
    return ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items()))
