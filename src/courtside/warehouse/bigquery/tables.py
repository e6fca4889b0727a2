"""BigQuery tables from table objects, and the comparison of stored tables with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from google.cloud import bigquery

from courtside.clock import SystemClock
from courtside.warehouse.bigquery.frames import SQL_TYPES
from courtside.warehouse.bigquery.statements import COMMITS, SCRATCH_HOURS
from courtside.warehouse.drift import Drift, drift
from courtside.warehouse.schema import Table, Type

FIELD_TYPES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN"}
MOST_CLUSTERS = 4


def api_table(table: Table, reference: str) -> bigquery.Table:
    """Return `table` for the service: partitioned by date, clustered by key, with a description of every column."""
    service_table = bigquery.Table(reference, schema=[_field(table, name) for name in table.column_names])
    service_table.description = table.sentence
    if table.date_column:
        service_table.time_partitioning = bigquery.TimePartitioning(field=table.date_column)
        service_table.require_partition_filter = True
    if clusters := clustered_by(table):
        service_table.clustering_fields = list(clusters)
    return service_table


def clustered_by(table: Table) -> tuple[str, ...]:
    """Return the columns to cluster by: key columns without the date and floats, at most four."""
    names = [name for name in table.key if name != table.date_column and table.column(name).type is not Type.FLOAT]
    return tuple(names[:MOST_CLUSTERS])


def commits_table(reference: str) -> bigquery.Table:
    """Return the table that counts writes."""
    service_table = bigquery.Table(
        reference,
        schema=[
            bigquery.SchemaField("seq", "INTEGER", description="Writes so far."),
            bigquery.SchemaField("writer", "STRING", description="Who wrote last."),
        ],
    )
    service_table.description = (
        f"One row in `{COMMITS}`: a write is refused where the number has changed since it was read."
    )
    return service_table


def scratch_table(reference: str, kinds: Mapping[str, str]) -> bigquery.Table:
    """Return a table that expires hours from now; it uses the system clock, since a run may replay a past day."""
    fields = [bigquery.SchemaField(name, FIELD_TYPES.get(kind, kind)) for name, kind in kinds.items()]
    service_table = bigquery.Table(reference, schema=fields)
    service_table.expires = SystemClock().now() + dt.timedelta(hours=SCRATCH_HOURS)
    return service_table


def drift_of(table: Table, stored: bigquery.Table) -> Drift | None:
    """Compare the columns, their modes and the partitioning of a stored table with its table object.

    The order of columns does not matter, because every statement names them.
    """
    wanted = {field.name: _shape(field) for field in api_table(table, str(stored.reference)).schema}
    stored_shapes = {field.name: _shape(field) for field in stored.schema}
    partition = stored.time_partitioning.field if stored.time_partitioning else None
    differences = [] if partition == table.date_column else [f"partitioned by {partition}, not {table.date_column}"]
    in_order = {name: stored_shapes[name] for name in wanted if name in stored_shapes} | stored_shapes
    return drift(table, wanted, in_order, differences)


def _field(table: Table, name: str) -> bigquery.SchemaField:
    column = table.column(name)
    kind = SQL_TYPES[column.type]
    return bigquery.SchemaField(
        name,
        FIELD_TYPES.get(kind, kind),
        # BigQuery adds no required column to a table that exists; writes are validated in any case.
        mode="NULLABLE" if column.nullable or column.filled_with is not None else "REQUIRED",
        description=_sentence(table, name),
    )


def _sentence(table: Table, name: str) -> str:
    column = table.column(name)
    return f"{column.sentence} [{column.unit}]" if column.unit else column.sentence


def _shape(field: bigquery.SchemaField) -> str:
    return f"{FIELD_TYPES.get(field.field_type, field.field_type)} {field.mode}"
