"""Laws of the single question: what a recall may hold, and that asking leaves no mark."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import Any

from memlab.checks.compare import about, difference, listing_difference, short, shown
from memlab.checks.lives import events_of, lives, queries_of, tell
from memlab.checks.subject import CheckFailed, Subject
from memlab.events import (
    Attachment,
    Consent,
    Erasure,
    Event,
    Forget,
    Memory,
    Outcome,
    Query,
    Recall,
    Recalled,
    SessionEnd,
    Turn,
)
from memlab.strategies.base import Strategy

HUGE = 100_000
ODD = (
    *(
        "",
        " ",
        "\n",
        "??!!",
        "Ünïcödé 東京 мир العربية",
        "tab\tnul\x00bell\x07escape\x1b[0m",
        "😀 e\u0301 \u202eright to left",
    ),
    *("x" * HUGE, "padlock " * (HUGE // 8), "%s {name} \\n '; DROP TABLE records; --", "</s> [MASK] <|endoftext|>"),
)
UNUSUAL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Zoë O'Neil-2: I keep bees on the roof.", {"speaker": "Zoë O'Neil-2"}),
    ("user: The bees arrive on Tuesday.", {"channel": "e-mail / work"}),
    ("user: Look at them!", {"attachments": (Attachment(kind="photo", text='a hive\x00 "full" of 🐝'),)}),
)
CUT_ALLOWED_FROM = 1_000


def asking_changes_nothing(subject: Subject) -> None:
    """A question asked again gives the same, whatever was asked in between, and later recalls are as if none was."""
    (life,) = lives("asking")
    events = events_of(life)
    asked, silent = subject.fresh(life), tell(subject.fresh(life), events)
    change = (
        "let only `observe` change what will be recalled; draw by seed and query id, never from a running generator"
    )
    for event in events:
        if isinstance(event, Query):
            _same(asked.recall(event), asked.recall(event), event, "asked twice in a row differs", change)
        else:
            asked.observe(event)
    first = [(query, asked.recall(query)) for query in queries_of(events)]
    for query, recall in reversed(first):
        _same(recall, asked.recall(query), query, "asked again after other questions differs", change)
        _same(
            silent.recall(query), recall, query, "differs from what is recalled when nothing was asked before", change
        )
    if apart := listing_difference(asked.memories(), silent.memories()):
        raise CheckFailed(f"memories() differs where questions were asked: {apart}", change)


def nothing_is_recalled_before_the_first_turn(subject: Subject) -> None:
    """Before the first turn a recall and the listing are empty, whatever else was observed."""
    (life,) = lives("beginning")
    events = events_of(life)
    strategy, start = subject.fresh(life), events[0]
    change = "start from nothing but the store that the constructor is given"
    for before in (None, Consent(at=start.at, session=0, category="health", granted=True), _end(start)):
        if before is not None:
            strategy.observe(before)
        for query in queries_of(events):
            for memory in strategy.recall(query).memories:
                raise CheckFailed(f"{about(query)} recalls {shown(memory)} before any turn was said", change)
        for memory in strategy.memories():
            raise CheckFailed(f"{shown(memory)} is listed before any turn was said", change)


def the_limit_is_kept(subject: Subject) -> None:
    """A recall holds at most `query.limit` memories, the first of those that it holds without a limit."""
    (life,) = lives("limit")
    events = events_of(life)
    strategy = tell(subject.fresh(life), events)
    for query in queries_of(events):
        whole = [memory.id for memory in strategy.recall(_limited(query, None)).memories]
        for limit in (1, 3, len(whole) + 1):
            ids = [memory.id for memory in strategy.recall(_limited(query, limit)).memories]
            if len(ids) > limit:
                raise CheckFailed(
                    f"{about(query)} with limit {limit} recalls {len(ids)} memories",
                    "cut the memories at `query.limit`; None is no bound",
                )
            if ids != whole[:limit]:
                raise CheckFailed(
                    f"{about(query)} recalls {ids[:3]} with limit {limit} and {whole[:3]} … ({len(whole)}) without",
                    "find the same whatever the limit and cut last; without a limit cut nothing",
                )


def scores_fall(subject: Subject) -> None:
    """The scores of a recall are finite, 0 or more, and never rise; its confidence is finite, or None."""
    (life,) = lives("scores")
    events = events_of(life)
    strategy = tell(subject.fresh(life), events)
    for query in queries_of(events):
        recall, before = strategy.recall(query), float("inf")
        if recall.confidence is not None and not isfinite(recall.confidence):
            raise CheckFailed(
                f"{about(query)}: the confidence is {recall.confidence}",
                "give a finite confidence, None where nothing can be said: guard divisions by 0 and logarithms",
            )
        for memory in recall.memories:
            if not (isfinite(memory.score) and memory.score >= 0):
                raise CheckFailed(
                    f"{about(query)}: {shown(memory)} has score {memory.score}",
                    "give finite scores of 0 or more: shift by the lowest, and guard divisions by 0",
                )
            if memory.score > before:
                raise CheckFailed(
                    f"{about(query)}: the score rises from {before} to {memory.score} at {shown(memory)}",
                    "return memories best first, and give each the score that it was ranked by",
                )
            before = memory.score


def odd_texts_survive(subject: Subject) -> None:
    """Empty, 100 kB, non-Latin and control-character texts are taken in and asked for, and come back intact.

    So are turns of a named speaker, of another channel and with an attachment.
    """
    (life,) = lives("odd")
    events = events_of(life)
    said = [event for event in events if isinstance(event, Turn)][:20]
    odd = [_odd(place, text, said[-1]) for place, text in enumerate(ODD)]
    unusual = [replace(_odd(n, text, said[-1]), **change) for n, (text, change) in enumerate(UNUSUAL, start=len(ODD))]
    script: list[Event] = [*said, *odd, *unusual, _end(said[-1])]
    strategy = tell(subject.fresh(life), script)
    texts = {event.id: event.text for event in script if isinstance(event, Turn)}
    found: list[Memory] = list(strategy.memories())
    for place, text in enumerate((*ODD, *(text for text, _ in UNUSUAL))):
        for limit in (3, None):
            query = Query(at=script[-1].at, session=99, id=f"odd-{place}", text=text, limit=limit)
            found += strategy.recall(query).memories
    for memory in found:
        for text in [texts[id] for id in memory.sources if id in texts and len(memory.sources) == 1]:
            if _mangled(memory.text, text):
                raise CheckFailed(
                    f"{shown(memory)} came back from a turn that said {short(text)}",
                    "keep texts as they are, NUL and control characters included; normalise copies for matching only",
                )


def events_it_does_not_need_pass(subject: Subject) -> None:
    """Every kind of event is taken in, and an erasure or a forgetting of what it never had changes nothing."""
    (life,) = lives("events")
    events = events_of(life)
    last = events[-1]
    when: dict[str, Any] = {"at": last.at, "session": last.session}
    turn = next(event.id for event in events if isinstance(event, Turn))
    strategy = tell(subject.fresh(life), events)
    needless: list[Event] = [
        Consent(**when, category="health", granted=True),
        Consent(**when, category="a category that it has never heard of", granted=False),
        Outcome(**when, turn=turn, task="cook", approach="slowly", success=True),
        Recalled(**when, query="unheard-of", memories=("unheard-of",)),
        Recalled(**when, query="nothing-found", memories=()),
        SessionEnd(**when),
        SessionEnd(**when),
    ]
    tell(strategy, needless)
    before = _everything(strategy, events)
    tell(strategy, [Erasure(**when, turns=frozenset()), Erasure(**when, turns=frozenset({"unheard-of"}))])
    tell(strategy, [Forget(**when, memories=frozenset()), Forget(**when, memories=frozenset({"unheard-of"}))])
    for query, recall in before:
        change = "ignore ids that are not held, and take `turns=None` alone for everything: an empty set names nothing"
        _same(recall, strategy.recall(query), query, "differs after nothing was erased or forgotten", change)


def _everything(strategy: Strategy, events: list[Event]) -> list[tuple[Query, Recall]]:
    return [(query, strategy.recall(query)) for query in queries_of(events)]


def _same(this: Recall, that: Recall, query: Query, what: str, change: str) -> None:
    if apart := difference(this, that):
        raise CheckFailed(f"{about(query)} {what}: {apart}", change)


def _limited(query: Query, limit: int | None) -> Query:
    return Query(at=query.at, session=query.session, id=query.id, text=query.text, limit=limit)


def _end(event: Event) -> SessionEnd:
    return SessionEnd(at=event.at, session=event.session)


def _odd(place: int, text: str, after: Turn) -> Turn:
    at = after.at + timedelta(seconds=place)
    return Turn(at=at, session=after.session, id=f"odd-{place}", speaker="user", text=text)


def _mangled(text: str, said: str) -> bool:
    """Whether a text is a damaged copy of what was said: other control characters, other forms, or cut though short.

    Whole sentences and clauses may be taken out of a text, and white space at its ends.
    """
    if text.strip() == said.strip() or text in said.split() or not text.strip():
        return False
    cut = said.startswith(text) and not text.endswith((".", "!", "?", ";")) and said[len(text)] != "\n"
    return "\ufffd" in text or _bare(text) == _bare(said) or (len(said) < CUT_ALLOWED_FROM and cut)


def _bare(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())
