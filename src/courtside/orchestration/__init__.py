"""Dagster: the stages as assets, with schedules and sensors."""
