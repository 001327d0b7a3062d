"""Questions about people, words with two senses, and what recurs: routines, tasks, episodes."""

from collections.abc import Iterator, Mapping, Sequence, Set
from types import MappingProxyType

from memlab.events import TurnId
from memlab.life import Nugget
from memlab.sources.simulated.dialogue import Statement
from memlab.sources.simulated.habits import Episode, Task, tally
from memlab.sources.simulated.options import others
from memlab.sources.simulated.patterns import Patterns
from memlab.sources.simulated.scene import Found, Scene, nugget

ENOUGH_FOLLOWED = 2
ENOUGH_TRIED = 2
NOTHING: Mapping[str, str] = MappingProxyType({})
SENTIMENTS = ("positive", "negative", "mixed")


def two_hop(scene: Scene) -> Found:
    """Something of a person who is asked for by relation and was spoken of by name."""
    for person in scene.world.acquaintances:
        relation = person.relation.name
        introduced = scene.said(("person", relation))
        for about, value, _ in person.facts:
            stated = scene.said(("about", relation, about.name))
            if introduced and stated and not person.namesake:
                evidence = (nugget(introduced, person.name), nugget(stated, value, *(s.form for s in stated)))
                subject = (relation, about.name)
                known = {v for p in scene.world.acquaintances for a, v, _ in p.facts if a.name == about.name}
                rivals = others(known - {value}, about.values, *subject)
                yield scene.ask("two_hop", subject, about.ask, {}, (value,), evidence, rivals=rivals)


def homonym(scene: Scene) -> Found:
    """Something said with a word in one of its senses, where the other has been spoken of too."""
    for word in scene.world.habits.ambiguous:
        stated = [scene.said(("sense", word.homonym.word, sense.name)) for sense in word.homonym.senses]
        if all(stated):
            for sense, value, own in zip(word.homonym.senses, word.values, stated, strict=True):
                subject, evidence = (word.homonym.word, sense.name), (nugget(own, value, *(s.form for s in own)),)
                rivals = others(set(word.values) - {value}, sense.values, *subject)
                yield scene.ask("homonym", subject, sense.ask, {}, (value,), evidence, rivals=rivals)


