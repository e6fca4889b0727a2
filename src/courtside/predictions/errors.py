"""Errors of predictions, training and models."""

from __future__ import annotations

from courtside.errors import AnswerError


class LeakageError(AnswerError):
    """Data that was not known before the game was about to be used."""


class TrainingRefusedError(AnswerError):
    """The rows must not be used to train a model."""


class ModelRefusedError(AnswerError):
    """A stored model cannot be used for predictions."""


class NoModelError(AnswerError):
    """The requested model does not exist."""
