"""Everything that is said of an A/B experiment, from its log and its design: numbers, no words yet."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from memlab.satisfaction.assignment import HOLDOUT, Split, split_of
from memlab.satisfaction.columns import LogError
from memlab.satisfaction.design import Design, Proxy
from memlab.satisfaction.effects import Effect, effect, estimates
from memlab.satisfaction.log import Log, Places
from memlab.satisfaction.looks import MIN_EACH, Look, looks_at
from memlab.stats import MIN_USERS
from memlab.stats.allocation import lost_alike_p
from memlab.stats.family import holm
from memlab.stats.segments import heterogeneity_p

MOST_SEGMENTS = 12


@dataclass(frozen=True, slots=True)
class Count:
    """One arm in numbers: exposed users, those without a session since, scheduled sessions, sessions of the burn-in."""

    users: int
    silent: int
    sessions: int
    burn_in: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The primary effect among users of one kind.

    Attributes:
        least: Of those users with sessions who are in the smaller arm.
        p: After Holm over all segments that are tested; None for one with under six users in an arm, which is not.
        effect: None where an arm has none of them.
    """

    column: str
    name: str
    users: int
    least: int
    effect: Effect | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What came out.

    Attributes:
        split: Users by arm, against what they should be.
        lost_p: Of as uneven a loss of users without any session, by chance.
        estimates: The primary effect by each estimator, that of the verdict first.
        others: The other outcomes, those that are declared first; `adjusted` their p after Holm over the declared.
        held_out: Each arm over those held out, on the primary outcome.
        heterogeneity: By segment column, the p of as much spread among its groups; None under two with 20 users each.
    """

    design: Design
    counts: Mapping[str, Count]
    split: Split | None
    lost_p: float
    estimates: tuple[Effect, ...]
    others: tuple[Effect, ...]
    adjusted: Mapping[str, float]
    held_out: Mapping[str, Effect]
    looks: tuple[Look, ...]
    segments: tuple[Segment, ...]
    heterogeneity: Mapping[str, float | None]
    unused: tuple[str, ...]

    @property
    def primary(self) -> Effect:
        return self.estimates[0]


def analyse(log: Log, design: Design) -> Analysis:
    """Reads a log as its design says.

    Raises:
        LogError: An arm has no users with sessions, or the primary outcome was never measured in it.
    """
    arms = {arm: log.in_arm(arm) for arm in design.arms}
    counts = {arm: _count(log, places) for arm, places in arms.items()}
    for arm in (design.a, design.b):
        if counts[arm].users == counts[arm].silent:
            raise LogError(f"arm {arm!r} has no user with a session; arms with users are {_with_users(counts)}")
    a, b = arms[design.a], arms[design.b]
    primary = _known(log, design, design.primary)
    for arm in (design.a, design.b):
        if not _is_measured(log, primary.name, arms[arm]):
            raise LogError(f"{primary.name} was never measured in arm {arm!r}; name another primary outcome")
    segments = tuple(_segments(log, primary, a, b, design.confidence))
    columns = dict.fromkeys(segment.column for segment in segments)
    both = [one for one in _others(log, design) if all(_is_measured(log, one.name, arm) for arm in (a, b))]
    others = [effect(log, one, a, b, design.confidence) for one in both]
    declared = [one for one in others if one.outcome.name in design.outcomes]
    exposed, silent = [c.users for c in counts.values()], [c.silent for c in counts.values()]
    third = arms.get(HOLDOUT) if HOLDOUT not in (design.a, design.b) else None
    return Analysis(
        design=design,
        counts=counts,
        split=None if design.paired else split_of(list(log.exposures.arms), design.assignment.shares),
        lost_p=lost_alike_p([n - s for n, s in zip(exposed, silent, strict=True)], exposed),
        estimates=tuple(estimates(log, primary, a, b, design.confidence)),
        others=tuple(others),
        adjusted=dict(zip([one.outcome.name for one in declared], holm([one.p for one in declared]), strict=True)),
        held_out={} if third is None else _over(log, primary, third, {design.a: a, design.b: b}, design.confidence),
        looks=looks_at(log, primary, a, b, design.looks, design.confidence),
        segments=segments,
        heterogeneity={column: _heterogeneity([s for s in segments if s.column == column]) for column in columns},
        unused=log.unused,
    )


def _known(log: Log, design: Design, name: str) -> Proxy:
    if name not in log.outcomes:
        raise LogError(f"there is no outcome {name!r}; the log has {', '.join(log.outcomes) or 'none'}")
    measured = np.isfinite(log.outcomes[name])
    if not measured[~log.before].any():
        raise LogError(f"{name} was never measured after an exposure; name another primary outcome")
    return design.of(name, blank=not measured.all())


def _others(log: Log, design: Design) -> list[Proxy]:
    """All outcomes but the primary that were measured at all, in the design's order, then the log's."""
    names = [*(name for name in design.outcomes if name in log.outcomes), *log.outcomes]
    shown = [name for name in dict.fromkeys(names) if name != design.primary]
    return [_known(log, design, name) for name in shown if np.isfinite(log.outcomes[name][~log.before]).any()]


def _is_measured(log: Log, name: str, places: Places) -> bool:
    """Whether an outcome is known of any session of these users since the exposure."""
    return bool(np.isfinite(log.outcomes[name][np.isin(log.whose, places) & ~log.before]).any())


def _count(log: Log, places: Places) -> Count:
    own = np.isin(log.whose, places)
    seen = len(np.unique(log.whose[own & ~log.before]))
    return Count(len(places), len(places) - seen, int((own & ~log.before).sum()), int((own & log.before).sum()))


def _with_users(counts: Mapping[str, Count]) -> str:
    return ", ".join(arm for arm, count in counts.items() if count.users > count.silent) or "none"


def _over(log: Log, primary: Proxy, third: Places, arms: Mapping[str, Places], confidence: float) -> dict[str, Effect]:
    if not np.isin(log.whose[~log.before], third).any():
        return {}
    return {arm: effect(log, primary, third, own, confidence) for arm, own in arms.items()}


def _segments(log: Log, primary: Proxy, a: Places, b: Places, confidence: float) -> list[Segment]:
    """Of each segment column its most frequent groups, by name; the rarer ones are left out of the table."""
    found: list[tuple[str, str, int, int, Effect | None]] = []
    for column, words in log.exposures.segments.items():
        own = words[np.concatenate([a, b])]
        names, sizes = np.unique(own.astype(str), return_counts=True)
        for place in sorted(np.argsort(-sizes, kind="stable")[:MOST_SEGMENTS]):
            sides = [arm[words[arm] == names[place]] for arm in (a, b)]
            users = len(set(log.exposures.users[np.concatenate(sides)]))
            least = min(_count(log, side).users - _count(log, side).silent for side in sides)
            known = effect(log, primary, sides[0], sides[1], confidence) if least >= 2 else None
            found.append((column, str(names[place]), users, least, known))
    tested = [known for *_, least, known in found if known is not None and least >= MIN_USERS]
    adjusted = iter(holm([known.p for known in tested]))
    return [
        Segment(column, name, users, least, known, next(adjusted) if any(known is one for one in tested) else None)
        for column, name, users, least, known in found
    ]


def _heterogeneity(groups: list[Segment]) -> float | None:
    known = [g.effect.mean for g in groups if g.effect is not None and g.least >= MIN_EACH]
    errors = [np.nan if mean.error is None else mean.error for mean in known]
    return heterogeneity_p(np.array([mean.mean for mean in known]), np.array(errors))
