"""Laws of erasure and forgetting: what is erased counts as never said, what is forgotten stays forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memlab.checks.compare import about, difference, listing_difference, shown
from memlab.checks.lives import (
    events_of,
    lived,
    lives,
    queries_of,
    tell,
    turns_of,
    with_erasures,
    with_everything_erased,
    without,
)
from memlab.checks.subject import NO_STORE, CheckFailed, Subject
from memlab.events import Consent, Erasure, Event, Forget, Memory, Query, Recall, SessionEnd, Turn, TurnId
from memlab.life import Life
from memlab.strategies.base import Strategy

SECRETS = ("quixelbramble", "vornathistle", "zephyrklompen")
SAID = (
    "user: The code of my bicycle lock is {}, please keep that to yourself.",
    "assistant: Understood, {} it is, and I will keep it to myself.",
    "user: I changed it, the bicycle lock now opens with {} instead of the old code.",
)
FORGOTTEN = 3
ERASED_AFTER = ((0.2, 0.4, 0.6), (0.5,), (0.3, 1.0))


def erased_turns_count_as_never_said(subject: Subject) -> None:
    """After an erasure recalls and listing are those of a twin that never observed the erased turns.

    The twin is told the same of what was read and forgotten, less the memories that came from erased turns.
    """
    (life,) = lives("erasure")
    events = events_of(life)
    for seed, shares in enumerate(ERASED_AFTER):
        _hold_against_twin(subject, life, with_erasures(events, seed, shares))
    unasked: list[Event] = [event for event in events if not isinstance(event, Consent)]
    _hold_against_twin(subject, life, with_everything_erased(unasked))


def _hold_against_twin(subject: Subject, life: Life, script: Sequence[Event]) -> None:
    last = max(place for place, event in enumerate(script) if isinstance(event, Erasure))
    gone = _erased(script)
    strategy, steps, of = subject.fresh(life), list[tuple[Event, Recall | None]](), dict[str, set[TurnId]]()
    for event, recall in lived(strategy, script):
        steps.append((event, recall))
        for memory in recall.memories if recall else ():
            of[memory.id] = {*memory.sources, *memory.replaces}
    twin = subject.fresh(life)
    later = {id(event) for event in script[last:]}
    everything = any(isinstance(event, Erasure) and event.turns is None for event in script)
    for event, recall in steps[steps.index((script[last], None)) + 1 :] if everything else steps:
        if isinstance(event, Query):
            if id(event) in later and recall is not None:
                _same(recall, twin.recall(event), about(event))
        elif (left := without(event, gone, lambda id: bool(of.get(id, set()) & gone))) is not None:
            twin.observe(left)
    for query in queries_of(script):
        _same(strategy.recall(query), twin.recall(query), f"{about(query)} at the end")
    if apart := listing_difference(strategy.memories(), twin.memories()):
        raise CheckFailed(f"after {len(gone)} turns were erased, memories() differs from the twin's: {apart}", REBUILD)


REBUILD = (
    "rebuild derived state (counts, edges, windows, summaries) from the kept events without the erased turns; "
    "memlab.strategies.base.EventLog does it"
)


def _same(recall: Recall, twins: Recall, where: str) -> None:
    if apart := difference(recall, twins):
        raise CheckFailed(f"{where} after an erasure differs from the twin's: {apart}", REBUILD)


def _erased(script: Sequence[Event]) -> set[TurnId]:
    said: set[TurnId] = set()
    gone: set[TurnId] = set()
    for event in script:
        match event:
            case Turn(id=id):
                said.add(id)
            case Erasure(turns=turns):
                gone |= said if turns is None else turns
    return gone


def erased_text_is_gone(subject: Subject) -> str | None:
    """The text of erased turns is gone, not only their ids: from recalls, from the listing, from every byte on disk."""
    (life,) = lives("secrets")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        for everything in (False, True):
            store = subject.store(path, user=f"everything-{everything}") if subject.lasts else None
            strategy = subject.fresh(life, store)
            events = _with_secrets(events_of(life))
            tell(strategy, events)
            last, turns = events[-1], frozenset(f"secret-{n}" for n in range(len(SAID)))
            when: dict[str, Any] = {"at": last.at + timedelta(minutes=1), "session": last.session}
            strategy.observe(Erasure(**when, turns=None if everything else turns))
            asked = [replace(query, **when) for query in queries_of(events)]
            _hold_silence(strategy, asked)
            _hold_no_byte(subject, path.parent)
            tell(strategy, [SessionEnd(**when)])
            _hold_silence(strategy, asked)
            _hold_no_byte(subject, path.parent)
            strategy.close()
            _hold_no_byte(subject, path.parent)
    return None if subject.lasts else f"what it recalls and lists was searched, no file: {NO_STORE}"


def _with_secrets(events: Sequence[Event]) -> list[Event]:
    """The events with three turns that tell a secret each, two in one session and one in a later, and who asks."""
    ends = [place for place, event in enumerate(events) if isinstance(event, SessionEnd)]
    script = list(events)
    for n, end in reversed(list(enumerate((ends[1], ends[1], ends[4])))):
        at, session = events[end].at, events[end].session
        text, speaker = SAID[n].format(SECRETS[n]), SAID[n].partition(":")[0]
        script.insert(end, Turn(at=at, session=session, id=f"secret-{n}", speaker=speaker, text=text))
        question = f"What is the code of my bicycle lock, {SECRETS[n]}?"
        script.append(Query(at=events[-1].at, session=session, id=f"secret-query-{n}", text=question, limit=100))
    turns = [id for id in turns_of(script) if id.startswith("secret")]
    return script if turns == sorted(turns) else sorted(script, key=lambda event: event.at)


def _hold_silence(strategy: Strategy, queries: Sequence[Query]) -> None:
    recalled = [memory for query in queries for memory in strategy.recall(query).memories]
    for memory in (*recalled, *strategy.memories()):
        if secret := next((secret for secret in SECRETS if secret in repr(memory).lower()), None):
            raise CheckFailed(
                f"{shown(memory)} still says {secret!r}, of an erased turn",
                "rebuild summaries, profiles and facts without the erased turns, copies and echoes included",
            )


def _hold_no_byte(subject: Subject, folder: Path) -> None:
    """Holds every file against the secrets, in any case and coding, and against the vectors of the erased turns."""
    texts = [text.format(secret) for text, secret in zip(SAID, SECRETS, strict=True)]
    vectors = [vector.tobytes() for vector in subject.encoder.encode(texts)]
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        body = file.read_bytes()
        for secret, vector in zip(SECRETS, vectors, strict=True):
            forms = secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode()
            if vector in body or any(form in body.lower() for form in forms):
                what = "the vector" if vector in body else "the text"
                raise CheckFailed(
                    f"{file.name}, {len(body)} bytes, still holds {what} of the erased turn about {secret!r}",
                    "delete the record from the store, which overwrites its bytes, and keep no copy beside it",
                )


def forgotten_memories_do_not_come_back(subject: Subject) -> None:
    """A memory that a `Forget` names is gone for good: after sessions end, after more turns, after reopening."""
    (life,) = lives("forgotten")
    events = events_of(life)
    half = next(i for i, e in enumerate(events) if i > 0.6 * len(events) and isinstance(e, SessionEnd))
    queries = queries_of(events)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite" if subject.lasts else None
        strategy = tell(subject.fresh(life, subject.store(path)), events[: half + 1])
        going = _to_forget(strategy, queries)
        when: dict[str, Any] = {"at": events[half].at, "session": events[half].session}
        strategy.observe(Forget(**when, memories=frozenset(memory.id for memory in going)))
        _hold_forgotten(strategy, queries, going, "at once")
        _hold_forgotten(tell(strategy, [SessionEnd(**when)]), queries, going, "after a session's end")
        _hold_forgotten(tell(strategy, events[half + 1 :]), queries, going, "after more sessions")
        strategy.close()
        if path is not None:
            _hold_forgotten(subject.fresh(life, subject.store(path)), queries, going, "after reopening")


def _to_forget(strategy: Strategy, queries: Sequence[Query]) -> list[Memory]:
    found = {memory.id: memory for query in queries for memory in strategy.recall(query).memories[:2]}
    return [*found.values(), *strategy.memories()][:FORGOTTEN]


def _hold_forgotten(strategy: Strategy, queries: Sequence[Query], going: Sequence[Memory], when: str) -> None:
    ids, told = {memory.id for memory in going}, {(memory.text, memory.sources) for memory in going}
    recalled = [memory for query in queries for memory in strategy.recall(query).memories]
    for memory in (*recalled, *strategy.memories()):
        if memory.id in ids or (memory.text, memory.sources) in told:
            raise CheckFailed(
                f"{shown(memory)} was forgotten and is there again {when}",
                "keep each `Forget` with the events and replay it, and name a memory by kind and sources",
            )
