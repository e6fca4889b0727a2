"""Runs stages over the grid of dates: what a stage reads and writes, what is settled, and who may write."""
