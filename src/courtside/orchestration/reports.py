"""What was processed outside Dagster's back-fills, as materialisations that Dagster does not have yet."""

import datetime as dt

import dagster as dg
import narwhals as nw

from courtside.pipeline.context import Context
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.tables import GRID
from courtside.raw.tables import PAYLOAD_LOG

ELSEWHERE = "Processed by a run outside Dagster's back-fills."


def unreported(context: Context, instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    """Return the materialisations to report: payloads first, then each processed date and stage, oldest date first."""
    return [*_payloads(context, instance), *_dates(context, instance)]


def _payloads(context: Context, instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    """Return one materialisation of `payloads` where payloads were ingested and Dagster has ingested none itself."""
    ingested = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select("seq", "rows_new"))
    if ingested.is_empty() or instance.get_latest_materialization_event(dg.AssetKey("payloads")):
        return []
    metadata = {"payloads": ingested.height, "rows": int(ingested["rows_new"].sum())}
    return [dg.AssetMaterialization("payloads", description=ELSEWHERE, metadata=metadata)]


def _dates(context: Context, instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    """Return a materialisation of each processed date and stage that Dagster has none of; failed dates stay missing."""
    known = {name: instance.get_materialized_partitions(dg.AssetKey(name)) for name in STAGE_NAMES}
    cells = context.warehouse.collect(context.warehouse.scan(GRID).filter(nw.col("state") != "failed")).to_dicts()
    missing = [cell for cell in cells if cell["stage"] in known and str(cell["game_date"]) not in known[cell["stage"]]]
    missing.sort(key=lambda cell: (cell["game_date"], STAGE_NAMES.index(cell["stage"])))
    return [
        dg.AssetMaterialization(
            cell["stage"],
            partition=str(cell["game_date"]),
            description=ELSEWHERE,
            metadata={
                "state": cell["state"],
                "reason": cell["reason"] or "",
                "rows": cell["rows"],
                "processed at": dg.MetadataValue.timestamp(cell["updated_at"].replace(tzinfo=dt.UTC)),
                "more": f"courtside runs {cell['run_id']}",
            },
        )
        for cell in missing
    ]
