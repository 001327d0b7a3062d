"""Simulated users as a source: months of sessions and questions whose answers are known exactly."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise

from memlab.events import Consent, Erasure, Event, Outcome, Query, SessionEnd, Turn, UserId
from memlab.life import Gold, Life, Superseded, recorded
from memlab.seeds import Draw, derive
from memlab.sources import SourceError
from memlab.sources.reading import checked_form
from memlab.sources.simulated.asking import ROUND, Asked, find, posed
from memlab.sources.simulated.asking_facts import session_reference
from memlab.sources.simulated.bank import Part, fragments, load_bank, small_words
from memlab.sources.simulated.dialogue import Marked, Statement, Talk, write_talk
from memlab.sources.simulated.remarks import fact_key
from memlab.sources.simulated.scene import LASTING, Question, Scene
from memlab.sources.simulated.wording import Voice
from memlab.sources.simulated.world import Shape, World, build_world

COUNTS = ("sessions", "months", "attributes", "people", "homonyms", "routines", "tasks", "episodes", "erasures")
MOST = 10
REFERENCE_PERMILLE = 165


class Simulated:
    """Users with a life, drawn from a seed: the same bytes on every machine.

    Questions are probes: after sessions of the later part of the life, about equally many of every kind but thrice as
    many for what holds now, evidence of every age asked for about equally often; those that point back come within the
    session.

    Args:
        users: How many.
        sessions: Of each user, spread over `months`.
        months: Length of a life.
        chatter: Least and most chatter exchanges in a session.
        queries: Questions per user after sessions.
        ask_from: After which share of the sessions questions begin, 0 to 1.
        attributes: How many things can be true of a user, of those in the bank.
        people: How many people a user speaks of, at most of all relations but one.
        homonyms: How many words a user uses in both senses; routines, tasks and episodes likewise.
        erasures: How many facts a user has erased.
        drift: How often what holds changes, 1 as often as the bank says.
        slips: How often what is said is not the plain truth (late, wrong and put right, hinted at, taken back, of
            somebody else, a joke), 1 as often as people here do.
        typo_permille: Of a user's words of five letters and more, how many of a thousand are mistyped.
        overlap: Which of the ways to ask is taken, from 0, the one that shares the fewest words with the evidence, to
            1, the one that shares most; None takes any.
        bank: Which part of the language: `open`, `sealed` or `both`.
        text: The text form of a turn, with `{speaker}` and `{text}`.

    Raises:
        SourceError: A number is out of its range.
    """

    def __init__(
        self,
        users: int = 20,
        sessions: int = 30,
        months: int = 24,
        chatter: Sequence[int] = (1, 3),
        queries: int = 72,
        ask_from: float = 0.4,
        attributes: int = 24,
        people: int = 4,
        homonyms: int = 3,
        routines: int = 2,
        tasks: int = 3,
        episodes: int = 4,
        erasures: int = 5,
        drift: float = 1.0,
        slips: float = 1.0,
        typo_permille: int = 6,
        overlap: float | None = None,
        bank: Part = "both",
        text: str = "{speaker}: {text}",
    ) -> None:
        given = (sessions, months, attributes, people, homonyms, routines, tasks, episodes, erasures)
        least = {name: 1 if name in ("sessions", "months") else 0 for name in COUNTS} | {"users": 1, "queries": 1}
        counts = dict(zip(COUNTS, given, strict=True)) | {"users": users, "queries": queries}
        for name, value in (counts | {"typo_permille": typo_permille}).items():
            if isinstance(value, bool) or not isinstance(value, int) or value < least.get(name, 0):
                wanted = f"a whole number of at least {least.get(name, 0)}"
                raise SourceError(f"source simulated: {name} is {value!r}; it must be {wanted}")
        if len(chatter) != 2 or not 0 <= chatter[0] <= chatter[1]:
            raise SourceError(f"source simulated: chatter is {list(chatter)}; it must be two numbers, least and most")
        for name, factor in (("drift", drift), ("slips", slips)):
            if not 0 <= factor <= MOST:
                raise SourceError(f"source simulated: {name} is {factor}; it must lie between 0 and {MOST}")
        for name, share in (("ask_from", ask_from), ("overlap", overlap)):
            if share is not None and not 0 <= share <= 1:
                raise SourceError(f"source simulated: {name} is {share}; it must lie between 0 and 1")
        self._users, self._shape, self._form = users, Shape(*given, drift, slips), checked_form("simulated", text)
        self._chatter, self._queries, self._ask_from = (chatter[0], chatter[1]), queries, ask_from
        self._typos, self._overlap, self._bank = typo_permille, overlap, load_bank(bank)
        self.digest = self._bank.digest
        said = sum(1 for _ in fragments(self._bank))
        self.facts: dict[str, int | str] = {"attributes": len(self._bank.attributes), "fragments": said}

    def users(self) -> Sequence[UserId]:
        """`user-000` and so on."""
        return tuple(f"user-{n:03d}" for n in range(self._users))

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's life; another user, or more sessions of others, change nothing in it."""
        root = derive(seed, "simulated", user)
        world = build_world(self._bank, self._shape, root)
        voice = Voice(world.register, self._bank.registers[world.register], self._typos, small_words())
        talk = write_talk(self._bank, world, voice, self._form, self._chatter, root)
        gold: dict[str, Gold] = {}
        events = list(self._events(user, world, talk, voice, gold, root))
        return recorded(user, events, gold, list(_superseded(world, talk)))

    def _events(
        self, user: UserId, world: World, talk: Talk, voice: Voice, gold: dict[str, Gold], root: int
    ) -> Iterator[Event]:
        asked, waiting, until = Asked(), list[str](), 0
        for category, granted in world.consents.items():
            yield Consent(at=world.starts[0], session=0, category=category, granted=granted)
        for session, said in enumerate(talk.sessions):
            at = world.starts[session]
            for event in said:
                match event:
                    case Turn():
                        at, until = event.at, until + 1
                        yield event
                    case Marked():
                        scene = Scene(self._bank, world, talk, voice, session, until, self._overlap)
                        yield from self._follows(user, scene, event, at, gold, root)
            yield SessionEnd(at=at, session=session)
            scene = Scene(self._bank, world, talk, voice, session, until, self._overlap)
            for place, question in enumerate(self._questions(scene, waiting, asked, root)):
                yield _query(user, scene, f"{place}", at, question, gold)

    def _follows(
        self, user: UserId, scene: Scene, marked: Marked, at, gold: dict[str, Gold], root: int
    ) -> Iterator[Event]:
        """What happens right after a turn."""
        mark, session = marked.mark, scene.session
        draw = Draw(root, "follows", session, mark.kind, mark.subject, mark.detail)
        match mark.kind:
            case "erase":
                yield Erasure(at=at, session=session, turns=scene.about(mark.subject))
            case "withdraw":
                yield Consent(at=at, session=session, category=mark.subject, granted=False)
            case "outcome":
                task, approach = mark.subject, mark.detail
                yield Outcome(
                    at=at, session=session, turn=marked.turn, task=task, approach=approach, success=mark.success
                )
            case "refer" if session >= self._first_asking() and draw.chance(REFERENCE_PERMILLE):
                fact = next(fact for fact in scene.world.facts if fact.attribute.name == mark.subject)
                if scene.is_open(fact):
                    question = posed(session_reference(scene, fact, int(mark.detail)), draw)
                    if question is not None:
                        yield _query(user, scene, marked.turn, at, question, gold)

    def _questions(self, scene: Scene, waiting: list[str], asked: Asked, root: int) -> Iterator[Question]:
        """What is asked after a session; a kind of which nothing can be asked yet waits for a later session."""
        exhausted = set[str]()
        for place, kind in self._kinds(scene.session, root):
            waiting.append(kind)
            for kind in dict.fromkeys(kind for kind in waiting if kind not in exhausted):
                question = find(kind, scene, asked, Draw(root, "query", scene.session, place, kind))
                if question is None:
                    exhausted.add(kind)
                else:
                    waiting.remove(kind)
                    asked.add((kind, *question.subject))
                    yield question
                    break

    def _first_asking(self) -> int:
        return min(int(self._ask_from * self._shape.sessions), self._shape.sessions - 1)

    def _kinds(self, session: int, root: int) -> Iterator[tuple[int, str]]:
        """The kinds to be asked after a session, spread evenly over the sessions that ask."""
        first = self._first_asking()
        if session < first:
            return
        asking, turn, order = self._shape.sessions - first, session - first, _kinds_in_order(self._queries, root)
        for place in range(self._queries * turn // asking, self._queries * (turn + 1) // asking):
            yield place, order[place]


@lru_cache(maxsize=16)
def _kinds_in_order(n: int, root: int) -> tuple[str, ...]:
    rounds = range(-(-n // len(ROUND)))
    return tuple(kind for place in rounds for kind in Draw(root, "kinds", place).shuffled(ROUND))


def _query(user: UserId, scene: Scene, place: str, at, question: Question, gold: dict[str, Gold]) -> Query:
    id = sha256(f"{user}\n{scene.session}\n{place}".encode()).hexdigest()[:8]
    gold[id] = question.gold
    return Query(at=at, session=scene.session, id=id, text=question.text)


def _superseded(world: World, talk: Talk) -> Iterator[Superseded]:
    """What a change, a correction, a cleared joke, a removal or a retraction has put out of date, and by which turn.

    What a cyclic attribute says comes back, so it is never out of date for good and is left out.
    """
    order = {turn: place for place, turn in enumerate(talk.turns)}

    def outdated(stated: Sequence[Statement], by: Sequence[Statement]) -> Iterator[Superseded]:
        kept = {s.turn for s in by}
        for statement in stated:
            later = [s.turn for s in by if order[s.turn] > order[statement.turn]]
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
        if n and fact.attribute.process in LASTING:
            yield from outdated(stated[-1], talk.stated.get(("retract", name), []))
