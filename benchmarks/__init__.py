"""Measurements: `python -m benchmarks [name …]`, or `make bench`."""
