"""The cells of the calibration: each a population of users and a number of them, with a generator of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memlab.seeds import derive
from memlab.studies.calibration.population import Drawn, Shape, draw_differences, draw_kinds, draw_shares


@dataclass(frozen=True, slots=True)
class Cell:
    """A population and how many of its users a study has.

    Attributes:
        shape: With clustering, inequality and skew already multiplied by `strength`.
    """

    source: str
    strength: float
    users: int
    shape: Shape
    seed: int

    @property
    def where(self) -> str:
        """In words."""
        return f"{self.users} users as {self.source}'s × {self.strength:g}"

    def generator(self, what: str) -> np.random.Generator:
        """Of this cell and what is drawn, no other."""
        return np.random.default_rng(derive(self.seed, "calibration", self.where, what))

    def shares(self, mean: float, studies: int) -> Drawn:
        """Studies of right and wrong answers."""
        return draw_shares(self.shape, mean, studies, self.users, self.generator(f"shares {mean}"))

    def kinds(self, mean: float, studies: int) -> Drawn:
        """Studies of right and wrong answers to questions of several kinds."""
        return draw_kinds(self.shape, mean, studies, self.users, self.generator(f"kinds {mean}"))

    def differences(self, mean: float, studies: int, what: str = "") -> Drawn:
        """Studies of the paired difference of two strategies."""
        return draw_differences(self.shape, mean, studies, self.users, self.generator(f"differences {mean} {what}"))


def cells(shapes: Mapping[str, Shape], strengths: Sequence[float], users: Sequence[int], seed: int) -> Iterator[Cell]:
    """Every source at every strength with every number of users, users slowest."""
    for people in users:
        for source, shape in shapes.items():
            for strength in strengths:
                yield Cell(source, strength, people, shape.times(strength), seed)
