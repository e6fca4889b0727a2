"""Warehouse: table objects, the engines that store the tables, and the transactional write.

The room offers DuckDB and BigQuery behind one interface, schema checks, validation and copying between warehouses.
"""
