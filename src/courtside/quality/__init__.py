"""Quality: origins of values, scores of feature rows, the two gates, and validation after each write.

The room offers the readiness gate, the quality gate and the statistics of stored feature rows.
"""
