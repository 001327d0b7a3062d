"""A rehearsal finds most of what will be said, without asking a strategy."""

from memlab import build, make, worker
from memlab.config import plan
from memlab.encoders.cached import Recording
from memlab.events import Query, Turn
from memlab.satisfaction.reacting.rehearsing import Rehearsed

MISSED_AT_MOST = 0.1


def test_most_texts_of_a_life_are_met_in_its_rehearsal(tmp_path):
    (config,) = plan(["source=reacting", "strategy=bm25", "reader=replier", "source.users=8", "tracking=none"])
    source, reader = worker.source_of(config), build.reader(config)
    assert isinstance(source, Rehearsed)
    said, met = [], set()
    for user in source.users():
        met |= {e.text for e in source.rehearsal(user, seed=0, reader=reader).stream() if isinstance(e, Turn | Query)}
        tracer = worker._live(worker.Task(0, config, tmp_path, user), None)
        rows = [*tracer._rows["lived"], *tracer._rows["traces"]]
        said += [row["text"] for row in rows if row.get("text")]
    missed = [text for text in said if text not in met]
    assert len(said) > 800
    assert len(missed) <= MISSED_AT_MOST * len(said)


def test_a_rehearsal_is_a_life_that_does_not_react():
    source, reader = make("source/reacting", users=1), make("reader/replier")
    life = source.rehearsal("user-000", seed=0, reader=reader)
    assert list(life.stream()) == list(life.stream())
    assert not life.feedback


def test_a_worker_rehearses_that_life():
    (config,) = plan(["source=reacting", "strategy=rag", "encoder=hashing", "reader=replier", "source.users=1"])
    node, texts, _ = worker.rehearse(worker.Task(0, config, None, "user-000"))
    assert "hashing" in node
    life = worker.source_of(config).rehearsal("user-000", seed=0, reader=build.reader(config))
    assert {event.text for event in life.stream() if isinstance(event, Turn)} <= set(texts)
    assert isinstance(Recording(build.encoder(config)).recorded, dict)
