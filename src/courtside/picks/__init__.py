"""Picks: the signal of a slate, the subsets that select picks, the ledger that publishes them, and their grades.

The room offers selection, publication, grading, records and verification of what was published.
"""
