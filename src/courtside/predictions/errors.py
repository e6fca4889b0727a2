"""What predictions refuse, each by its own name."""

from __future__ import annotations

from courtside.errors import AnswerError


class LeakageError(AnswerError):
    """Something was about to be told from what was not known before the game."""


class TrainingRefusedError(AnswerError):
    """Rows that no model may be trained on."""


class ModelRefusedError(AnswerError):
    """A stored model that may not be predicted with."""


class NoModelError(AnswerError):
    """A model that was asked for and is not there."""
