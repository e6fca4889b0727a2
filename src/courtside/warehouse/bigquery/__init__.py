"""BigQuery as an engine: the same tables, the same write, few jobs."""

from courtside.warehouse.bigquery.engine import BigQueryWarehouse

__all__ = ["BigQueryWarehouse"]
