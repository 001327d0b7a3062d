"""Simulated users as a source: months of sessions, then questions whose answers are known exactly."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from memlab.events import Consent, Event, Query, SessionEnd, UserId
from memlab.life import Gold, Life, Superseded, recorded
from memlab.seeds import Draw, derive
from memlab.sources import SourceError
from memlab.sources.reading import checked_form
from memlab.sources.simulated.bank import load_bank
from memlab.sources.simulated.dialogue import Talk, fact_key, write_talk
from memlab.sources.simulated.queries import KINDS, Asker
from memlab.sources.simulated.world import World, build_world


class Simulated:
    """Users with a life, drawn from a seed: the same bytes on every machine.

    Questions are probes after sessions in the last part of the life, so that the number of candidate turns hardly
    differs between fresh and old evidence; evidence of every age is asked for about equally often.

    Args:
        users: How many.
        sessions: Of each user, spread over `months`.
        months: Length of a life.
        chatter: Least and most chatter exchanges in a session.
        queries: Questions per user, about equally many of each kind.
        ask_from: After which share of the sessions questions begin, 0 to 1.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.

    Raises:
        SourceError: A number is out of its range.
    """

    def __init__(
        self,
        users: int = 20,
        sessions: int = 30,
        months: int = 24,
        chatter: Sequence[int] = (1, 2),
        queries: int = 80,
        ask_from: float = 0.6,
        text: str = "{speaker}: {text}",
    ) -> None:
        for name, value in (("users", users), ("sessions", sessions), ("months", months), ("queries", queries)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SourceError(f"source simulated: {name} is {value!r}; it must be a whole number of at least 1")
        if len(chatter) != 2 or not 0 <= chatter[0] <= chatter[1]:
            raise SourceError(f"source simulated: chatter is {list(chatter)}; it must be two numbers, least and most")
        if not 0 <= ask_from <= 1:
            raise SourceError(f"source simulated: ask_from is {ask_from}; it must lie between 0 and 1")
        self._users, self._sessions, self._months = users, sessions, months
        self._chatter, self._queries, self._ask_from = (chatter[0], chatter[1]), queries, ask_from
        self._form = checked_form("simulated", text)
        self._bank = load_bank()
        self.digest = self._bank.digest
        self.facts: dict[str, int | str] = {"attributes": len(self._bank.attributes), "patterns": self._bank.patterns()}

    def users(self) -> Sequence[UserId]:
        """`user-000` and so on."""
        return tuple(f"user-{n:03d}" for n in range(self._users))

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's life; another user, or more sessions of others, change nothing in it."""
        root = derive(seed, "simulated", user)
        world = build_world(self._bank, self._sessions, self._months, root)
        talk = write_talk(self._bank, world, self._form, self._chatter, root)
        gold: dict[str, Gold] = {}
        events = list(self._events(user, world, talk, gold, root))
        return recorded(user, events, gold, list(_superseded(world, talk)))

    def _events(self, user: UserId, world: World, talk: Talk, gold: dict[str, Gold], root: int) -> Iterator[Event]:
        asker, asked = Asker(world, talk), set[tuple[str, ...]]()
        for category, granted in world.consents.items():
            yield Consent(at=world.starts[0], session=0, category=category, granted=granted)
        for session, turns in enumerate(talk.sessions):
            yield from turns
            at = turns[-1].at
            yield SessionEnd(at=at, session=session)
            for place, kind in self._kinds(session, root):
                draw = Draw(root, "query", session, place)
                question = asker.ask(kind, session, asked, draw)
                if question is not None:
                    asked.add((kind, *question.subject))
                    id = sha256(f"{user}\n{session}\n{place}".encode()).hexdigest()[:8]
                    gold[id] = question.gold
                    yield Query(at=at, session=session, id=id, text=question.text)

    def _kinds(self, session: int, root: int) -> Iterator[tuple[int, str]]:
        """The kinds to be asked after a session, spread evenly over the sessions that ask."""
        first = min(int(self._ask_from * self._sessions), self._sessions - 1)
        if session < first:
            return
        asking, turn = self._sessions - first, session - first
        order = [
            kind for n in range(-(-self._queries // len(KINDS))) for kind in Draw(root, "kinds", n).shuffled(KINDS)
        ]
        for place in range(self._queries * turn // asking, self._queries * (turn + 1) // asking):
            yield place, order[place]


def _superseded(world: World, talk: Talk) -> Iterator[Superseded]:
    for fact in world.facts:
        if fact.attribute.process != "drifting":
            continue
        for version in range(len(fact.values) - 1):
            newer = talk.stated.get(fact_key(fact, version + 1))
            if newer:
                new = {statement.turn for statement in newer}
                for statement in talk.stated.get(fact_key(fact, version), ()):
                    if statement.turn not in new:
                        yield Superseded(turn=statement.turn, by=newer[0].turn)
