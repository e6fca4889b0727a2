"""Checks of stored data: declared checks, the training-data monitor, leakage tests and their reports."""
