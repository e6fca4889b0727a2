"""A simulated league that delivers what real providers deliver, so that nothing downstream knows."""

from courtside.sources.simulated.faults import Faults
from courtside.sources.simulated.league import League, simulate
from courtside.sources.simulated.truth import Truth

__all__ = ["Faults", "League", "Truth", "simulate"]
