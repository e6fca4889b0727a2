"""What happens around a run: the daily run, training, repair, migration, status, cost and run reports."""
