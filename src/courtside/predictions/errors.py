"""What predictions refuse, each by its own name."""

from __future__ import annotations

from courtside.errors import CourtsideError


class LeakageError(CourtsideError):
    """Something was about to be told from what was not known before the game."""


class TrainingRefusedError(CourtsideError):
    """Rows that no model may be trained on."""


class ModelRefusedError(CourtsideError):
    """A stored model that may not be predicted with."""


class NoModelError(CourtsideError):
    """A model that was asked for and is not there."""
