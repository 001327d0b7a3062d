"""What a question offers to choose from: the answer, what is out of date, somebody else's value, and more of the kind.

Offered values say nothing of which is right: they are in alphabetical order, none that the question names is among
them, and no two hold one another.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from memlab.seeds import Draw
from memlab.sources.simulated.facts import Fact
from memlab.sources.simulated.wording import COUNTS, date_forms
from memlab.text import contains

OPTIONS = 4
DAYS_APART = (23, 47, 96, 180, -31)
MONTHS_APART = (3, 7, -2, 12, -4)


def options(answers: Sequence[str], rivals: Iterable[str], question: str) -> tuple[str, ...]:
    """The first answer among the first rivals that are neither right nor named by the question.

    Empty where there are none, since a question that offers one option asks nothing.

    Args:
        rivals: Other values, those that must be offered first.
    """
    offered = list(answers[:1])
    for value in rivals:
        apart = not any(contains(value, other) or contains(other, value) for other in (*offered, *answers))
        if len(offered) < OPTIONS and apart and not contains(question, value):
            offered.append(value)
    return tuple(sorted(offered)) if len(offered) > 1 else ()


def others(said: Iterable[str], values: Sequence[str], *subject: str) -> list[str]:
    """Values of a kind as rivals: what another user's would be, then what this one has said, then those of others."""
    drawn = Draw(0, "options", *subject).shuffled(values)
    kept = sorted(said)
    return [*[value for value in drawn if value not in kept][:1], *Draw(0, "said", *subject).shuffled(kept), *drawn]


def counts(held: int, gone: int) -> list[str]:
    """Other numbers in words, the one that counts what has left as well first."""
    near = [held + gone] * bool(gone) + [held + 1, held - 1, held + 2, held + 3]
    return [COUNTS[n] for n in near if 0 < n < len(COUNTS)]


def months(n: int) -> list[str]:
    """Other lengths of time in months."""
    return [f"{n + apart} months" for apart in MONTHS_APART if n + apart > 1]


def days(day: date, others: Sequence[date]) -> list[str]:
    """Other days: those on which other things happened, then some apart from the day by weeks and months."""
    return [date_forms(other)[0] for other in (*others, *(day + timedelta(days=n) for n in DAYS_APART))]


def lists(fact: Fact, held: Sequence[int], gone: Sequence[int]) -> list[str]:
    """Other sets of as many: what has left, or what was never in, in the place of a member."""
    members = [fact.versions[n].value for n in held]
    never = [v for v in others((), fact.attribute.values, fact.attribute.name) if v not in _ever(fact)]
    strangers = [*(fact.versions[n].value for n in reversed(gone)), *never]
    swaps = [(place, new) for place, new in zip(reversed(range(len(members))), strangers, strict=False)]
    swaps += [(0, new) for new in strangers[len(members) :]]
    return [", ".join((*members[:place], new, *members[place + 1 :])) for place, new in swaps]


def _ever(fact: Fact) -> set[str]:
    return {version.value for version in fact.versions}
