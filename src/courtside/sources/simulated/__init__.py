"""A simulated league that delivers payloads in the formats of real providers.

The package offers `simulate`, which returns a league, the faults to plan for it, and the truth behind its payloads.
"""

from courtside.sources.simulated.faults import Faults
from courtside.sources.simulated.league import League, simulate
from courtside.sources.simulated.truth import Truth

__all__ = ["Faults", "League", "Truth", "simulate"]
