"""Checks of stored data against declared limits.

It offers the daily and spot checks, the training-data monitor with its causes and report, and the leakage checks.
"""
