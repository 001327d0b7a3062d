"""In which region of the composite's weights an order of strategies holds: where each of them turns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memlab.satisfaction.outcomes import declared
from memlab.satisfaction.sensitivity import Arms, Lead, Shift, flips_at, leads, of_composite


@dataclass(frozen=True, slots=True)
class Region:
    """Two strategies, and what of their order the weights of the composite can turn.

    Attributes:
        lead: Of the one that the declared weights put first.
        turns: By weight, the factor at which the order turns, all others as declared; weights that cannot are left out.
        shifts: With one weight halved or doubled.
    """

    lead: Lead
    turns: Mapping[str, float]
    shifts: Sequence[Shift]

    @property
    def nearest(self) -> float | None:
        """How far the nearest turning point is, as a factor of 1 or more; None where no weight turns the order."""
        return min((max(factor, 1 / factor) for factor in self.turns.values()), default=None)

    def count(self, verdict: str) -> int:
        """How many of the shifts have a verdict: `holds`, `flips` or `open`."""
        return sum(shift.verdict == verdict for shift in self.shifts)


def regions(arms: Arms) -> list[Region]:
    """Every pair of arms under other weights of the composite, those whose order turns soonest first.

    Args:
        arms: By name, outcomes of the same users.
    """
    weights = declared()
    shifts: dict[tuple[str, str], list[Shift]] = {}
    for shift in of_composite(arms, weights):
        shifts.setdefault((shift.before.first, shift.before.second), []).append(shift)
    found = []
    for lead in leads(arms):
        turns = {name: flips_at(arms, weights, name, lead.first, lead.second) for name in weights}
        known = {name: factor for name, factor in turns.items() if factor is not None}
        found.append(Region(lead, known, tuple(shifts.get((lead.first, lead.second), ()))))
    return sorted(found, key=lambda region: region.nearest or float("inf"))
