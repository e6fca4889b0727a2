"""Output of check reports and results as tables."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import typer

from courtside.audit.checks import base
from courtside.audit.checks.base import Result, Status
from courtside.audit.monitor import Report, Verdict
from courtside.cli.common import console, print_json, styled
from courtside.cli.output import show_table

VERDICTS = {
    Verdict.CLEAN: "bold green",
    Verdict.CONTAMINATED: "bold red",
    Verdict.CORRUPT: "bold red",
    Verdict.NOT_JUDGED: "bold yellow",
}
COLOURS = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_JUDGED: "yellow"}


def show_report(report: Report) -> None:
    """Print the monitor's verdict, months, worst features and causes."""
    console.print(styled(report.sentence, VERDICTS[report.verdict]))
    rows = []
    for month in report.months:
        shares = (f"{month.contaminated_pct:.2f}", f"{month.without_row:,}", f"{month.lacking_pct:.2f}")
        numbers = (f"{month.total:,}", f"{month.contaminated:,}", *shares, f"{month.quality_ready_pct:.1f}")
        rows.append((month.month, *numbers))
    heads: tuple[str, ...] = ("month", "rows", "contaminated", "%", "no row", "together %", "ready %")
    show_table(heads, rows)
    console.print(
        f"tier 1, a required feature without a value: {report.required_rows:,} rows; "
        f"tier 2, optional ones only: {report.optional_only_rows:,} rows"
    )
    console.print()
    worst = []
    for item in report.features:
        name = item.name if item.is_required else f"{item.name} (optional)"
        worst.append((name, f"{item.rows:,}", f"{item.pct:.2f}", f"{item.early:,}", f"{item.missing:,}", item.cause))
    heads = ("worst features", "rows", "%", "early", "missing", "cause")
    show_table(heads, worst, drop=("early", "missing"), sentence="cause")
    console.print()
    causes = [
        (item.source, f"{item.units:,} {item.unit}", f"{item.rows:,}", f"{item.flagged:,}", item.span, item.what)
        for item in report.causes
        if item.units
    ]
    heads = ("source", "how many", "rows", "flagged", "dates", "cause")
    show_table(heads, causes, drop=("dates", "flagged"), sentence="cause")


def show_results(results: Sequence[Result], as_json: bool) -> None:
    """Print each check with its result, and exit with 1 where a critical check failed."""
    failed = [item for item in results if item.status is Status.FAILED]
    critical = [item for item in failed if item.check.severity is base.Severity.CRITICAL]
    if as_json:
        print_json({"failed": len(failed), "checks": [item.as_dict() for item in results]})
    else:
        rows = []
        for item in results:
            status = styled(str(item.status).replace("_", " "), COLOURS[item.status])
            n = "-" if item.n is None else f"{item.n:,}"
            rows.append((item.check.number, status, _number(item.observed), item.threshold, n, item.check.title))
        heads = ("check", "status", "observed", "accepted", "n", "what it states")
        show_table(heads, rows, drop=("n", "accepted"), sentence="what it states")
        for item in failed:
            console.print(f"{item.check.number} ({item.check.severity}): {observed_text(item)}")
        console.print(f"{len(results)} checks: {len(failed)} failed, {len(critical)} of them critical")
    raise typer.Exit(1 if critical else 0)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def observed_text(item: Result) -> str:
    """Return the observed and the accepted values of a check as text."""
    observed = "nothing" if item.observed is None else f"{item.observed:g}"
    detail = f"; {item.detail}" if item.detail else ""
    return f"{observed} observed, {item.threshold} accepted{detail}"


def show_history(rows: pl.DataFrame) -> None:
    """Print stored check results, oldest first."""
    cells = []
    for row in rows.to_dicts():
        status = Status(row["status"])
        state, at = styled(str(status).replace("_", " "), COLOURS[status]), f"{row['checked_at']:%Y-%m-%d %H:%M}"
        cells.append((at, row["number"], state, _number(row["observed"]), row["threshold"], row["claim"]))
    heads = ("checked at (UTC)", "check", "status", "observed", "accepted", "what it states")
    show_table(heads, cells, drop=("accepted",), sentence="what it states")
