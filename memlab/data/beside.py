"""One source beside others, in tables: how well its turns are told from theirs, and by what."""

from collections.abc import Sequence

from memlab.data.apart import Apart, Spoken, all_apart, nearest, nearest_others, spoken, telling
from memlab.data.describe import Table
from memlab.data.survey import Survey, surveys
from memlab.sources import SourceError

MOST_TELLING = 5


def beside(names: Sequence[str]) -> tuple[list[Table], str]:
    """Tables of 80 columns for every pair and for what tells the first from the one most like it, and a verdict.

    Args:
        names: At least two data sets; the first is the one that is judged.

    Raises:
        SourceError: A name comes twice, has no card or cannot be read.
    """
    if len(set(names)) < max(2, len(names)):
        raise SourceError(f"to tell sources apart takes two or more different names; got {', '.join(names)}")
    sources = {name: spoken(found) for name, found in surveys(names) if isinstance(found, Survey)}
    pairs = all_apart(list(sources.values()))
    closest = nearest(names[0], pairs)
    if closest is None:
        raise SourceError(f"turns of {names[0]} and {', '.join(names[1:])} are too few to be told apart")
    second = closest.other if closest.one == names[0] else closest.one
    tables = [_pairs(pairs), _telling(sources[names[0]], sources[second])]
    return tables, _verdict(names[0], second, closest, nearest_others(names[0], pairs))


def _pairs(pairs: Sequence[Apart]) -> Table:
    return (
        "Pairs of turns, one of each source, that a classifier puts in the right order: of all turns, and of turns of "
        "equal length",
        ("source", "other", "all", "equal length", "turns of each"),
        [(pair.one, pair.other, _shown(pair.auc), _shown(pair.matched), f"{pair.turns:,}") for pair in pairs],
    )


def _telling(one: Spoken, other: Spoken) -> Table:
    return (
        f"What tells {one.name} from {other.name}: weight per standard deviation, what the feature tells alone, means",
        ("feature", "weight", "alone", one.name, other.name),
        [
            (row.feature, f"{row.weight:+.2f}", _shown(row.alone), *(f"{mean:.3f}" for mean in row.means))
            for row in telling(one, other)[:MOST_TELLING]
        ],
    )


def _verdict(name: str, second: str, closest: Apart, others: Apart | None) -> str:
    found = f"{name} is nearest to {second}: {_shown(closest.auc)}"
    if others is None:
        return f"{found};\nno two others to compare with"
    beats = closest.auc is not None and others.auc is not None and closest.auc <= others.auc
    word = "no farther than" if beats else "farther than"
    return f"{found};\n{word} the nearest two others, {others.one} and {others.other}: {_shown(others.auc)}"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
