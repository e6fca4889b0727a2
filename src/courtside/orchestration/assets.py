"""The stages as Dagster assets: a partition is an Eastern date, a back-fill is one run, and each asset has checks."""

import datetime as dt

import dagster as dg
import narwhals as nw

from courtside.operations.intake import ingest_waiting
from courtside.operations.status import first_date
from courtside.orchestration.installation import POOL, Courtside
from courtside.pipeline.context import Context
from courtside.pipeline.resume import upstream
from courtside.pipeline.run_log import Cell
from courtside.pipeline.runner import WRITERS, run
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGES
from courtside.publishing.stores import target_of
from courtside.quality.tables import GATE_VERDICTS
from courtside.raw.tables import RAW_TABLES

GROUP = "courtside"
"""Group of all assets, so that the global lineage shows them as one graph."""

FIRST_DATE = dt.date(2021, 10, 19)
"""First partition of an installation that has no games yet."""

FRESH = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=30), warn_window=dt.timedelta(hours=26))


@dg.asset(group_name=GROUP, pool=POOL, description="Ingest the payloads that were fetched and wait, as typed raw rows.")
def payloads(courtside: Courtside) -> dg.MaterializeResult:
    """Ingest the waiting payloads."""
    with courtside.working() as context:
        reports = ingest_waiting(context)
    refused = [report for report in reports if report.status == "refused"]
    return dg.MaterializeResult(
        metadata={
            "payloads": len(reports),
            "rows": sum(report.rows_new for report in reports),
            "refused": "\n".join(f"{report.name}: {report.reason}" for report in refused),
        }
    )


def partitions_of(courtside: Courtside) -> dg.DailyPartitionsDefinition:
    """Return the Eastern dates of an installation: from its first game or processed date to today on its clock."""
    with courtside.reading() as context:
        first = first_date(context.warehouse) or FIRST_DATE
        end = str(context.clock.today() + dt.timedelta(days=1)) if context.settings.now else None
    return dg.DailyPartitionsDefinition(str(first), end_date=end, timezone="America/New_York", end_offset=1)


def dependencies(stage: Stage) -> list[str]:
    """Return the assets that a stage reads from: other stages, and the payloads where it reads raw tables."""
    is_raw = any(read.table in RAW_TABLES for read in stage.reads)
    return [*(["payloads"] if is_raw else []), *upstream(stage, WRITERS)]


def stage_asset(
    stage: Stage, days: dg.DailyPartitionsDefinition, freshness: dg.FreshnessPolicy | None = FRESH
) -> dg.AssetsDefinition:
    """Return a stage as an asset of daily partitions; it processes the same cells as `courtside run` does."""
    name = stage.name

    @dg.asset(
        name=name,
        group_name=GROUP,
        deps=dependencies(stage),
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        freshness_policy=freshness,
        pool=POOL,
        check_specs=[
            dg.AssetCheckSpec(check, asset=name, blocking=check == "no_date_failed", description=text)
            for check, text in checks_of(name).items()
        ],
        description=stage.sentence,
    )
    def process(context: dg.AssetExecutionContext, courtside: Courtside) -> dg.MaterializeResult:
        start, end = (dt.date.fromisoformat(key) for key in context.partition_key_range)
        with courtside.working() as opened:
            summary = run(opened, start, end, stages=(stage,))
            cells = opened.run_log.cells(name, start, end)
            results = [_checked(name, check, cells, opened, start, end) for check in checks_of(name)]
        result = summary.stages[0]
        return dg.MaterializeResult(
            metadata={
                "run": summary.run_id,
                "rows": sum(cell.rows for cell in cells.values()),
                "dates processed": result.processed,
                "dates unchanged": result.skipped,
                "seconds": round(result.seconds, 2),
                "more": dg.MetadataValue.text(f"courtside runs {summary.run_id}"),
                "published to": dg.MetadataValue.path(target_of(opened.settings)),
            },
            check_results=results,
        )

    return process


def checks_of(stage: str) -> dict[str, str]:
    """Return the checks of a stage's asset: a failed date blocks later assets, held dates and unready slates warn."""
    checks = {
        "no_date_failed": "No date of the range failed. Where one did, downstream assets are not run.",
        "no_date_held": "No check holds back a date of the range.",
    }
    if stage == "features":
        checks["slates_are_ready"] = "The readiness gate passes every slate of the range."
    return checks


def _checked(
    stage: str, name: str, cells: dict[dt.date, Cell], context: Context, start: dt.date, end: dt.date
) -> dg.AssetCheckResult:
    if name == "slates_are_ready":
        bad = unready(context, start, end)
    else:
        state = name.removeprefix("no_date_")
        bad = {str(day): cell.reason or "" for day, cell in sorted(cells.items()) if cell.state == state}
    severity = dg.AssetCheckSeverity.ERROR if name == "no_date_failed" else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=not bad, asset_key=stage, check_name=name, severity=severity, metadata=bad)


def unready(context: Context, start: dt.date, end: dt.date) -> dict[str, str]:
    """Return the slates that the readiness gate does not call ready, each with its reason."""
    rows = context.warehouse.collect(
        context.warehouse.scan(GATE_VERDICTS, start=start, end=end).filter(nw.col("verdict") != "ready")
    )
    return {str(row["game_date"]): str(row["reason"]) for row in rows.sort("game_date").to_dicts()}


def assets_of(courtside: Courtside) -> list[dg.AssetsDefinition]:
    """Return every asset of an installation in the order of the flow; with a fixed clock its data do not age."""
    days, freshness = partitions_of(courtside), None if courtside.settings().now else FRESH
    return [payloads, *(stage_asset(stage, days, freshness) for stage in STAGES)]
