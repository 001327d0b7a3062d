"""Simulated users as a source: months of sessions and questions whose answers are known exactly."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

from memlab.events import Event, Reply, Turn, TurnId, UserId
from memlab.life import Gold, Life, Stream, Superseded
from memlab.seeds import derive
from memlab.sources import SourceError
from memlab.sources.reading import checked_form
from memlab.sources.simulated.asking import KINDS, Asker, Plan
from memlab.sources.simulated.bank import Part, fragments, load_bank, small_words
from memlab.sources.simulated.dialogue import Manner, Marked, Talk, told
from memlab.sources.simulated.following import asked, consented, follows
from memlab.sources.simulated.remarks import Key
from memlab.sources.simulated.scene import NAMING, Scene
from memlab.sources.simulated.superseding import outdated
from memlab.sources.simulated.wording import Voice
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
        frames: How readily a user's sentence stands in a frame of their register, likewise.
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
        frames: float = 1.0,
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
        for name, factor in (factors | {"elaboration": elaboration, "frames": frames}).items():
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
        self._typos, self._overlap, self._frames = typo_permille, overlap, frames
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
            yield from self._events(gold, superseded, self.begin(user, seed))

        return Life(user=user, start=start, gold=gold, superseded=superseded)

    def stated(self, user: UserId, *, seed: int) -> Iterator[tuple[TurnId, Key, str]]:
        """What turns state: turn, key, as `("announced", "exam")`, and the category of the attribute, else `none`."""
        begun = self.begin(user, seed)
        for _ in self._events({}, [], begun):
            pass
        known = {fact.attribute.name: fact.attribute.sensitivity for fact in begun.world.facts}
        for key, said in begun.talk.stated.items():
            category = known.get(key[1], "none") if key[0] in (*NAMING, "forget") else "none"
            yield from ((statement.turn, key, category) for statement in said)

    def begin(self, user: UserId, seed: int) -> "Begun":
        """A user as drawn, of whom nothing has been told yet."""
        root = derive(seed, "simulated", user)
        world, talk = build_world(self._bank, self._shape, root), Talk()
        voice = Voice(world.register, self._bank.registers[world.register], self._typos, small_words(), self._frames)
        return Begun(user, root, world, talk, voice, told(talk, self._bank, world, voice, self._manner, root))

    def scene(self, begun: "Begun", session: int, until: int) -> Scene:
        """What a judge knows of a life when so many turns have been said."""
        return Scene(self._bank, begun.world, begun.talk, begun.voice, session, until, self._overlap)

    @property
    def form(self) -> str:
        """The text form of a turn."""
        return self._manner.form

    def _events(
        self, gold: dict[str, Gold], superseded: list[Superseded], begun: "Begun"
    ) -> Generator[Event, Reply | None, None]:
        user, root, world, talk = begun.user, begun.root, begun.world, begun.talk
        asker = Asker(self._plan, self._shape.sessions, root)
        yield from consented(world)
        for session, said in enumerate(begun.sessions):
            at = world.starts[session]
            for event in said:
                match event:
                    case Turn():
                        at = event.at
                        yield event
                    case Marked():
                        scene = self.scene(begun, session, event.until)
                        yield from follows(user, asker, scene, event, at, gold, root)
            yield from asked(user, asker, self.scene(begun, session, talk.said), self.form, at, gold, root)
        superseded[:] = outdated(world, talk)


@dataclass(frozen=True, slots=True)
class Begun:
    """A user as drawn, and the talk in which their life is being told.

    Attributes:
        talk: What has been told so far; sessions in its `missed` are passed over.
        sessions: Tells the life, one session at a time.
    """

    user: UserId
    root: int
    world: World
    talk: Talk
    voice: Voice
    sessions: Iterator[list[Turn | Marked]]


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