def next_request(scene: Scene) -> Found:
    """What usually follows a request."""
    for followed in scene.world.habits.followed:
        stated = scene.said(("follows", followed.routine.name))
        if len(stated) >= ENOUGH_FOLLOWED:
            name, value = followed.routine.name, followed.routine.value
            asked, evidence = followed.routine.ask, (nugget(stated),)
            known = {other.routine.value for other in scene.world.habits.followed} - {value}
            rivals = others(known, [routine.value for routine in scene.bank.routines], name)
            subject = (name, str(len(stated) // 4))
            yield scene.ask("next_request", subject, asked, {}, (value,), evidence, rivals=rivals)


def best_approach(scene: Scene) -> Found:
    """Which approach has worked best, where one is ahead of all others."""
    for task in scene.world.habits.tasks:
        tried = _tried(scene, task)
        ahead = sorted(((good / n, n, name) for name, (good, n) in tried.items() if n >= ENOUGH_TRIED), reverse=True)
        if (
            ahead
            and ahead[0][0] > 0.5
            and all(ahead[0][0] > good / n for a, (good, n) in tried.items() if a != ahead[0][2])
        ):
            best, kind = ahead[0][2], task.kind
            evidence = (nugget(scene.said(("worked", kind.name, best)), best),)
            subject, rivals = (kind.name, best, str(ahead[0][1] // 3)), others(tried, kind.approaches, kind.name)
            yield scene.ask("best_approach", subject, kind.ask_best, {}, (best,), evidence, rivals=rivals)


def avoid_error(scene: Scene) -> Found:
    """Which approach has only ever failed; where there are several, any one will do."""
    for task in scene.world.habits.tasks:
        tried = _tried(scene, task)
        bad = sorted(name for name, (good, _) in tried.items() if good == 0)
        if bad:
            stated = [s for name in bad for s in scene.said(("failed", task.kind.name, name))]
            subject, evidence = (task.kind.name, *bad), (nugget(stated, *bad),)
            rivals = others(tried, task.kind.approaches, task.kind.name)
            yield scene.ask("avoid_error", subject, task.kind.ask_avoid, {}, bad, evidence, rivals=rivals)


def outcome(scene: Scene) -> Found:
    """How something that had been announced went."""
    for episode, stated in _ended(scene):
        answers, evidence = (episode.ending.outcome_value,), (nugget(stated),)
        slots, subject = {"value": episode.value}, (episode.kind.name,)
        unnamed = episode.kind.ask_outcome_unnamed if _is_alone(scene, episode) else ()
        rivals = others((), [ending.outcome_value for ending in episode.kind.outcomes], *subject)
        for patterns in (episode.kind.ask_outcome, unnamed):
            yield scene.ask("outcome", subject, patterns, slots, answers, evidence, rivals=rivals)


def sentiment(scene: Scene) -> Found:
    """How the user felt about what had been announced, once it was over."""
    for episode, stated in _ended(scene):
        answers, evidence = (episode.ending.sentiment,), (nugget(stated),)
        slots, subject = {"value": episode.value}, (episode.kind.name,)
        unnamed = episode.kind.ask_sentiment_unnamed if _is_alone(scene, episode) else ()
        for patterns in (episode.kind.ask_sentiment, unnamed):
            yield scene.ask("sentiment", subject, patterns, slots, answers, evidence, choices=SENTIMENTS)


def who_said(scene: Scene) -> Found:
    """Who said something first: mostly, facts are the user's, approaches the assistant's."""
    yield from _of_facts(scene)
    for task in scene.world.habits.tasks:
        proposed = scene.said(("proposed", task.kind.name))
        for approach in dict.fromkeys(statement.form for statement in proposed):
            yield from _said_first(scene, (task.kind.name, approach), approach, {s.turn for s in proposed})


def _of_facts(scene: Scene) -> Found:
    """Whether the user or the assistant was the first to name what now holds."""
    for fact, version in scene.open_facts:
        name, value, slots = fact.attribute.name, fact.versions[version].value, {"topic": fact.attribute.topic}
        unnamed = scene.bank.questions["who_said_unnamed"] if scene.named(name) == {value} else ()
        yield from _said_first(scene, (name, str(version)), value, scene.about(name), unnamed, slots)


def _said_first(
    scene: Scene,
    subject: Sequence[str],
    value: str,
    own: Set[TurnId],
    unnamed: Patterns = (),
    slots: Mapping[str, str] = NOTHING,
) -> Found:
    """Who first named a value: a hint and a mistake of the assistant's name it too.

    Nothing is asked where the word came up before, beside the point or in another sense: rust before Rust.

    Args:
        own: The turns that name it to the point.
        unnamed: Ways to ask that do not name the value, with what fills their slots.
    """
    first = scene.talk.named.get(value)
    if first is None or first.id not in own or first.id in scene.unallowed:
        return
    choices = ("the user said it", "the assistant said it")
    answer = choices[first.speaker != "user"]
    evidence = (Nugget(turns=frozenset({first.id}), values=(value,)),)
    filled = {"value": value, **slots}
    for patterns in (scene.bank.questions["who_said"], unnamed):
        yield scene.ask("who_said", subject, patterns, filled, (answer,), evidence, choices=choices)


def _tried(scene: Scene, task: Task) -> dict[str, tuple[int, int]]:
    """Successes and attempts by now, by approach."""
    missed = scene.talk.missed
    return tally([one for one in task.attempts if one.session <= scene.session and one.session not in missed])


def _is_alone(scene: Scene, episode: Episode) -> bool:
    """Whether it can be meant without being named: nothing else in this life is like it."""
    known = {fact.attribute.name for fact in scene.world.facts}
    known |= {other.kind.name for other in scene.world.habits.episodes if other is not episode}
    return known.isdisjoint(episode.kind.like)


def _ended(scene: Scene) -> Iterator[tuple[Episode, list[Statement]]]:
    """Episodes that the user has told the end of, with what was told."""
    for episode in scene.world.habits.episodes:
        stated = [s for s in scene.said(("ended", episode.kind.name)) if s.speaker == "user"]
        if stated:
            yield episode, stated
