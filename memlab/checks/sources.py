"""Laws of provenance: whatever a memory says, it names the turns that it came from, those and no others."""

from datetime import timedelta

from memlab.checks.compare import about, shown
from memlab.checks.lives import events_of, lives, queries_of, tell, turns_of, with_erasures
from memlab.checks.subject import CheckFailed, Subject
from memlab.events import Erasure, Event, Memory, Query, Turn, TurnId
from memlab.seeds import Draw
from memlab.strategies.base import Strategy
from memlab.text import stems

PAIRS = 12
SPEAKERS = "user assistant"
BORNE_OUT_SHARE = 0.5


def sources_were_observed(subject: Subject) -> None:
    """Every memory names turns that were observed and not erased, at a time that has come, under an id of its own."""
    (life,) = lives("sources")
    strategy = subject.fresh(life)
    said: dict[TurnId, Turn] = {}
    for event in with_erasures(events_of(life), seed=1):
        if not isinstance(event, Query):
            strategy.observe(event)
        match event:
            case Turn():
                said[event.id] = event
            case Erasure(turns=turns):
                said = {id: turn for id, turn in said.items() if turns is not None and id not in turns}
            case Query():
                _hold_sources(strategy.recall(event).memories, said, event, about(event))
                _hold_sources(tuple(strategy.memories()), said, event, "memories()")


def _hold_sources(memories: tuple[Memory, ...], said: dict[TurnId, Turn], query: Query, where: str) -> None:
    seen: set[str] = set()
    for memory in memories:
        what = f"{where}: {shown(memory)}"
        if memory.id in seen:
            raise CheckFailed(f"{what} occurs twice", "make ids functions of kind and sources, and list each once")
        seen.add(memory.id)
        if not memory.sources:
            raise CheckFailed(f"{what} names no source", "name the turns that the text came from; they are its proof")
        for id in (*memory.sources, *memory.replaces):
            if id not in said:
                raise CheckFailed(
                    f"{what} cites {id}, which was never said or has been erased",
                    "cite observed turns only, and follow an `Erasure` in `sources` and in `replaces`",
                )
        if memory.at.tzinfo is None or memory.at > query.at:
            raise CheckFailed(
                f"{what} is of {memory.at}, asked at {query.at}",
                "`at` is when the newest of its sources was said, in UTC",
            )


def what_is_recalled_is_listed(subject: Subject) -> None:
    """`memories()` lists everything that a recall can return, under the same ids, each once."""
    (life,) = lives("listing")
    events = events_of(life)
    strategy = tell(subject.fresh(life), events)
    ids = [memory.id for memory in strategy.memories()]
    change = "list in `memories()` everything that could still be said: it is what an owner sees, exports and forgets"
    if len(ids) != len(set(ids)):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise CheckFailed(f"memories() lists {twice} {ids.count(twice)} times", change)
    for query in queries_of(events):
        for memory in strategy.recall(query).memories:
            if memory.id not in ids:
                raise CheckFailed(f"{about(query)} recalls {shown(memory)}, which memories() does not list", change)


def erasing_a_source_changes_the_memory(subject: Subject) -> None:
    """Erasing any turn that a memory cites drops the memory or changes it, so it cites no turn that it does not need.

    A memory may keep its text where another of its sources says the same; the erased turn must then have shared a
    content word with it.
    """
    (life,) = lives("cited")
    events = events_of(life)
    said, strategy = turns_of(events), tell(subject.fresh(life), events)
    for query, memory, source in _cited(strategy, queries_of(events)):
        other = tell(subject.fresh(life), events)
        known = {held.id for held in other.memories()} - {memory.id}
        last = events[-1]
        other.observe(Erasure(at=last.at + timedelta(seconds=1), session=last.session, turns=frozenset({source})))
        for after in (*other.recall(query).memories, *other.memories()):
            what = f"{about(query)}: {shown(memory)}; after turn {source} was erased"
            if source in (*after.sources, *after.replaces):
                raise CheckFailed(
                    f"{what}, {shown(after)} still cites it", "drop or rebuild, at an `Erasure`, whatever cites it"
                )
            kept = after.text == memory.text and set(after.sources) & set(memory.sources)
            needless = source in said and not _words(said[source].text) & _words(memory.text)
            if kept and after.id not in known and needless:
                raise CheckFailed(
                    f"{what}, its text is the same, and shares no word with that turn",
                    "cite only turns that the text comes from",
                )


def _cited(strategy: Strategy, queries: list[Query]) -> list[tuple[Query, Memory, TurnId]]:
    """Memories, each with a turn that it cites; those of several turns count for several."""
    found = {memory.id: (query, memory) for query in queries for memory in strategy.recall(query).memories[:5]}
    pairs = [(q, memory, source) for q, memory in found.values() for source in (*memory.sources, *memory.replaces)]
    return Draw(0, "cited").shuffled(pairs)[:PAIRS]


def texts_come_from_their_sources(subject: Subject) -> None:
    """At least half of what is recalled shares a content word with a turn that it cites, and nothing is blank.

    How much of a claim the text bears out is a matter of degree, and measured (`unsupported_share`); a text that has
    nothing of its sources is no claim at all.
    """
    (life,) = lives("texts")
    events = events_of(life)
    said, strategy = turns_of(events), tell(subject.fresh(life), events)
    change = "let the text say what its sources say; sources that the text does not support earn nothing"
    borne_out: dict[str, bool] = {}
    for query in queries_of(events):
        for memory in strategy.recall(query).memories:
            if not memory.text.strip():
                raise CheckFailed(f"{about(query)}: {shown(memory)} has no text", change)
            borne_out[memory.text] = _shares_a_word(memory, said)
    wrong = [text for text, good in borne_out.items() if not good]
    if len(wrong) > (1 - BORNE_OUT_SHARE) * len(borne_out):
        raise CheckFailed(
            f"{len(wrong)} of {len(borne_out)} recalled texts share no word with their sources: {wrong[0][:40]!r}",
            change,
        )


def _shares_a_word(memory: Memory, said: dict[TurnId, Turn]) -> bool:
    texts = [said[id].text for id in memory.sources if id in said]
    return memory.text in texts or any(_words(memory.text) & _words(text) for text in texts)


def _words(text: str) -> set[str]:
    """The content words of a text; who speaks is none."""
    return set(stems(text)) - set(stems(SPEAKERS))


def a_turn_said_again_is_held_once(subject: Subject) -> None:
    """A turn that is observed again, as after a crash before it was acknowledged, is held once and erased at once."""
    (life,) = lives("again")
    events: list[Event] = [event for event in events_of(life) if isinstance(event, Turn)]
    strategy = tell(tell(subject.fresh(life), events[:30]), events[25:30])
    ids = [memory.id for memory in strategy.memories()]
    if len(ids) != len(set(ids)):
        raise CheckFailed(
            f"five turns were observed twice, and memories() lists {len(ids)} memories under {len(set(ids))} ids",
            "replace what is held of a turn when its id comes again",
        )
    turns = frozenset(event.id for event in events if isinstance(event, Turn))
    strategy.observe(Erasure(at=events[30].at, session=events[30].session, turns=turns))
    for memory in strategy.memories():
        raise CheckFailed(
            f"{shown(memory)} is left when every turn was erased", "an erasure drops every copy of what a turn left"
        )
