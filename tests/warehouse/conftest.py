"""The engines as fixtures of these tests."""

from tests.warehouse.engines import bigquery, dataset, emulator, warehouse

__all__ = ["bigquery", "dataset", "emulator", "warehouse"]
