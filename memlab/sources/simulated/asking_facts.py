"""Questions about facts: what holds, what held, when and for how long, which of several, and what must not be told."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, cycle

from memlab.life import Nugget
from memlab.seeds import Draw
from memlab.sources.simulated import options
from memlab.sources.simulated.facts import Fact, Mode
from memlab.sources.simulated.remarks import TRUE
from memlab.sources.simulated.scene import Candidate, Found, Scene, nugget
from memlab.sources.simulated.wording import COUNTS, date_forms, month_of
from memlab.text import contains

OLD_DAYS = 150
MARGIN_DAYS = 10
DAYS_PER_MONTH = 30.4
MEMBERS = range(2, 7)
TOLD: frozenset[Mode] = TRUE | {"wrong"}


def current_value(scene: Scene) -> Found:
    """What holds now."""
    for fact, version in scene.open_facts:
        patterns = (*fact.attribute.ask_now, *scene.bank.questions["current_value"])
        yield _of_now(scene, "current_value", fact, version, patterns)


def preference(scene: Scene) -> Found:
    """A request that is answered well only by one who knows what holds."""
    for fact, version in scene.open_facts:
        if fact.attribute.ask_preference:
            yield _of_now(scene, "preference", fact, version, fact.attribute.ask_preference)


def old_but_true(scene: Scene) -> Found:
    """What was told in one session long ago, and never again, and still holds."""
    for fact, version in scene.open_facts:
        sessions = {t.session for t in scene.tellings(fact) if t.mode in TOLD}
        if len(sessions) == 1 and (scene.now - scene.world.starts[min(sessions)]).days >= OLD_DAYS:
            patterns = (*fact.attribute.ask_now, *scene.bank.questions["old_but_true"])
            yield _of_now(scene, "old_but_true", fact, version, patterns)


def past_value(scene: Scene) -> Found:
    """What held before something else did."""
    for fact, newest in scene.open_facts:
        values = [version.value for version in fact.versions]
        for version in range(1, newest + 1):
            before = scene.version(fact, version - 1)
            if before and values.count(values[version]) == 1:
                evidence = (nugget(before, values[version - 1]),)
                slots, subject = {"value": values[version]}, (fact.attribute.name, str(version))
                patterns = fact.attribute.ask_past
                answers, since = (values[version - 1],), newest - version + 1
                rivals = _rivals(scene, fact, values[version - 1], values[newest])
                yield scene.ask("past_value", subject, patterns, slots, answers, evidence, updates=since, rivals=rivals)


def as_of(scene: Scene) -> Found:
    """What held in a month that lies wholly between its being told and its end."""
    for fact, newest in scene.open_facts:
        for version in range(newest):
            stated = scene.version(fact, version)
            month = _month_within(scene, fact, version) if stated else None
            if month is not None:
                slots = {"topic": fact.attribute.topic, "date": month_of(month)}
                value, subject = fact.versions[version].value, (fact.attribute.name, str(version))
                patterns, evidence = scene.bank.questions["as_of"], (nugget(stated, value),)
                since, rivals = newest - version, _rivals(scene, fact, value, fact.versions[newest].value)
                yield scene.ask("as_of", subject, patterns, slots, (value,), evidence, updates=since, rivals=rivals)


def duration(scene: Scene) -> Found:
    """For how many months something held that held once, from its beginning and its end, both of which were told.

    Only where the days on which it was told come to as many months as those on which it was so.
    """
    for fact, newest in scene.open_facts:
        values = [version.value for version in fact.versions[: newest + 1]]
        for version in range(1, newest):
            first, after = scene.version(fact, version)[:1], scene.version(fact, version + 1)[:1]
            begun, ended = (scene.talk.turns[s[0].turn].at.date() for s in (first, after))
            n = _months(fact.versions[version].since, fact.versions[version + 1].since)
            if values.count(values[version]) == 1 and n == _months(begun, ended) >= 2:
                value = values[version]
                answers = (f"{n} months", *((f"{COUNTS[n]} months",) if n < len(COUNTS) else ()))
                evidence = (nugget(first, value), nugget(after, fact.versions[version + 1].value))
                slots, subject = {"topic": fact.attribute.topic, "value": value}, (fact.attribute.name, str(version))
                patterns = scene.bank.questions["duration"]
                since, rivals = newest - version, options.months(n)
                yield scene.ask("duration", subject, patterns, slots, answers, evidence, updates=since, rivals=rivals)


def when(scene: Scene) -> Found:
    """On which day something happened."""
    happened = _happened(scene)
    for fact, version in happened:
        forms = date_forms(fact.versions[version].since)
        slots, subject = {"value": fact.versions[version].value}, (fact.attribute.name, str(version))
        evidence = (_dated(scene, fact, version),)
        day, all_days = fact.versions[version].since, [other.versions[n].since for other, n in happened]
        rivals = options.days(day, all_days)
        for patterns in (fact.attribute.ask_when, _unnamed(scene, fact, happened)):
            yield scene.ask("when", subject, patterns, slots, answers=forms, evidence=evidence, rivals=rivals)


def order(scene: Scene) -> Found:
    """Which of two things happened first; the question names both, or says of both what they were."""
    happened = _happened(scene)
    for one, other in combinations(happened, 2):
        a, b = (fact.versions[version] for fact, version in (one, other))
        if abs((a.since - b.since).days) < 2 or contains(a.value, b.value) or contains(b.value, a.value):
            continue
        evidence = (_dated(scene, *one), _dated(scene, *other))
        clauses = [fact.attribute.clause.thing for fact, _ in (one, other)]
        named = [(v.value, clause.format(value=v.value)) for v, clause in zip((a, b), clauses, strict=True)]
        said = [named]
        if all(_is_alone(scene, fact, happened) for fact, _ in (one, other)):
            draw = Draw(0, "order", a.value, b.value)
            unnamed = [draw.choice(fact.attribute.unnamed) for fact, _ in (one, other)]
            said.append([(thing, thing) for thing in unnamed])
        for things in said:
            (first, said_first), (second, said_second) = sorted(things)  # tells nothing of which came first
            slots, earlier = {"a": said_first, "b": said_second}, things[a.since > b.since][0]
            patterns, subject = scene.bank.questions["order"], (a.value, b.value)
            yield scene.ask("order", subject, patterns, slots, (earlier,), evidence, choices=(first, second))


def members(scene: Scene) -> Found:
    """All that are in a set now: every one is needed, and what has left it is out of date."""
    for fact, held, gone in _sets(scene):
        answer = ", ".join(fact.versions[n].value for n in held)
        rivals = options.lists(fact, held, gone)
        yield _of_set(scene, "list", fact, held, gone, fact.attribute.ask_list, (answer,), rivals)


def count(scene: Scene) -> Found:
    """How many are in a set now: as for a list, what has left it is out of date."""
    for fact, held, gone in _sets(scene):
        answers = (COUNTS[len(held)], str(len(held)))
        rivals = options.counts(len(held), len(gone))
        yield _of_set(scene, "count", fact, held, gone, fact.attribute.ask_count, answers, rivals)


def never_said(scene: Scene) -> Found:
    """What the user has never spoken of."""
    spoken = {fact.attribute.name for fact in scene.world.facts if fact.tellings}
    spoken |= {name for word in scene.world.habits.ambiguous for name in word.homonym.near}
    spoken |= {name for episode in scene.world.habits.episodes for name in episode.kind.near}
    for attribute in scene.bank.attributes:
        if attribute.ask_now and attribute.name not in spoken:
            patterns = (*attribute.ask_now, *scene.bank.questions["never_said"])
            yield scene.ask("never_said", (attribute.name,), patterns, {"topic": attribute.topic})


def erased(scene: Scene) -> Found:
    """What the user has had erased."""
    for fact in scene.world.facts:
        if scene.is_erased(fact) and fact.attribute.ask_now:
            patterns, slots = (
                (*fact.attribute.ask_now, *scene.bank.questions["erased"]),
                {"topic": fact.attribute.topic},
            )
            yield scene.ask("erased", (fact.attribute.name,), patterns, slots)


def not_consented(scene: Scene) -> Found:
    """What the user has said without allowing it to be kept."""
    for fact in scene.world.facts:
        if scene.is_forbidden(fact) and scene.tellings(fact) and fact.attribute.ask_now and not scene.is_erased(fact):
            patterns = (*fact.attribute.ask_now, *scene.bank.questions["not_consented"])
            yield scene.ask("not_consented", (fact.attribute.name,), patterns, {"topic": fact.attribute.topic})


def session_reference(scene: Scene, fact: Fact, version: int) -> Found:
    """What was named a moment ago, asked for by a word that points back; only its own session tells what that was.

    Nothing is asked where the session names another value as well, which the word might point to.
    """
    value = fact.versions[version].value
    if scene.named(fact.attribute.name, lately=True) != {value}:
        return
    stated = [s for s in scene.version(fact, version) if scene.is_of_session(s)]
    slots, subject = {"noun": fact.attribute.noun}, (fact.attribute.name, str(version))
    patterns, evidence = scene.bank.questions["session_reference"], (nugget(stated, value),)
    rivals = _rivals(scene, fact, value)
    yield scene.ask("session_reference", subject, patterns, slots, (value,), evidence, rivals=rivals)


def _rivals(scene: Scene, fact: Fact, value: str, *first: str) -> list[str]:
    """What a value might be taken for: what held last, another user's value, what was said beside the point."""
    name = fact.attribute.name
    return [*first, *options.others(scene.named(name) - {value}, fact.attribute.values, name, value)]


