"""Data sets opened by name, and lived through once: what is described and checked of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from memlab import build
from memlab.config import load_option, nearest
from memlab.events import Erasure, Event, Query, QueryId, Turn, TurnId, UserId
from memlab.life import Gold, LifeError, Superseded
from memlab.sources import Rated, Source, SourceError
from memlab.sources.cards import Card, load_card, names


@dataclass(frozen=True)
class Asked:
    """A question in its place.

    Attributes:
        nth: Among the questions of its life, from 0.
        candidates: How many turns were said and not erased before it.
    """

    user: UserId
    query: Query
    gold: Gold
    nth: int
    candidates: int


@dataclass(frozen=True)
class LivedThrough:
    """One life as far as it kept its laws; `error` says where it broke one."""

    user: UserId
    events: Sequence[Event]
    gold: Mapping[QueryId, Gold]
    superseded: Sequence[Superseded]
    error: LifeError | None

    @cached_property
    def turns(self) -> dict[TurnId, Turn]:
        """The turns, by id, in order."""
        return {event.id: event for event in self.events if isinstance(event, Turn)}

    @cached_property
    def asked(self) -> list[Asked]:
        """The questions, in order."""
        found: list[Asked] = []
        left: set[TurnId] = set()
        for event in self.events:
            match event:
                case Turn():
                    left.add(event.id)
                case Erasure():
                    left = left - event.turns if event.turns is not None else set()
                case Query():
                    found.append(Asked(self.user, event, self.gold[event.id], len(found), len(left)))
        return found

    @cached_property
    def evidence(self) -> frozenset[TurnId]:
        """The turns that are evidence of some question."""
        return frozenset().union(*(asked.gold.evidence_turns for asked in self.asked))


@dataclass(frozen=True)
class Survey:
    """A source with its card, every life lived once.

    Attributes:
        rates: How often questions of each kind are meant to be asked (`memlab.sources.Rated`); None where the source
            does not say.
    """

    card: Card
    facts: Mapping[str, int | str]
    lives: Sequence[LivedThrough]
    rates: Mapping[str, float] | None = None

    @property
    def name(self) -> str:
        """The data set's."""
        return self.card.name

    @cached_property
    def asked(self) -> list[Asked]:
        """The questions of all lives."""
        return [asked for life in self.lives for asked in life.asked]

    @cached_property
    def counted(self) -> dict[str, int]:
        """What was counted while reading, summed over files."""
        sums: dict[str, int] = {}
        for name, count in self.facts.items():
            if not isinstance(count, str):
                what = name.rpartition(": ")[2]
                sums[what] = sums.get(what, 0) + count
        return sums

    @cached_property
    def files(self) -> dict[str, bool]:
        """The files that were read, and whether the card knows each."""
        return {name[:-8]: fact != "unpinned" for name, fact in self.facts.items() if name.endswith(": pinned")}


def survey(card: Card, source: Source) -> Survey:
    """Lives every life of a source once, with seed 0; one that breaks a law is kept up to there."""
    lives = []
    for user in source.users():
        life = source.life(user, seed=0)
        events: list[Event] = []
        error = None
        try:
            events.extend(life.stream())
        except LifeError as broken:
            error = broken
        lives.append(LivedThrough(user, events, dict(life.gold), life.superseded, error))
    return Survey(card, source.facts, lives, dict(source.rates) if isinstance(source, Rated) else None)


def chosen(wanted: Sequence[str], path: Path | None = None) -> list[str]:
    """The names of data sets that a command line asks for; all that have a card where it names none.

    Raises:
        SourceError: A name has no card, or a path is given and not exactly one name.
    """
    known = names()
    for name in wanted:
        if name not in known:
            raise SourceError(f"there is no data set {name!r}; {nearest(name, known)}")
    if path is not None and len(wanted) != 1:
        raise SourceError("--path FILE is the file of one data set; name that one")
    return list(wanted) or known


def surveys(wanted: Sequence[str], path: Path | None = None) -> Iterator[tuple[str, Survey | SourceError]]:
    """Each data set lived through, or what kept it from being read.

    One that is not at hand is told by `MissingData`, unless it was asked for by name.

    Args:
        wanted: Names; none for every data set that has a card.
        path: A file or folder, read instead of the data folder's; needs exactly one name.

    Raises:
        SourceError: A name has no card, or what was asked for by name cannot be read.
    """
    for name in chosen(wanted, path):
        node = load_option("source", name) | ({} if path is None else {"path": str(path)})
        try:
            yield name, survey(load_card(name), build.source({"source": node}))
        except SourceError as error:
            if wanted:
                raise
            yield name, error
