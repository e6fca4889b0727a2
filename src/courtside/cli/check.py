"""`courtside check`: the training-data monitor, the daily checks and the feature spot checks."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from courtside.alerts import Alert, Severity, alert_crash, notifier
from courtside.audit import checks
from courtside.audit.checks import base
from courtside.audit.checks.base import Catalogue, Result, Status
from courtside.audit.checks.rows import training_window
from courtside.audit.monitor import THRESHOLD_PCT, Report, Verdict, monitor
from courtside.audit.report import html as as_html
from courtside.cli.check_tables import observed_text, show_history, show_report, show_results
from courtside.cli.common import AsJson, Home, P, R, complaints, print_json, settings_of, show_notice, used_settings
from courtside.cli.guard import described
from courtside.cli.ingest import parse_date_option
from courtside.errors import FAILURE, ConfigError, CourtsideError, WarehouseBusyError
from courtside.logs import hide_secrets
from courtside.operations.checking import catalogue_of, season_window, store_results
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.quality.tables import CHECK_RESULTS
from courtside.warehouse.open import open_warehouse

NOT_JUDGED = 2
RECENT_DAYS = 14
app = typer.Typer(help="Check stored data: training data, one day, feature rows.", no_args_is_help=True)


def _exits_2_on_error(command: Callable[P, R]) -> Callable[P, R]:
    """Exit with 2 and print the reason where a check could not run; 0 and 1 are results of checks.

    An unexpected error also sends an alert about a crash.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except Exception as error:
            text = hide_secrets(str(error) if isinstance(error, CourtsideError) else described(error))
            complaints.print("could not check: ", end="", style="bold red")
            complaints.print(text, soft_wrap=True)
            if used_settings and getattr(error, "exit_code", FAILURE) == FAILURE:
                alert_crash(used_settings[-1], f"`courtside check {command.__name__.replace('_', '-')}`", text)
            raise typer.Exit(NOT_JUDGED) from error

    return wrapped


@app.command("training-data")
@_exits_2_on_error
def training_data(
    train_start: Annotated[str, typer.Option(help="First date. Default: 1 November of the season.")] = "",
    recent: Annotated[bool, typer.Option("--recent", help="Check the last 14 days only.")] = False,
    threshold: Annotated[
        float, typer.Option(min=0, max=100, help="Largest accepted share of contaminated rows, in %.")
    ] = (THRESHOLD_PCT),
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report to this file.")] = None,
    home: Home = None,
) -> None:
    """Report how much of the training data is contaminated, by month, feature and cause.

    Exits with 0 where the data are clean, 1 where contamination is above the threshold or stored rows are corrupt, and
    2 where the rows could not be judged.
    """
    with _opened_for_checks(home) as context:
        end = context.clock.today() - dt.timedelta(days=1)
        start = _start(context, train_start, recent, end)
        catalogue = catalogue_of(context, start, end, end)
        report = monitor(catalogue, threshold)
    _store_verdict(context, catalogue, report)
    _send_alert(context, report)
    if html:
        html.write_text(as_html(report), encoding="utf-8")
    if as_json:
        print_json(report.as_dict())
    else:
        show_report(report)
    raise typer.Exit(report.exit_code)


