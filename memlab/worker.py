"""What a worker process does: live a user, score a user; and the pool that makes it do so."""

import json
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

from threadpoolctl import threadpool_limits

from memlab import build
from memlab.config import Config
from memlab.encoders import Encoder
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import UserId
from memlab.life import limited
from memlab.loop import live
from memlab.metrics.base import Score
from memlab.metrics.frames import read_frames
from memlab.sources import Source
from memlab.traces import Tracer, is_finished, read_rows


@dataclass(frozen=True)
class Task:
    """One user of one run."""

    run: int
    config: Config
    folder: Path
    user: UserId


@dataclass(frozen=True)
class Done:
    """What came of a task: scores and measured seconds, or an error."""

    run: int
    user: UserId
    scores: list[Score] = field(default_factory=list)
    timings: list[dict[str, Any]] = field(default_factory=list)
    queries: int = 0
    sessions: int = 0
    missed: int = 0
    error: str | None = None


@contextmanager
def pool(workers: int) -> Iterator[Callable[[Callable[[Task], Any], Sequence[Task]], Iterable[Any]]]:
    """Yields a `map` over tasks that gives results as they come, in this process for one worker.

    A task whose process dies gives `Done` with an error; those that it took along are done again, one at a time.
    Where the block is left by an exception, what has not begun is dropped.
    """
    if workers == 1:
        yield map
        return
    executors: list[ProcessPoolExecutor] = []
    try:
        yield lambda function, tasks: _spread(function, tasks, workers, executors)
    except BaseException:
        for executor in executors:  # waiting: an executor that is collected before it has cancelled does all its tasks
            executor.shutdown(wait=True, cancel_futures=True)
        raise


def _spread(
    function: Callable[[Task], Any], tasks: Sequence[Task], workers: int, executors: list[ProcessPoolExecutor]
) -> Iterator[Any]:
    executor = _executor(workers, executors)
    futures: dict[Future, Task] = {}
    with suppress(BrokenProcessPool):
        for task in tasks:
            futures[executor.submit(function, task)] = task
    lost = list(tasks[len(futures) :])
    for future in as_completed(futures):
        try:
            yield future.result()
        except BrokenProcessPool:
            lost.append(futures[future])
    executor.shutdown()
    for task in lost:
        executor = _executor(1, executors)
        try:
            yield executor.submit(function, task).result()
        except BrokenProcessPool:
            yield Done(task.run, task.user, error="its worker process was killed")
        executor.shutdown()


def _executor(workers: int, executors: list[ProcessPoolExecutor]) -> ProcessPoolExecutor:
    executors.append(ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent))
    return executors[-1]


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def live_and_score(task: Task) -> Done:
    """Lives the user unless that is done, then scores the files."""
    try:
        missed = 0
        if not is_finished(task.folder, task.user):
            encoder = _encoder_of(task.config, "strategy") if build.wants("encoder", task.config) else None
            texts, before = (encoder.texts, encoder.missed) if encoder else (0, 0)
            tracer = _live(task, encoder)
            if encoder:
                tracer.encoded((encoder.texts - texts) * (encoder.seconds_per_text() or 0.0))
            missed = encoder.missed - before if encoder else 0
            tracer.write(task.folder)
        frames = read_frames(task.folder, [task.user])
        scores = [score for metric in build.metrics(task.config["config_dir"]) for score in metric.score(frames)]
        timings = [row | {"user": task.user} for row in read_rows(task.folder, "timings", task.user)]
        return Done(task.run, task.user, scores, timings, len(frames.asked), len(frames.held), missed)
    except Exception as error:  # noqa: BLE001 (a strategy may raise anything; the sweep goes on and says so)
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return Done(task.run, task.user, error=message)


def source_of(config: Config) -> Source:
    """The source of a run, read once per process."""
    return _source(json.dumps(config["source"], sort_keys=True))


def _encoder_of(config: Config, whose: str) -> Cached:
    return _encoder(json.dumps(config["encoder"], sort_keys=True), cache_folder(), whose)


@lru_cache(maxsize=2)
def _bare(node: str) -> Encoder:
    return build.encoder({"encoder": json.loads(node)})


@lru_cache(maxsize=4)
def _encoder(node: str, folder: Path, whose: str) -> Cached:
    """One for the strategy and one for the reader: what a reader encodes is no cost of the strategy's."""
    return Cached(_bare(node), folder)


@lru_cache(maxsize=4)
def _source(node: str) -> Source:
    return build.source({"source": json.loads(node)})


def _live(task: Task, encoder: Cached | None) -> Tracer:
    config, limits = task.config, task.config["limits"]
    reader = build.reader(config, _encoder_of(config, "reader") if build.encodes(config) else None)
    whole = source_of(config).life(task.user, seed=config["seed"])
    life = limited(whole, limits["sessions"], limits["queries"])
    store = build.new_store(config)
    strategy = build.strategy(config, life, encoder, store)
    tracer = Tracer(life, store.size_bytes)

    def clock() -> float:
        return time.perf_counter() - (encoder.seconds if encoder else 0.0)

    try:
        with threadpool_limits(1, user_api="blas"):  # workers would wait for one another
            live(life, strategy, tracer, reader=reader, clock=clock, **config["query"])
    finally:
        strategy.close()
    return tracer