def _of_now(scene: Scene, kind: str, fact: Fact, version: int, patterns: Sequence[str]) -> Candidate:
    name, value = fact.attribute.name, fact.versions[version].value
    current = nugget(scene.version(fact, version), value)
    older = [s for n in range(version) for s in scene.version(fact, n)]
    older += [s for key in ("wrong", "corrected") for s in scene.said((key, name))]
    older = [s for s in older if s.form != value]  # what goes back and forth is true again
    return scene.ask(
        kind,
        (name, str(version)),
        patterns,
        {"topic": fact.attribute.topic},
        answers=(value,),
        evidence=(current,),
        stale=frozenset(s.turn for s in older) - current.turns,
        stale_values=[s.form for s in older],
        updates=version,
        rivals=_rivals(scene, fact, value, *(s.form for s in older[-1:])),
    )


def _months(begun: date, ended: date) -> int:
    return round((ended - begun).days / DAYS_PER_MONTH)


def _month_within(scene: Scene, fact: Fact, version: int) -> date | None:
    """The first day of the latest whole month between the telling of a version and its end, with a margin."""
    told = min(scene.talk.turns[s.turn].at for s in scene.version(fact, version)).date()
    end = fact.versions[version + 1].since - timedelta(days=MARGIN_DAYS)
    last = end.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    return first if first >= told + timedelta(days=MARGIN_DAYS) else None


