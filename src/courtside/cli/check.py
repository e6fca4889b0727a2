"""`courtside check`: the training-data monitor, the daily validation and the feature spot check."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from courtside.alerts import Alert, Severity, notifier
from courtside.cli.common import Home, P, R, complaints, console, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.errors import ConfigError, CourtsideError
from courtside.orchestration.checking import catalogue_of, season_window
from courtside.orchestration.context import Context
from courtside.orchestration.ledger import Ledger
from courtside.quality import checks
from courtside.quality.checks import base
from courtside.quality.checks.base import Catalogue, Check, Result, Status
from courtside.quality.checks.rows import training_window
from courtside.quality.monitor import THRESHOLD_PCT, Report, Verdict, monitor
from courtside.quality.report import html as as_html
from courtside.quality.tables import CHECK_RESULTS
from courtside.warehouse.base import Upsert
from courtside.warehouse.duckdb import DuckDBWarehouse

COULD_NOT_TELL = 2
RECENT_DAYS = 14
COLOURS = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_JUDGED: "yellow"}
app = typer.Typer(help="Check what is stored: training data, the day, the features.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _never_silent(command: Callable[P, R]) -> Callable[P, R]:
    """Exit with 2, and say why, where a check could not look; 0 and 1 are answers."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except Exception as error:
            text = str(error) if isinstance(error, CourtsideError) else f"{type(error).__name__}: {error}"
            complaints.print("could not tell: ", end="", style="bold red")
            complaints.print(text, soft_wrap=True, markup=False)
            raise typer.Exit(COULD_NOT_TELL) from error

    return wrapped


@app.command("training-data")
@_never_silent
def training_data(
    train_start: Annotated[str, typer.Option(help="First date; the season's 1 November where not given.")] = "",
    recent: Annotated[bool, typer.Option("--recent", help="The last 14 days only.")] = False,
    threshold: Annotated[float, typer.Option(min=0, max=100, help="Accepted share of contaminated rows, %.")] = (
        THRESHOLD_PCT
    ),
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report to this file.")] = None,
    home: Home = None,
) -> None:
    """Say how much of the training data is contaminated, by month, feature and cause.

    Exits with 0 where it is clean, 1 where it is contaminated beyond the threshold, 2 where it could not tell.
    """
    with _looked_at(home) as context:
        end = context.clock.today() - dt.timedelta(days=1)
        start = _start(context, train_start, recent, end)
        catalogue = catalogue_of(context, start, end, end)
        report = monitor(catalogue, threshold)
        _keep_verdict(context, catalogue, report)
        _tell_of(context, report)
    if html:
        html.write_text(as_html(report), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=1))
    else:
        _show_report(report)
    raise typer.Exit(report.exit_code)


