"""The A/B machinery, tested as an instrument: its level on arms that are the same, its bias, coverage and power."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from memlab.report.sections import Section
from memlab.studies.ab_level import Found, bound, groups, joined, populations
from memlab.studies.ab_tables import level_table, power_figure, truth_table, verdict
from memlab.studies.ab_truth import Judged, judged, judged_ratio
from memlab.studies.base import Findings, Setting
from memlab.studies.panel import Panel
from memlab.studies.populations import lived

NOTES = (
    """**A/A**: users who all lived under one arm are said to be in two. Every rejection is false. At the level of
5 %, a sound analysis has at most *bound* of them in 99 of 100 such studies (binomial).""",
    """**t test, every session** is what happens to whoever looks after each session and stops at the first p of .05;
**sessions as units** what happens to whoever takes a user's sessions for users. Neither is offered by memlab.""",
    """**True effects** are those among all users who lived under both arms. An experiment draws its users from them,
with replacement, and sees each under one arm only. *bias* is in units of the outcome, beside it two Monte Carlo
standard errors; *coverage* is of 95 % intervals, for *always valid* at all looks together.""",
)


class AbInstrument:
    """Lives users under two arms, and asks of every analysis what is known beforehand.

    Costs populations x users lives under each arm; everything else takes seconds.

    Args:
        a: The arm of the A/A experiments, and the first of the others; `b` the second. As `memlab ab` reads them.
        populations: Of `users` each, each of another seed.
        sessions: From the exposure on; `burn_in` before it, at least 1.
        outcomes: Judged by every estimator; the first is that of the A/A experiments.
        ratio: Two outcomes, the numerator and the denominator.
        assignments: A/A experiments on each population; those on the first are judged by themselves too.
        groups: A/A experiments on users of which none is in two.
        experiments: Of each of the `sizes`, with true effect.
        alpha: The level.
    """

    def __init__(
        self,
        a: str,
        b: str,
        populations: int,
        users: int,
        sessions: int,
        burn_in: int,
        outcomes: Sequence[str],
        ratio: Sequence[str],
        assignments: int,
        groups: int,
        experiments: int,
        sizes: Sequence[int],
        alpha: float,
    ) -> None:
        least = min(populations, users, sessions, burn_in, assignments, groups, experiments, *sizes)
        if least < 1 or not outcomes or len(ratio) != 2 or not 0 < alpha < 1:
            raise ValueError(
                f"numbers must be at least 1, and one is {least}; there must be an outcome and a ratio of two, and are "
                f"{list(outcomes)} and {list(ratio)}; alpha must be over 0 and under 1, and is {alpha}"
            )
        self._a, self._b, self._populations, self._users = a, b, populations, users
        self._sessions, self._burn_in = sessions, burn_in
        self._outcomes, self._ratio = tuple(outcomes), (ratio[0], ratio[1])
        self._assignments, self._groups = assignments, groups
        self._experiments, self._sizes, self._alpha = experiments, tuple(sizes), alpha

    def conduct(self, setting: Setting) -> Findings:
        """Lives everybody, then counts."""
        one, other, failed = self._lived(setting)
        asked = self._outcomes[0], self._ratio, self._alpha
        each = populations(one, self._assignments, *asked)
        level = {
            f"of {self._assignments:,} assignments of {self._users:,} users": each[0],
            f"of {self._assignments * len(each):,}, {len(each)} populations": joined(each),
            f"of {self._groups:,} fresh groups": groups(one, self._groups, *asked),
        }
        truth = list(self._judged(one, other, setting.seed))
        section = Section(
            f"{self._b} over {self._a}",
            "ab",
            (
                level_table(self._outcomes[0], level, self._alpha),
                *(truth_table(size, [one for one in truth if one.users == size]) for size in self._sizes),
                power_figure(truth),
            ),
            f"Data: {len(one.users):,} simulated users under both arms, {self._sessions} sessions each after a burn-in "
            f"of {self._burn_in}; {self._populations} seeds.",
        )
        return Findings(
            sections=(section,),
            notes=NOTES,
            verdict=verdict(level, truth, self._alpha),
            failed=tuple(failed),
            figures=self._figures(level, truth),
        )

    def _lived(self, setting: Setting) -> tuple[Panel, Panel, list[str]]:
        """Everybody under arm a and under arm b; and what failed."""
        sides, failed = lived(
            (self._a, self._b),
            sorted({*self._outcomes, *self._ratio}),
            setting,
            users=self._users,
            sessions=self._sessions,
            burn_in=self._burn_in,
            populations=[f"population {n:02}" for n in range(self._populations)],
        )
        return sides[self._a].panel, sides[self._b].panel, failed

    def _judged(self, one: Panel, other: Panel, seed: int) -> list[Judged]:
        found: list[Judged] = []
        for size in self._sizes:
            for outcome in self._outcomes:
                found += judged(one, other, outcome, size, self._experiments, seed, self._alpha)
            found.append(judged_ratio(one, other, self._ratio, size, self._experiments, seed, self._alpha))
        return found

    def _figures(self, level: Mapping[str, Found], truth: Sequence[Judged]) -> dict[str, object]:
        counted = {
            name: {"bound": bound(len(next(iter(found.values()))), self._alpha)}
            | {analysis: [int(rejected.sum()), len(rejected)] for analysis, rejected in found.items()}
            for name, found in level.items()
        }
        return {"level": counted, "truth": [asdict(one) for one in truth]}
