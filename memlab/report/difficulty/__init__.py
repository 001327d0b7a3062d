"""Whether one source is as hard as others: a section of the report that the experiment's key `difficulty` asks for."""

from memlab.report.difficulty.tables import EXPLAINED, difficulty

__all__ = ["EXPLAINED", "difficulty"]
