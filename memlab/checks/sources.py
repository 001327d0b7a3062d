"""Laws of provenance: whatever a memory says, it names the turns that it came from, those and no others."""

from dataclasses import replace
from datetime import timedelta

from memlab.checks.compare import about, against, difference, listing_difference, shown
from memlab.checks.lives import events_of, lives, queries_of, tell, turns_of, with_erasures
from memlab.checks.subject import CheckFailed, Subject
from memlab.events import Erasure, Event, Memory, Query, Turn, TurnId
from memlab.seeds import Draw
from memlab.strategies.base import Strategy
from memlab.text import stems

TRIED = 12
SPEAKERS = "user assistant"
BORNE_OUT_SHARE = 0.5
AGAIN = "replace what is held of a turn when its id comes again, in counts, edges and windows too"


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
    """`memories()` lists everything that a recall can return, each once, the same in all but the score."""
    (life,) = lives("listing")
    events = events_of(life)
    strategy = tell(subject.fresh(life), events)
    ids = [memory.id for memory in strategy.memories()]
    change = "list in `memories()` everything that could still be said: it is what an owner sees, exports and forgets"
    if len(ids) != len(set(ids)):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise CheckFailed(f"memories() lists {twice} {ids.count(twice)} times", change)
    listed = {memory.id: replace(memory, score=0.0) for memory in strategy.memories()}
    for query in queries_of(events):
        for memory in strategy.recall(query).memories:
            if memory.id not in listed:
                raise CheckFailed(f"{about(query)} recalls {shown(memory)}, which memories() does not list", change)
            if replace(memory, score=0.0) != listed[memory.id]:
                raise CheckFailed(
                    f"{about(query)}: recalled against listed is {against(memory, listed[memory.id])}",
                    "list a memory as it is recalled: text, sources, `at`, `valid_to` and the rest, all but the score",
                )


def erasing_a_source_changes_the_memory(subject: Subject) -> None:
    """Erasing a turn that a memory cites drops the memory or changes it, so it cites no turn that it does not need.

    Cited is what recalled memories have in `sources` or `replaces`. Tried are turns that memories with several of them
    cite, drawn by how many do if there are over 12, and then, up to 12 in all, turns of memories with one. For each a
    new instance lives the same life and observes an `Erasure` of that turn. Of what it then recalls to the questions
    that had recalled the turn's memories, or lists, nothing may cite the turn, and no memory may keep the text with
    some of the sources, under the old id or a new one, unless that turn shared a content word with it: another source
    may say the same.
    """
    (life,) = lives("cited")
    events = events_of(life)
    said, strategy = turns_of(events), tell(subject.fresh(life), events)
    for source, cited in _cited(strategy, queries_of(events)).items():
        other = tell(subject.fresh(life), events)
        known = {held.id for held in other.memories()}
        last = events[-1]
        other.observe(Erasure(at=last.at + timedelta(seconds=1), session=last.session, turns=frozenset({source})))
        listed = tuple(other.memories())
        words = _words(said[source].text) if source in said else None
        for query, memory in cited:
            needless = words is not None and not words & _words(memory.text)
            for after in (*other.recall(query).memories, *listed):
                what = f"{about(query)}: {shown(memory)}; after turn {source} was erased"
                if source in (*after.sources, *after.replaces):
                    raise CheckFailed(
                        f"{what}, {shown(after)} still cites it", "drop or rebuild, at an `Erasure`, whatever cites it"
                    )
                kept = after.text == memory.text and set(after.sources) & set(memory.sources)
                if kept and after.id not in known - {memory.id} and needless:
                    raise CheckFailed(
                        f"{what}, its text is the same, and shares no word with that turn",
                        "cite only turns that the text comes from",
                    )


def _cited(strategy: Strategy, queries: list[Query]) -> dict[TurnId, list[tuple[Query, Memory]]]:
    """Turns with the recalled memories that cite them: first of memories that cite several, and all of those."""
    found = {memory.id: (query, memory) for query in queries for memory in strategy.recall(query).memories}
    several, single = dict[TurnId, list[tuple[Query, Memory]]](), dict[TurnId, list[tuple[Query, Memory]]]()
    for query, memory in found.values():
        turns = tuple(dict.fromkeys((*memory.sources, *memory.replaces)))
        for turn in turns:
            (several if len(turns) > 1 else single).setdefault(turn, []).append((query, memory))
    often = [turn for turn, cited in several.items() for _ in cited]
    drawn = (*Draw(0, "cited").shuffled(often), *Draw(1, "cited").shuffled(list(single)))
    turns = tuple(dict.fromkeys(drawn))[:TRIED]
    return {turn: [*several.get(turn, ()), *single.get(turn, ())] for turn in turns}


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
    """A turn that is observed again, as after a crash before it was acknowledged, counts once and is erased at once.

    The newest five of thirty turns are observed twice; recalls and listing must be those of a twin told them once.
    """
    (life,) = lives("again")
    events: list[Event] = [event for event in events_of(life) if isinstance(event, Turn)]
    strategy, twin = tell(subject.fresh(life), [*events[:30], *events[25:30]]), tell(subject.fresh(life), events[:30])
    ids = [memory.id for memory in strategy.memories()]
    if len(ids) != len(set(ids)):
        raise CheckFailed(
            f"five turns were observed twice, and memories() lists {len(ids)} memories under {len(set(ids))} ids",
            AGAIN,
        )
    for query in queries_of(events_of(life)):
        if apart := difference(strategy.recall(query), twin.recall(query)):
            raise CheckFailed(f"{about(query)} differs from a twin that was told five turns once: {apart}", AGAIN)
    if apart := listing_difference(strategy.memories(), twin.memories()):
        raise CheckFailed(f"memories() differs from a twin's that was told five turns once: {apart}", AGAIN)
    turns = frozenset(event.id for event in events if isinstance(event, Turn))
    strategy.observe(Erasure(at=events[30].at, session=events[30].session, turns=turns))
    for memory in strategy.memories():
        raise CheckFailed(
            f"{shown(memory)} is left when every turn was erased", "an erasure drops every copy of what a turn left"
        )
