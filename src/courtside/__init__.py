"""Courtside: an NBA player-points prop platform that records the origin of every value."""

__version__ = "0.1.0"
