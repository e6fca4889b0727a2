"""Features: the registry of features, the windows over earlier games, and the functions that compute each value.

The room offers the rows of `player_features` for any slate, computed only from what was known before each game.
"""
