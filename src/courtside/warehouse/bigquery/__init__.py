"""BigQuery as an engine, with the same tables and the same write as DuckDB.

The package offers `BigQueryWarehouse`, which compiles frames to GoogleSQL and combines statements into few jobs.
"""

from courtside.warehouse.bigquery.engine import BigQueryWarehouse

__all__ = ["BigQueryWarehouse"]
