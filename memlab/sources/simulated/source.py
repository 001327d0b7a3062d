"""Simulated users as a source: months of sessions and questions whose answers are known exactly."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import pairwise
from math import inf
from types import MappingProxyType
from typing import assert_never

from memlab.events import Consent, Erasure, Event, Outcome, Query, Reply, SessionEnd, Turn, TurnId, UserId
from memlab.life import Gold, Life, Stream, Superseded
from memlab.seeds import Draw, derive
from memlab.sources import SourceError
from memlab.sources.reading import checked_form
from memlab.sources.simulated.asking import KINDS, Asker, Plan
from memlab.sources.simulated.bank import Part, fragments, load_bank, small_words
from memlab.sources.simulated.dialogue import LONGEST_PAUSE, SHORTEST_PAUSE, Manner, Marked, Statement, Talk, told
from memlab.sources.simulated.marks import Erased, Named, Tried, Withdrawn
from memlab.sources.simulated.patterns import LASTING
from memlab.sources.simulated.remarks import Key, States, fact_key
from memlab.sources.simulated.scene import NAMING, Question, Scene
from memlab.sources.simulated.wording import Voice, in_turn
from memlab.sources.simulated.world import Shape, World, build_world

MOST, MOST_MONTHS, MOST_CHATTER = 10, 1200, 200
RATES: Mapping[str, float] = MappingProxyType({"current_value": 3})  # staleness shows on few of any other kind


class Simulated:
    """Users with a life, drawn from a seed: the same bytes on every machine.

    Questions come after sessions of the later part of the life, every kind at its rate, evidence of every age asked for
    about equally often; those that point back come within the session.

    Args:
        users: How many.
        sessions: Of each user, spread over `months`.
        months: Length of a life, at most 1,200.
        chatter: Least and most chatter exchanges in a session, at most 200.
        queries: Questions per user after sessions.
        ask_from: After which share of the sessions questions begin, 0 to 1.
        rates: How often a kind is asked beside the others, 1 where it is not named, 0 for never.
        natural: Share of the questions that the user asks as part of the talk, 0 to 1 and no more than the kinds fit
            for it give; the others are probes, which leave no trace.
        delay: Least and most days since what is asked for was last said; None for any age.
        attributes: How many things can be true of a user, of those in the bank.
        people: How many people a user speaks of, at most of all relations but one.
        homonyms: How many words a user uses in both senses; routines, tasks and episodes likewise.
        erasures: How many facts a user has erased.
        drift: How often what holds changes, 1 as often as the bank says.
        slips: How often what is said is not the plain truth (late, hinted at, taken back, of somebody else, a joke), 1
            as often as people here do.
        corrections: How often the user or the assistant says something wrong that is put right, likewise.
        sensitive: How much more readily than others a sensitive attribute is among a user's, 1 alike, 0 never.
        elaboration: How readily both sides say more than the point, 1 as people here do, 0 never.
        typo_permille: Of a user's words of five letters and more, how many of a thousand are mistyped.
        overlap: Which of eight ways to ask is taken, from 0, the one that shares the fewest words with the evidence, to
            1, the one that shares most; None takes any of all.
        bank: Which part of the language: `open`, `sealed` or `both`.
        text: The text form of a turn, with `{speaker}` and `{text}`.

    Attributes:
        rates: As given.
        digest: The sha256 of the language files, all of them whatever `bank` is.
        facts: How many attributes there are, and how many fragments of language in `bank`.

    Raises:
        SourceError: A number is out of its range or none, or there is no such kind, part of the language or text form.
    """

    def __init__(
        self,
        users: int = 20,
        sessions: int = 30,
        months: int = 24,
        chatter: Sequence[int] = (1, 3),
        queries: int = 72,
        ask_from: float = 0.4,
        rates: Mapping[str, float] = RATES,
        natural: float = 0.2,
        delay: Sequence[int] | None = None,
        attributes: int = 24,
        people: int = 4,
        homonyms: int = 3,
        routines: int = 2,
        tasks: int = 3,
        episodes: int = 4,
        erasures: int = 5,
        drift: float = 1.0,
        slips: float = 1.0,
        corrections: float = 1.0,
        sensitive: float = 1.0,
        elaboration: float = 1.0,
        typo_permille: int = 6,
        overlap: float | None = 1.0,
        bank: Part = "both",
        text: str = "{speaker}: {text}",
    ) -> None:
        for name, value in {"users": users, "sessions": sessions, "queries": queries}.items():
            _check(name, value, _is_whole(value, 1), "a whole number of at least 1")
        _check("months", months, _is_whole(months, 1, MOST_MONTHS), f"a whole number from 1 to {MOST_MONTHS}")
        counts = {"attributes": attributes, "people": people, "homonyms": homonyms, "routines": routines}
        counts |= {"tasks": tasks, "episodes": episodes, "erasures": erasures}
        for name, value in (counts | {"typo_permille": typo_permille}).items():
            _check(name, value, _is_whole(value, 0), "a whole number of at least 0")
        factors = {"drift": drift, "slips": slips, "corrections": corrections, "sensitive": sensitive}
        for name, factor in (factors | {"elaboration": elaboration}).items():
            _check(name, factor, _lies(factor, MOST), f"between 0 and {MOST}", "lie")
        for name, share in {"ask_from": ask_from, "natural": natural}.items():
            _check(name, share, _lies(share, 1), "between 0 and 1", "lie")
        _check("overlap", overlap, overlap is None or _lies(overlap, 1), "between 0 and 1, or null", "lie")
        wanted = "two whole numbers, least and most"
        _check("chatter", chatter, _is_range(chatter, MOST_CHATTER), f"{wanted}, of at most {MOST_CHATTER}")
        _check("delay", delay, delay is None or _is_range(delay), f"{wanted}, or null")
        _check("rates", rates, isinstance(rates, Mapping), "kinds of question, each with a number")
        self.rates: Mapping[str, float] = dict(rates)
        for kind, rate in self.rates.items():
            _check("rates", kind, kind in KINDS, f"a kind of question, one of {', '.join(KINDS)}")
            _check(f"rates.{kind}", rate, _lies(rate, MOST), f"between 0 and {MOST}", "lie")
        self._users, self._bank = users, load_bank(bank)
        self._shape = Shape(
            sessions=sessions, months=months, drift=drift, slips=slips, corrections=corrections, sensitive=sensitive,
            **counts,
        )  # fmt: skip
        self._plan = Plan(queries, ask_from, self.rates, natural, None if delay is None else (delay[0], delay[1]))
        self._manner = Manner((chatter[0], chatter[1]), elaboration, checked_form("simulated", text))
        self._typos, self._overlap = typo_permille, overlap
        self.digest = self._bank.digest
        said = sum(1 for _ in fragments(self._bank))
        self.facts: dict[str, int | str] = {"attributes": len(self._bank.attributes), "fragments": said}

    def users(self) -> Sequence[UserId]:
        """`user-000` and so on."""
        return tuple(f"user-{n:03d}" for n in range(self._users))

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's life, made up as it is lived; another user, or more sessions of others, change nothing in it."""
        gold, superseded = dict[str, Gold](), list[Superseded]()

        def start() -> Stream:
            yield from self._events(gold, superseded, self._made(user, seed))

        return Life(user=user, start=start, gold=gold, superseded=superseded)

    def stated(self, user: UserId, *, seed: int) -> Iterator[tuple[TurnId, Key, str]]:
        """What turns state: turn, key, as `("announced", "exam")`, and the category of the attribute, else `none`."""
        made = self._made(user, seed)
        for _ in self._events({}, [], made):
            pass
        known = {fact.attribute.name: fact.attribute.sensitivity for fact in made.world.facts}
        for key, said in made.talk.stated.items():
            category = known.get(key[1], "none") if key[0] in (*NAMING, "forget") else "none"
            yield from ((statement.turn, key, category) for statement in said)

    def _made(self, user: UserId, seed: int) -> "_Made":
        root = derive(seed, "simulated", user)
        return _Made(user, root, build_world(self._bank, self._shape, root), Talk())

    def _events(
        self, gold: dict[str, Gold], superseded: list[Superseded], made: "_Made"
    ) -> Generator[Event, Reply | None, None]:
        user, root, world, talk = made.user, made.root, made.world, made.talk
        voice = Voice(world.register, self._bank.registers[world.register], self._typos, small_words())
        asker = Asker(self._plan, self._shape.sessions, root)
        told_sessions = told(talk, self._bank, world, voice, self._manner, root)
        for category, granted in world.consents.items():
            yield Consent(at=world.starts[0], session=0, category=category, granted=granted)
        for session, said in enumerate(told_sessions):
            scene = partial(Scene, self._bank, world, talk, voice, session, overlap=self._overlap)
            at = world.starts[session]
            for event in said:
                match event:
                    case Turn():
                        at = event.at
                        yield event
                    case Marked():
                        yield from _follows(user, asker, scene(until=event.until), event, at, gold, root)
            yield from _asked(user, asker, scene(until=talk.said), self._manner.form, at, gold, root)
        superseded[:] = _superseded(world, talk)