def _happened(scene: Scene) -> list[tuple[Fact, int]]:
    return [
        (fact, telling.version)
        for fact in scene.world.facts
        for telling in scene.tellings(fact)
        if telling.mode == "happened" and scene.is_open(fact)
    ]


def _is_alone(scene: Scene, fact: Fact, happened: Sequence[tuple[Fact, int]]) -> bool:
    """Whether it can be meant without being named: nothing else of its kind has been told of or comes up."""
    return sum(other is fact for other, _ in happened) == 1 and not scene.comes_up(fact.attribute.name)


def _unnamed(scene: Scene, fact: Fact, happened: Sequence[tuple[Fact, int]]) -> list[str]:
    """Ways to ask for the day of an event without naming it, where no other of its kind has been told of."""
    if not _is_alone(scene, fact, happened):
        return []
    things = cycle(fact.attribute.unnamed)
    return [pattern.format(thing=next(things)) for pattern in scene.bank.questions["when"]]


def _dated(scene: Scene, fact: Fact, version: int) -> Nugget:
    stated = scene.said(("date", fact.attribute.name, str(version)))
    return nugget(stated, *date_forms(fact.versions[version].since), *(s.form for s in stated))


def _of_set(
    scene: Scene,
    kind: str,
    fact: Fact,
    held: list[int],
    gone: list[int],
    patterns: Sequence[str],
    answers: Sequence[str],
    rivals: Sequence[str],
) -> Candidate:
    return scene.ask(
        kind,
        (fact.attribute.name, *map(str, held)),
        (*patterns, *scene.bank.questions[kind]),
        {"topic": fact.attribute.topic},
        answers=answers,
        evidence=tuple(nugget(scene.version(fact, n), fact.versions[n].value) for n in held),
        stale=frozenset(s.turn for n in gone for s in scene.version(fact, n)),
        stale_values=[fact.versions[n].value for n in gone],
        updates=len(gone),
        rivals=rivals,
    )


def _sets(scene: Scene) -> Iterator[tuple[Fact, list[int], list[int]]]:
    """Sets of two to six that may be asked for: the fact, who is in and who has left."""
    for fact in scene.world.facts:
        if fact.attribute.process != "set" or not scene.is_open(fact):
            continue
        told = scene.tellings(fact)
        gone = sorted({t.version for t in told if t.mode == "remove"})
        held = sorted({t.version for t in told if t.mode in ("say", "add")} - set(gone))
        if len(held) in MEMBERS:
            yield fact, held, gone
