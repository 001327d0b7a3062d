"""What a session is for: one question of the user's own, with what they know of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memlab.satisfaction.reacting.noticing import Goal
from memlab.seeds import Draw
from memlab.sources.simulated.asking import AGAIN_AFTER, FINDERS
from memlab.sources.simulated.dialogue import names
from memlab.sources.simulated.facts import Fact
from memlab.sources.simulated.remarks import States, fact_key
from memlab.sources.simulated.scene import NAMING, Candidate, Question, Scene
from memlab.sources.simulated.world import Acquaintance

Kinds = Mapping[str, tuple[int, tuple[str, ...]]]
Asked = dict[tuple[str, ...], datetime]


@dataclass(frozen=True, slots=True)
class Sought:
    """A question as put in one session: for which goal, of which kind, and with which words and gold."""

    goal: str
    kind: str
    question: Question


def sought(kinds: Kinds, updated: int, asked: Asked, scene: Scene, root: int) -> Sought | None:
    """What the user wants of a session; None where nothing can be asked for yet.

    A goal comes as often as its rate says; what was asked for lately comes last. Each thing that can be asked for draws
    its own lot, so that users who have heard different replies mostly want the same.

    Args:
        kinds: By goal, its rate and the kinds of questions that it is pursued by.
        updated: How much more readily what has changed is asked for than what never has.
        asked: When each was last asked for, by kind and subject; noted here.
    """
    draw = Draw(root, "goal", scene.session)
    lots = draw.shuffled([goal for goal, (rate, _) in kinds.items() for _ in range(rate)])
    order = [(goal, kind) for goal in dict.fromkeys(lots) for kind in draw.shuffled(kinds[goal][1])]
    found: dict[str, list[Candidate]] = {}
    for lately in (False, True):
        for goal, kind in order:
            if kind not in found:
                found[kind] = list(FINDERS[kind](scene))
            for candidate in _by_lot(kind, found[kind], updated, asked, scene, lately, root):
                question = _put(kind, candidate, scene, root, 1)
                if question is not None:
                    asked[kind, *question.subject] = scene.now
                    return Sought(goal, kind, question)
    return None


def again(before: Sought, scene: Scene, root: int, words: int) -> Sought:
    """The same, asked for as things now stand; `words` 1 are those of the first time."""
    for candidate in FINDERS[before.kind](scene):
        if candidate.subject == before.question.subject:
            question = _put(before.kind, candidate, scene, root, words)
            if question is not None:
                return replace(before, question=question)
    return before


def _put(kind: str, candidate: Candidate, scene: Scene, root: int, words: int) -> Question | None:
    """A question that offers something to choose from; None where it would offer nothing."""
    question = candidate.pose(Draw(root, "goal", scene.session, kind, *candidate.subject, words))
    return question if question is not None and question.gold.choices else None


def _by_lot(
    kind: str, candidates: Sequence[Candidate], updated: int, asked: Asked, scene: Scene, lately: bool, root: int
) -> list[Candidate]:
    """Candidates as their lots fall; those that were asked for lately, or those that were not."""
    ranked: list[tuple[int, int]] = []
    for place, candidate in enumerate(candidates):
        at = asked.get((kind, *candidate.subject))
        if lately == (at is not None and scene.now - at < AGAIN_AFTER):
            lot = Draw(root, "lot", scene.session, kind, candidate.subject[0]).below(1 << 30)
            ranked.append((lot // (updated if candidate.is_updated else 1), place))
    return [candidates[place] for _, place in sorted(ranked)]


def goal_of(found: Sought, scene: Scene, query: str, at: datetime, allowed: int) -> Goal:
    """What the user knows of what they ask for: right, out of date, somebody else's, and none of anybody's business."""
    gold, name = found.question.gold, found.question.subject[0]
    wrong = [choice for choice in gold.choices if choice not in gold.answers]
    person = _person(found, scene)
    if person is not None:
        foreign = [choice for choice in wrong if choice in _of_others(person, found, scene)]
    elif _fact(found, scene) is not None:
        own = _said_by_user(name, scene)
        foreign = [choice for choice in wrong if choice not in own]
    else:
        foreign = []
    return Goal(
        session=scene.session,
        at=at,
        query=query,
        name=found.goal,
        answers=gold.answers,
        choices=gold.choices,
        stale=gold.stale_values,
        foreign=tuple(foreign),
        private=tuple(_private(name, scene)),
        statement=statement(found, scene),
        allowed=allowed,
    )


def statement(found: Sought, scene: Scene) -> str:
    """How the user would say what is right, as a clause; empty where they have no clause for it."""
    answer, person, fact = found.question.gold.answers[0], _person(found, scene), _fact(found, scene)
    if person is not None:
        about = next(about for about, _, _ in person.facts if about.name == found.question.subject[1])
        who = person.relation.third.format(name=person.name)
        return about.clause.format(name=who, value=answer)
    return fact.attribute.clause.i.format(value=answer) if fact is not None and found.kind != "when" else ""


def righted(found: Sought, scene: Scene) -> States:
    """What a turn states in which the right answer is said: what holds, by the judge's keys."""
    answer, (name, *rest) = found.question.gold.answers[0], found.question.subject
    if _person(found, scene) is not None:
        return ((("about", name, rest[0]), answer),)
    if _fact(found, scene) is not None and found.kind != "when":
        return ((fact_key(name, int(rest[0])), answer),)
    return ()


def mentioned(text: str, scene: Scene) -> States:
    """Which values of the user's facts a reply names, right or not: an erasure of a fact takes all that name it."""
    found = [(fact.attribute.name, value) for fact in scene.world.facts for value in _values(fact)]
    return tuple((("aside", name), value) for name, value in found if names(text, value))


def _fact(found: Sought, scene: Scene) -> Fact | None:
    """The fact that is asked for; None for what is asked of people, tasks and episodes."""
    if found.kind not in ("current_value", "preference", "when"):
        return None
    return next(fact for fact in scene.world.facts if fact.attribute.name == found.question.subject[0])


def _person(found: Sought, scene: Scene) -> Acquaintance | None:
    if found.kind != "two_hop":
        return None
    return next(one for one in scene.world.acquaintances if one.relation.name == found.question.subject[0])


def _of_others(person: Acquaintance, found: Sought, scene: Scene) -> set[str]:
    others = (one for one in scene.world.acquaintances if one is not person)
    return {value for one in others for about, value, _ in one.facts if about.name == found.question.subject[1]}


def _said_by_user(name: str, scene: Scene) -> set[str]:
    keys = (key for key in scene.talk.stated if key[0] in NAMING and key[1] == name)
    return {s.form for key in keys for s in scene.said(key) if s.speaker == "user"}


def _private(asked: str, scene: Scene) -> Sequence[str]:
    """What the user has said of sensitive matters, or has had erased, and did not just ask about."""
    facts = (f for f in scene.world.facts if f.attribute.name != asked)
    kept = (f for f in facts if f.attribute.sensitivity != "none" or scene.is_erased(f))
    return [f.versions[t.version].value for f in kept for t in scene.tellings(f)]


def _values(fact: Fact) -> dict[str, None]:
    values = [version.value for version in fact.versions]
    return dict.fromkeys([*values, *(telling.other for telling in fact.tellings if telling.other)])