@dataclass(frozen=True, slots=True)
class _Made:
    """A user as drawn, and the talk in which their life is being told."""

    user: UserId
    root: int
    world: World
    talk: Talk


def _check(name: str, value: object, holds: bool, wanted: str, verb: str = "be") -> None:
    if not holds:
        shown = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        raise SourceError(f"source simulated: {name} is {shown!r}; it must {verb} {wanted}")


def _is_whole(value: object, least: int, most: float = inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _lies(value: object, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _is_range(pair: object, most: float = inf) -> bool:
    if not isinstance(pair, Sequence) or len(pair) != 2:
        return False
    return all(_is_whole(value, 0, most) for value in pair) and pair[0] <= pair[1]


def _follows(
    user: UserId, asker: Asker, scene: Scene, marked: Marked, at: datetime, gold: dict[str, Gold], root: int
) -> Iterator[Event]:
    """What happens right after a turn."""
    session = scene.session
    match marked.mark:
        case Erased(attribute):
            yield Erasure(at=at, session=session, turns=scene.about(attribute))
        case Withdrawn(category):
            yield Consent(at=at, session=session, category=category, granted=False)
        case Tried(task, approach, success):
            yield Outcome(at=at, session=session, turn=marked.turn, task=task, approach=approach, success=success)
        case Named(attribute, version):
            draw = Draw(root, "follows", session, "refer", attribute, version)
            question = asker.within(scene, attribute, version, draw)
            if question is not None:
                yield _query(user, scene, marked.turn, at, question, gold)
        case _:
            assert_never(marked.mark)


def _asked(
    user: UserId, asker: Asker, scene: Scene, form: str, at: datetime, gold: dict[str, Gold], root: int
) -> Iterator[Event]:
    """The end of a session: the user's own questions, each a turn with an answer that tells nothing; then probes."""
    questions = list(enumerate(asker.after(scene)))
    for place, question in questions:
        if question.natural:
            yield _query(user, scene, str(place), at, question, gold)
            for turn in _exchange(scene, question, place, form, at, root):
                at = turn.at
                yield turn
    yield SessionEnd(at=at, session=scene.session)
    for place, question in questions:
        if not question.natural:
            yield _query(user, scene, str(place), at, question, gold)


def _exchange(scene: Scene, question: Question, place: int, form: str, at: datetime, root: int) -> Iterator[Turn]:
    """A question as a turn, noted for the value that it names, and the answer to it."""
    draw = Draw(root, "answered", scene.session, place)
    names: States = (((question.gold.kind, *question.subject), question.named),) if question.named else ()
    answer = in_turn(scene.bank.assistant.looking, question.natural, root, "looking")
    for which, speaker, said, states in (("a", "user", question.text, names), ("b", "assistant", answer, ())):
        at += timedelta(seconds=draw.between(SHORTEST_PAUSE, LONGEST_PAUSE))
        text, id = form.format(speaker=speaker, text=said, at=at), f"s{scene.session:03d}q{place:02d}{which}"
        turn = Turn(at=at, session=scene.session, id=id, speaker=speaker, text=text)
        scene.talk.hear(turn, states)
        yield turn


def _query(user: UserId, scene: Scene, place: str, at: datetime, question: Question, gold: dict[str, Gold]) -> Query:
    id = sha256(f"{user}\n{scene.session}\n{place}".encode()).hexdigest()[:8]
    gold[id] = question.gold
    return Query(at=at, session=scene.session, id=id, text=question.text, probe=not question.natural)


def _superseded(world: World, talk: Talk) -> Iterator[Superseded]:
    """What a change, a correction, a cleared joke, a removal or a retraction has put out of date, and by which turn.

    What a cyclic attribute says comes back, so it is never out of date for good and is left out.
    """

    def outdated(stated: Sequence[Statement], by: Sequence[Statement]) -> Iterator[Superseded]:
        kept = {s.turn for s in by}
        for statement in stated:
            later = [s.turn for s in by if s.place > statement.place]
            if later and statement.turn not in kept:
                yield Superseded(turn=statement.turn, by=later[0])

    for fact in world.facts:
        name, n = fact.attribute.name, len(fact.versions)
        stated = [talk.stated.get(fact_key(name, version), []) for version in range(n)]
        if fact.attribute.process == "drifting":
            for older, newer in pairwise(stated):
                yield from outdated(older, newer[:1])
        if fact.attribute.process == "set":
            for version, said in enumerate(stated):
                yield from outdated(said, talk.stated.get(("gone", name, str(version)), []))
        yield from outdated(talk.stated.get(("wrong", name), []), talk.stated.get(("righted", name), []))
        yield from outdated(talk.stated.get(("joke", name), []), talk.stated.get(("cleared", name), []))
        if fact.attribute.process in LASTING:
            yield from outdated(stated[-1], talk.stated.get(("retract", name), []))