@app.command("daily")
@_never_silent
def daily(
    date: Annotated[str, typer.Option(help="The day to validate; today where it is not given.")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Validate a day: every phase from payloads to published files, training contamination (0.487) among them.

    Exits with 1 where a critical check fails, 2 where the checks could not be asked.
    """
    with _looked_at(home) as context:
        day = parse_date_option(date, "--date") if date else context.clock.today()
        catalogue = _season_catalogue(context, day, with_files=True)
        results = _asked(context, catalogue, checks.DAILY_CHECKS, "daily")
    _show_results(results, as_json)


@app.command("features")
@_never_silent
def features(
    sample: Annotated[int, typer.Option(min=20, help="Rows that are computed again.")] = 200,
    date: Annotated[str, typer.Option(help="Last date of the season to look at; yesterday where not given.")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Ask the 28 checks of the feature spot check about the season's stored rows.

    Exits with 1 where a critical check fails, 2 where the checks could not be asked.
    """
    with _looked_at(home) as context:
        yesterday = context.clock.today() - dt.timedelta(days=1)
        day = parse_date_option(date, "--date") if date else yesterday
        catalogue = _season_catalogue(context, day, sample=sample)
        results = _asked(context, catalogue, checks.SPOT_CHECKS, "features")
    _show_results(results, as_json)


@contextmanager
def _looked_at(home: Path | None) -> Iterator[Context]:
    """Open a home that is there, without refusing a schema that drifted: that is for a check to say."""
    settings = settings_of(home)
    if not settings.warehouse_path.exists():
        raise ConfigError(
            f"no warehouse at {settings.warehouse_path}; `courtside ingest` makes one, or name its --home"
        )
    patience = settings.lock_patience_seconds
    with DuckDBWarehouse(settings.warehouse_path, patience=patience, threads=settings.threads or None) as warehouse:
        warehouse.prepare([CHECK_RESULTS])
        yield Context(settings, warehouse, Ledger(warehouse, settings.clock), settings.clock)


def _start(context: Context, train_start: str, recent: bool, end: dt.date) -> dt.date:
    if train_start and recent:
        raise ConfigError("--train-start and --recent exclude each other; give one")
    if recent:
        return end - dt.timedelta(days=RECENT_DAYS - 1)
    if train_start:
        start = parse_date_option(train_start, "--train-start")
        if start > end:
            raise ConfigError(f"--train-start {start} is after yesterday, {end}")
        return start
    season = season_window(context.warehouse, end)
    if season is None:
        raise ConfigError(f"no game until {end} is stored; `courtside run` works the dates first")
    return training_window(season[0], end)


def _season_catalogue(context: Context, day: dt.date, *, sample: int = 200, with_files: bool = False) -> Catalogue:
    season = season_window(context.warehouse, day)
    if season is None:
        raise ConfigError(f"no game until {day} is stored; `courtside run` works the dates first")
    return catalogue_of(context, season[0], day, day, sample=sample, with_files=with_files)


def _asked(context: Context, catalogue: Catalogue, asked: Sequence[Check], suite: str) -> list[Result]:
    results = base.run_checks(asked, catalogue)
    context.warehouse.append([Upsert(CHECK_RESULTS, base.result_rows(results, suite, catalogue))])
    alerts, cause = notifier(context.settings, context.clock), f"check.{suite}"
    bad = [item for item in results if item.status is Status.FAILED and item.check.severity is base.Severity.CRITICAL]
    if bad:
        body = "\n".join(f"{item.check.number} {item.check.claim}: {_seen(item)}" for item in bad)
        alerts.send(Alert(cause, Severity.CRITICAL, f"{len(bad)} critical checks failed for {catalogue.day}", body))
    else:
        alerts.recover(cause, f"no critical check fails for {catalogue.day}")
    return results


def _keep_verdict(context: Context, catalogue: Catalogue, report: Report) -> None:
    status = {
        Verdict.CLEAN: Status.PASSED,
        Verdict.CONTAMINATED: Status.FAILED,
        Verdict.COULD_NOT_TELL: Status.NOT_JUDGED,
    }[report.verdict]
    asked = base.Check(
        "monitor",
        "Training data is clean",
        base.Severity.CRITICAL,
        base.at_most(report.threshold_pct),
        1,
        lambda catalogue: catalogue.scan("player_features"),
        "%",
    )
    result = Result(asked, status, report.contaminated_pct, report.total, report.sentence)
    context.warehouse.append([Upsert(CHECK_RESULTS, base.result_rows([result], "training-data", catalogue))])


def _tell_of(context: Context, report: Report) -> None:
    alerts, cause = notifier(context.settings, context.clock), "check.training-data"
    if report.verdict is Verdict.CLEAN:
        alerts.recover(cause, report.sentence)
        return
    worst = ", ".join(f"{item.name} {item.pct:.1f} % ({item.cause})" for item in report.features[:5])
    body = f"{report.sentence}\nWorst features: {worst or 'none'}\nNext: courtside check training-data --json"
    severity = Severity.CRITICAL if report.verdict is Verdict.CONTAMINATED else Severity.ERROR
    alerts.send(Alert(cause, severity, f"training data: {report.verdict}", body))


def _show_report(report: Report) -> None:
    console.print(report.sentence, soft_wrap=True)
    months = Table("month", "total", "clean", "contaminated", "%", "quality ready %", box=None, pad_edge=False)
    for month in report.months:
        numbers = (f"{month.total:,}", f"{month.clean:,}", f"{month.contaminated:,}")
        months.add_row(month.month, *numbers, f"{month.contaminated_pct:.2f}", f"{month.quality_ready_pct:.1f}")
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


def _show_results(results: Sequence[Result], as_json: bool) -> None:
    failed = [item for item in results if item.status is Status.FAILED]
    critical = [item for item in failed if item.check.severity is base.Severity.CRITICAL]
    if as_json:
        typer.echo(json.dumps({"failed": len(failed), "checks": [item.as_dict() for item in results]}, indent=1))
    else:
        table = Table("check", "claim", "observed", "threshold", "n", "status", box=None, pad_edge=False)
        for item in results:
            status = f"[{COLOURS[item.status]}]{str(item.status).replace('_', ' ')}[/]"
            kind = f" ({item.check.severity})" if item.status is Status.FAILED else ""
            shown = "-" if item.observed is None else f"{item.observed:,.2f}".rstrip("0").rstrip(".")
            n = "-" if item.n is None else f"{item.n:,}"
            table.add_row(item.check.number, item.check.claim, shown, item.threshold, n, status + kind)
        console.print(table)
        for item in failed:
            console.print(f"{item.check.number}: {_seen(item)}", soft_wrap=True, markup=False)
        console.print(f"{len(results)} checks: {len(failed)} failed, {len(critical)} of them critical")
    raise typer.Exit(1 if critical else 0)


def _seen(item: Result) -> str:
    observed = "nothing" if item.observed is None else f"{item.observed:g}"
    detail = f"; {item.detail}" if item.detail else ""
    return f"{observed} observed, {item.threshold} accepted{detail}"
