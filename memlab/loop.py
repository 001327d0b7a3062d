"""The one place where a strategy meets the world."""

from collections.abc import Callable
from dataclasses import replace

from memlab.events import Query, Recalled, Reply, SessionEnd
from memlab.life import Life
from memlab.readers import Reader
from memlab.strategies.base import Strategy
from memlab.text import count_tokens, how_many_fit
from memlab.traces import Tracer


def live(
    life: Life,
    strategy: Strategy,
    tracer: Tracer,
    *,
    limit: int | None,
    budget_tokens: int | None,
    reader: Reader | None,
    clock: Callable[[], float],
) -> None:
    """Runs one user through one strategy: ask what is asked, observe the rest, trace all of it.

    Args:
        limit: Memories a recall may hold; more are cut off.
        budget_tokens: Word pieces the reader is given; None for no bound.
        clock: Seconds, without the encoder's.
    """
    stream, reply = life.stream(), None
    while (event := _next(stream, reply)) is not None:
        reply = None
        started = clock()
        if not isinstance(event, Query):
            strategy.observe(event)
            tracer.observed(event, clock() - started)
            if isinstance(event, SessionEnd):
                tracer.held(event, strategy.memories())
            continue
        query = replace(event, limit=limit, budget_tokens=budget_tokens)
        recall = strategy.recall(query)
        seconds = clock() - started
        memories = recall.memories[:limit]
        tokens = [count_tokens(memory.text) for memory in memories]
        read = memories[: how_many_fit(tokens, budget_tokens)]
        reply = reader.answer(query, read, life.gold[query.id].choices) if reader else None
        tracer.asked(query, life.gold[query.id], replace(recall, memories=memories), tokens, reply, seconds)
        if not query.probe:
            ids, started = tuple(memory.id for memory in read), clock()
            recalled = Recalled(at=query.at, session=query.session, query=query.id, memories=ids)
            strategy.observe(recalled)
            tracer.observed(recalled, clock() - started)


def _next(stream, reply: Reply | None):
    try:
        return stream.send(reply)
    except StopIteration:
        return None
