"""Which questions are asked of a life: every kind in turn, every age of the evidence as likely."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from memlab.seeds import Draw
from memlab.sources.simulated import asking_facts as facts
from memlab.sources.simulated import asking_habits as habits
from memlab.sources.simulated.scene import Candidate, Question, Scene

FINDERS: dict[str, Callable[[Scene], Iterator[Candidate]]] = {
    "current_value": facts.current_value,
    "past_value": facts.past_value,
    "as_of": facts.as_of,
    "when": facts.when,
    "order": facts.order,
    "duration": facts.duration,
    "count": facts.count,
    "list": facts.members,
    "two_hop": habits.two_hop,
    "preference": facts.preference,
    "best_approach": habits.best_approach,
    "avoid_error": habits.avoid_error,
    "outcome": habits.outcome,
    "sentiment": habits.sentiment,
    "who_said": habits.who,
    "homonym": habits.homonym,
    "next_request": habits.next_request,
    "old_but_true": facts.old_but_true,
    "never_said": facts.never_said,
    "erased": facts.erased,
    "not_consented": facts.not_consented,
}
KINDS = (*FINDERS, "session_reference")
ROUND = (*sorted(FINDERS), "current_value", "current_value")  # staleness is judged on these, and on few of them
Asked = set[tuple[str, ...]]


def find(kind: str, scene: Scene, asked: Asked, draw: Draw) -> Question | None:
    """One question of a kind that has not been asked; None where all that can be asked has been.

    Every age of the evidence is equally likely, in octaves of days, and so are updated and never updated values.
    """
    groups: dict[tuple[bool, int], list[Candidate]] = defaultdict(list)
    for candidate in FINDERS[kind](scene):
        if (kind, *candidate.subject) not in asked:
            groups[candidate.is_updated, _octave(scene, candidate)].append(candidate)
    return posed((c for group in draw.shuffled(sorted(groups)) for c in draw.shuffled(groups[group])), draw)


def posed(candidates: Iterable[Candidate], draw: Draw) -> Question | None:
    """The first candidate that can be put into words."""
    return next((question for c in candidates if (question := c.pose(draw)) is not None), None)


def _octave(scene: Scene, candidate: Candidate) -> int:
    ats = [max(scene.ats(nugget)) for nugget in candidate.evidence]
    if not ats:
        return 0
    return (1 + (scene.now - min(max(ats), scene.now)).days).bit_length()
