"""The pipeline runs stages over the grid of dates and records every cell in the run log.

It offers stages and their declared tables, `run`, resume by input hashes, and the comparison of stored dates with what
was recorded of them.
"""
