"""Simulated users: a life with known truth, told in hand-written language (`language/*.yaml`)."""

from memlab.sources.simulated.source import Simulated

__all__ = ["Simulated"]
