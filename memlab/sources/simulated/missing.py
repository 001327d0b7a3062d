"""What is left of the tellings of a fact when some sessions are not held, so that nothing builds on what was not said.

A change of which nothing before was told is said for the first time; who never made a joke does not clear it. What is
true stays as it was: a session that is missed only leaves it unsaid.
"""

from collections.abc import Sequence, Set
from dataclasses import replace

from memlab.sources.simulated.facts import Mode, Telling

HELD: frozenset[Mode] = frozenset(
    ("say", "late", "again", "change", "confirm", "correct", "assistant_wrong", "happened", "add")
)
NEEDS: dict[Mode, Mode] = {"correct": "wrong", "confirm": "hint", "hint_off": "hint", "cleared": "ironic"}
PLAINLY: frozenset[Mode] = frozenset(("change", "again", "assistant_wrong", "add"))  # first of all, simply said


def as_told(tellings: Sequence[Telling], missed: Set[int]) -> list[tuple[int, Telling]]:
    """The tellings of one fact outside `missed`, each with its place among all, in the mode in which it still fits.

    >>> first, later = Telling(0, "say", 0), Telling(4, "change", 1)
    >>> as_told([first, later], {0})
    [(1, Telling(session=4, mode='say', version=1, other=''))]
    """
    kept: list[tuple[int, Telling]] = []
    for place, telling in enumerate(tellings):
        if telling.session not in missed:
            mode = _fitting(telling, [before for _, before in kept])
            if mode is not None:
                kept.append((place, telling if mode == telling.mode else replace(telling, mode=mode)))
    return kept


def _fitting(telling: Telling, before: Sequence[Telling]) -> Mode | None:
    """The mode in which a telling fits what was told before it; None where it has nothing to say."""
    mode, held = telling.mode, [one for one in before if one.mode in HELD]
    if mode in NEEDS and not any(one.mode == NEEDS[mode] for one in before):
        mode = {"confirm": "change", "correct": "say"}.get(mode)  # type: ignore[assignment]
    if mode in PLAINLY and not held:
        return "say"
    if mode == "remove" and not any(one.version == telling.version for one in held):
        return None
    if mode == "retract" and not any(one.version == telling.version for one in held):
        return None
    return None if mode == "forget" and not before else mode
