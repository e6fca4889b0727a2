"""Operations of an installation around its runs.

They offer the daily run, intake, training, repair, migration and rebuild, and reports of status, cost and runs.
"""
