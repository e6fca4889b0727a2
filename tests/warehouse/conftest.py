"""The engines as fixtures of these tests."""

from tests.warehouse.engines import bigquery, dataset, warehouse

__all__ = ["bigquery", "dataset", "warehouse"]
