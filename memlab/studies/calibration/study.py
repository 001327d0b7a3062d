"""The statistics tested as instruments: `memlab run experiment=calibration`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from memlab.report.sections import Section
from memlab.studies.base import Findings, Setting
from memlab.studies.calibration import coverage, powers, rejections
from memlab.studies.calibration.grid import Cell, cells
from memlab.studies.calibration.population import Shape
from memlab.studies.calibration.promise import Promise, promises_table

NOTES = (
    """A **study** draws users from a population whose truth is known. A *cell* is a population as clustered, as unequal
in questions per user and as skewed as measured on a data set, times a half, one or two, with so many users. No user
is drawn twice, and nothing is drawn question by question.""",
    """**kept**: in every cell; of swapped arms, on average over the cells of a number of users. *within chance*: the
worst misses the bound by no more than two standard errors of its number of studies. *broken*: by more.""",
    """**t, users − 1**: t interval on linearised user totals. **CR2**: adjusted and with Satterthwaite's degrees of
freedom, under a working model in which two questions of a user go together by ρ. **skewed**: CR2 with ρ = 1, longer
at the end where users are far out (Hall's cubic); it is what memlab prints. **bootstrap-t**, **percentile**: users
drawn again.""",
    """**macro mean**: the mean of the means of several kinds of question. **linearised**: the skewed interval of what
users add to it; **drawn out**: the same, a kind that few users were asked lengthened by what its own mean hides.""",
    """**swapped arms**: the sign of each user's whole difference is thrown, so the test's own assumption holds. **no
difference**: the true mean is 0 and users are skewed, so it does not hold exactly. A verdict takes both, the interval
and the p-value.""",
)


class Calibration:
    """Coverage of intervals, error of tests, and power, on drawn studies.

    Args:
        studies: Per cell.
        draws: Resamples of each study, for the two intervals that resample.
        users: Numbers of users for which intervals are promised to hold; `few` are shown beside.
        means: True means of shares, and of kinds' means; `rates` those near 0.
        strengths: What clustering, inequality and skew are multiplied by.
        family: How many comparisons with one baseline are adjusted together.
        shapes: By source, how its users differ (`memlab.studies.calibration.population.Shape`).
    """

    def __init__(
        self,
        studies: int,
        draws: int,
        users: Sequence[int],
        few: Sequence[int],
        means: Sequence[float],
        rates: Sequence[float],
        strengths: Sequence[float],
        family: int,
        shapes: Mapping[str, Mapping[str, Any]],
    ) -> None:
        for name, value in (("studies", studies), ("draws", draws), ("family", family)):
            if value < 1:
                raise ValueError(f"calibration: {name} is {value}; it must be at least 1")
        self._studies, self._draws, self._family = studies, draws, family
        self._users, self._few = list(users), list(few)
        self._means, self._rates, self._strengths = list(means), list(rates), list(strengths)
        self._shapes = {name: Shape.read(node) for name, node in shapes.items()}

    def conduct(self, setting: Setting) -> Findings:
        """Draws all studies; one process, some minutes at full size."""
        n, seed = self._studies, setting.seed
        every = list(cells(self._shapes, self._strengths, sorted({*self._few, *self._users}), seed))
        many = [place for place in every if place.users >= min(self._users)]
        step = _counted(setting, len(every) * (2 * len(self._means) + len(self._rates) + 2) + len(many))
        resampling = coverage.intervals_by_resampling(self._draws)
        means = coverage.measure(every, self._means, n, resampling, step)
        rates = coverage.measure(every, self._rates, n, coverage.intervals_of_rates, step)
        macro = coverage.measure(every, self._means, n, coverage.intervals_of_kinds, step, Cell.kinds)
        single = rejections.reject(every, n, step)
        family = rejections.reject_in_a_family(every, self._family, n, step)
        power = powers.measure(many, n, step)
        promises = [
            coverage.promised(means, "skewed (used)", "95 % interval of a mean", n, min(self._users)),
            coverage.promised(rates, "wider (used)", "95 % interval of a rate", n, min(self._users)),
            coverage.promised(macro, "drawn out (used)", "95 % interval of a macro mean", n, min(self._users)),
            *rejections.promises(single, family, n),
            *powers.promises(power, n),
        ]
        about = f"{n:,} studies a cell, {len(every)} cells, seed {seed}."
        sections = (
            Section("Promises", "promises", (promises_table(promises),), about),
            _section("Means", coverage.tables(means, "Means", "skewed (used)"), about),
            _section("Rates near 2 %", coverage.tables(rates, "Rates", "wider (used)"), about),
            _section("Macro means", coverage.tables(macro, "Macro means", "drawn out (used)"), about),
            _section("Tests where nothing differs", rejections.tables(single, family, self._family), about),
            _section("Power", powers.tables(power), about),
        )
        return Findings(sections=sections, notes=NOTES, verdict=_verdict(promises), figures=_figures(promises, n))


def _section(name: str, blocks: Any, about: str) -> Section:
    return Section(name, name.split()[0].lower(), tuple(blocks), about)


def _counted(setting: Setting, total: int) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        setting.progress("drawing", done, total)

    return step


def _verdict(promises: Sequence[Promise]) -> tuple[str, ...]:
    broken = [one.name for one in promises if one.verdict == "broken"]
    kept = sum(one.verdict == "kept" for one in promises)
    lines = [f"{kept} of {len(promises)} promises kept, {len(promises) - kept - len(broken)} within chance"]
    return (*lines, *(f"broken: {name}" for name in broken))


def _figures(promises: Sequence[Promise], studies: int) -> dict[str, Any]:
    return {"studies": studies, "promises": [asdict(one) | {"verdict": one.verdict} for one in promises]}
