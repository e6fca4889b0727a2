"""Courtside: an NBA player-points prop platform in which every value knows where it came from."""

__version__ = "0.1.0"
