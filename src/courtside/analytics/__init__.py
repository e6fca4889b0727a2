"""Analytics: reconcile raw rows into games, team games, player games, lines, injury reports and shots.

The room offers one relation per table, the resolution of players' names, and the freshness of the data.
"""
