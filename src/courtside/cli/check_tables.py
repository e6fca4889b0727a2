"""Output of check reports and results as tables."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl
import typer
from rich.table import Table

from courtside.audit.checks import base
from courtside.audit.checks.base import Result, Status
from courtside.audit.monitor import Report
from courtside.cli.common import console, styled

COLOURS = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_JUDGED: "yellow"}


def show_report(report: Report) -> None:
    """Print the monitor's verdict, months, worst features and causes."""
    console.print(report.sentence, soft_wrap=True)
    heads = ("month", "rows", "contaminated", "%", "no row", "together %", "ready %")
    months = Table(*heads, box=None, pad_edge=False)
    for month in report.months:
        shares = (f"{month.contaminated_pct:.2f}", f"{month.without_row:,}", f"{month.lacking_pct:.2f}")
        numbers = (f"{month.total:,}", f"{month.contaminated:,}", *shares, f"{month.quality_ready_pct:.1f}")
        months.add_row(month.month, *numbers)
    console.print(months)
    console.print(
        f"tier 1, a required feature without a value: {report.required_rows:,} rows; "
        f"tier 2, optional ones only: {report.optional_only_rows:,} rows"
    )
    worst = Table("worst features", "rows", "%", "early", "missing", "cause", box=None, pad_edge=False)
    for item in report.features:
        name = item.name if item.is_required else f"{item.name} (optional)"
        worst.add_row(name, f"{item.rows:,}", f"{item.pct:.2f}", f"{item.early:,}", f"{item.missing:,}", item.cause)
    console.print(worst)
    reasons = Table("source", "cause", "how many", "rows", "flagged", "dates", box=None, pad_edge=False)
    for cause in report.causes:
        if cause.units:
            counts = (f"{cause.units:,} {cause.unit}", f"{cause.rows:,}", f"{cause.flagged:,}")
            reasons.add_row(cause.source, cause.what, *counts, cause.span)
    console.print(reasons)


def show_results(results: Sequence[Result], as_json: bool) -> None:
    """Print each check with its result, and exit with 1 where a critical check failed."""
    failed = [item for item in results if item.status is Status.FAILED]
    critical = [item for item in failed if item.check.severity is base.Severity.CRITICAL]
    if as_json:
        typer.echo(json.dumps({"failed": len(failed), "checks": [item.as_dict() for item in results]}, indent=1))
    else:
        table = Table("check", "what it states", "observed (accepted)", "n", "status", box=None, pad_edge=False)
        for item in results:
            status = str(item.status).replace("_", " ")
            kind = f" ({item.check.severity})" if item.status is Status.FAILED else ""
            shown = _number(item.observed)
            n = "-" if item.n is None else f"{item.n:,}"
            table.add_row(
                item.check.number,
                item.check.title,
                f"{shown} ({item.threshold})",
                n,
                styled(status + kind, COLOURS[item.status]),
            )
        console.print(table)
        for item in failed:
            console.print(f"{item.check.number}: {observed_text(item)}", soft_wrap=True)
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
    heads = ("checked at (UTC)", "check", "what it states", "observed (accepted)", "status")
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows.to_dicts():
        status = Status(row["status"])
        table.add_row(
            f"{row['checked_at']:%Y-%m-%d %H:%M}",
            row["number"],
            row["claim"],
            f"{_number(row['observed'])} ({row['threshold']})",
            styled(str(status).replace("_", " "), COLOURS[status]),
        )
    console.print(table)
