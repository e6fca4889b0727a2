"""Orchestration with Dagster, as an alternative to timers and the command line.

It offers the stages as assets with checks, the daily run as a job, and schedules and sensors that start them.
"""