@app.command("daily")
@_exits_2_on_error
def daily(
    date: Annotated[str, typer.Option(help="Date to check. Default: today.")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Run the checks of a day: every phase from payloads to public files, and training contamination (check 0.487).

    Exits with 1 where a critical check fails, and 2 where the checks could not run.
    """
    with _opened_for_checks(home) as context:
        day = parse_date_option(date, "--date") if date else context.clock.today()
        catalogue = _season_catalogue(context, day, with_files=True)
        results = base.run_checks(checks.DAILY_CHECKS, catalogue)
    _store_results(context, catalogue, results, "daily")
    show_results(results, as_json)


@app.command("features")
@_exits_2_on_error
def features(
    sample: Annotated[
        int, typer.Option(min=20, help="Smallest number of feature rows that are computed again.")
    ] = 1000,
    date: Annotated[str, typer.Option(help="Last date of the season to check. Default: yesterday.")] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Run the feature spot checks: 28 checks of the season's rows, and 2 that compute a sample of stored rows again.

    Exits with 1 where a critical check fails, and 2 where the checks could not run.
    """
    with _opened_for_checks(home) as context:
        yesterday = context.clock.today() - dt.timedelta(days=1)
        day = parse_date_option(date, "--date") if date else yesterday
        catalogue = _season_catalogue(context, day, sample=sample)
        results = base.run_checks(checks.SPOT_CHECKS, catalogue)
    _store_results(context, catalogue, results, "features")
    show_results(results, as_json)


@app.command("history")
@_exits_2_on_error
def history(
    check: Annotated[str, typer.Option(help="Number of a check, or `monitor`. Default: all checks.")] = "",
    last: Annotated[int, typer.Option(min=1, help="Number of newest results to show.")] = 50,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the stored results of checks, oldest first."""
    with _opened_for_checks(home) as context:
        rows = context.warehouse.collect(context.warehouse.scan(CHECK_RESULTS))
    rows = rows.filter(pl.lit(not check) | (pl.col("number") == check)).sort("checked_at", "suite", "number").tail(last)
    if rows.is_empty():
        raise ConfigError(f"No stored results for check {check or 'any'!r}. Run `courtside check daily` first.")
    if as_json:
        print_json(rows.to_dicts())
    else:
        show_history(rows)


@contextmanager
def _opened_for_checks(home: Path | None) -> Iterator[Context]:
    """Open an existing home for reading, without refusing tables of another shape, because a check reports these."""
    settings = settings_of(home)
    if not settings.warehouse and not settings.warehouse_path.exists():
        raise ConfigError(
            f"No warehouse at {settings.warehouse_path}. Run `courtside ingest`, or name the right folder with --home."
        )
    with open_warehouse(settings, read_only=True) as warehouse:
        warehouse.prepare([CHECK_RESULTS])
        show_notice(warehouse)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)


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
        raise ConfigError(f"No games are stored up to {end}. Run `courtside run` first.")
    return training_window(season[0], end)


def _season_catalogue(context: Context, day: dt.date, *, sample: int = 1000, with_files: bool = False) -> Catalogue:
    season = season_window(context.warehouse, day)
    if season is None:
        raise ConfigError(f"No games are stored up to {day}. Run `courtside run` first.")
    return catalogue_of(context, season[0], day, day, sample=sample, with_files=with_files)


def _store_results(context: Context, catalogue: Catalogue, results: Sequence[Result], suite: str) -> None:
    """Store the results, and alert about critical checks that failed."""
    _store(context, base.result_rows(results, suite, catalogue))
    alerts, cause = notifier(context.settings, context.clock), f"check.{suite}"
    bad = [item for item in results if item.status is Status.FAILED and item.check.severity is base.Severity.CRITICAL]
    if bad:
        body = "\n".join(f"{item.check.number} {item.check.title}: {observed_text(item)}" for item in bad)
        alerts.send(Alert(cause, Severity.CRITICAL, f"{len(bad)} critical checks failed for {catalogue.day}", body))
    else:
        alerts.recover(cause, f"no critical check fails for {catalogue.day}")


def _store(context: Context, results: pl.DataFrame) -> None:
    """Store check results, unless another process uses the warehouse: a check does not wait for a run."""
    try:
        store_results(context.settings, results)
    except WarehouseBusyError as error:
        complaints.print(f"The results are not stored: {error}", soft_wrap=True)


def _store_verdict(context: Context, catalogue: Catalogue, report: Report) -> None:
    status = {
        Verdict.CLEAN: Status.PASSED,
        Verdict.CONTAMINATED: Status.FAILED,
        Verdict.CORRUPT: Status.FAILED,
        Verdict.NOT_JUDGED: Status.NOT_JUDGED,
    }[report.verdict]
    check = base.Check(
        "monitor",
        "Training data is clean",
        base.Severity.CRITICAL,
        base.at_most(report.threshold_pct),
        1,
        lambda catalogue: catalogue.scan("player_features"),
        "%",
    )
    result = Result(check, status, report.contaminated_pct, report.total, report.sentence)
    _store(context, base.result_rows([result], "training-data", catalogue))


def _send_alert(context: Context, report: Report) -> None:
    alerts, cause = notifier(context.settings, context.clock), "check.training-data"
    if report.verdict is Verdict.CLEAN:
        alerts.recover(cause, report.sentence)
        return
    worst = ", ".join(f"{item.name} {item.pct:.1f} % ({item.cause})" for item in report.features[:5])
    body = f"{report.sentence}\nWorst features: {worst or 'none'}\nNext: courtside check training-data --json"
    severity = Severity.ERROR if report.verdict is Verdict.NOT_JUDGED else Severity.CRITICAL
    alerts.send(Alert(cause, severity, f"training data: {report.verdict}", body))
