"""League: teams, seasons, players' names and American odds.

The room offers the resolution of a provider's names to the league's player ids, and the conversions of prices.
"""
