"""What the store took it gives back, also after a crash, and what it dropped is gone."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore

LAW = settings(max_examples=60, deadline=None, derandomize=True)
NOON = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
TIMES = st.datetimes(timezones=st.just(UTC))
IDS = st.text(min_size=1, max_size=8)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False))
RECORDS = st.builds(
    Record,
    id=IDS,
    text=st.text(),
    sources=st.lists(IDS, max_size=4).map(tuple),
    at=TIMES,
    valid_from=st.none() | TIMES,
    valid_to=st.none() | TIMES,
    category=st.none() | st.text(max_size=5),
    importance=st.none() | st.floats(allow_nan=False),
    accessed_at=st.none() | TIMES,
    vector=st.none() | st.binary(),
    meta=st.dictionaries(st.text(max_size=5), st.one_of(st.text(), NUMBERS), max_size=3),
)


def record(id: str, text: str = "I moved to Denver.", sources: tuple[str, ...] = ("t1",)) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON)


@pytest.fixture
def store():
    held = SqliteStore()
    yield held
    held.close()


@LAW
@given(RECORDS)
@example(record("a", text="nul \x00, bell \x07, 漢字, 🙂, \u202e\ufeff\uffff"))
@example(record("a", text="long " * 20_000))
def test_what_was_put_is_what_is_got(kept):
    store = SqliteStore()
    store.put(kept)
    assert store.get(kept.id) == kept


@LAW
@given(RECORDS, RECORDS)
def test_a_second_put_of_an_id_replaces_every_field(first, second):
    store = SqliteStore()
    store.put(first)
    store.put(replace(second, id=first.id))
    assert list(store.scan()) == [replace(second, id=first.id)]


@LAW
@given(st.lists(RECORDS, max_size=5, unique_by=lambda record: record.id))
def test_a_scan_gives_every_record_in_order_of_first_put(records):
    store = SqliteStore()
    for kept in records:
        store.put(kept)
    assert list(store.scan()) == records


@LAW
@given(st.lists(RECORDS, max_size=5, unique_by=lambda record: record.id), st.sets(IDS, max_size=2), st.data())
@example([record("a", sources=("t\x00one",))], {"t\x00one"}, None)
def test_citing_gives_every_record_that_names_a_turn_in_order_of_first_put(records, others, data):
    store = SqliteStore()
    for kept in records:
        store.put(kept)
    named = sorted({turn for kept in records for turn in kept.sources})
    turns = others | (data.draw(st.sets(st.sampled_from(named))) if data and named else set())
    assert store.citing(turns) == [kept.id for kept in records if turns & set(kept.sources)]


def test_a_time_of_another_zone_is_the_same_instant_when_it_comes_back(store):
    store.put(replace(record("a"), at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))))
    assert store.get("a").at == NOON


def test_a_record_that_comes_back_cannot_be_changed(store):
    store.put(replace(record("a"), meta={"n": 1}))
    with pytest.raises(TypeError):
        store.get("a").meta["n"] = 2


def test_an_id_that_is_not_there_gives_none(store):
    assert store.get("a") is None


def test_replacing_keeps_the_place_in_the_order(store):
    for id in ("b", "a", "c"):
        store.put(record(id))
    store.put(record("b", text="new"))
    assert [kept.id for kept in store.scan()] == ["b", "a", "c"]


def test_a_record_put_again_after_deletion_goes_to_the_end(store):
    for id in ("b", "a"):
        store.put(record(id))
    store.delete(["b"])
    store.put(record("b"))
    assert [kept.id for kept in store.scan()] == ["a", "b"]


def test_deleted_records_are_gone_and_the_others_stay(store):
    for id in "abcd":
        store.put(record(id))
    store.delete(["b", "d"])
    assert [kept.id for kept in store.scan()] == ["a", "c"]


def test_a_deleted_record_is_not_got(store):
    store.put(record("a"))
    store.delete(["a"])
    assert store.get("a") is None


def test_deleting_an_unknown_id_changes_nothing(store):
    store.put(record("a"))
    store.delete(["unknown"])
    assert [kept.id for kept in store.scan()] == ["a"]


def test_a_deletion_that_fails_deletes_nothing(store):
    def ids():
        yield "a"
        raise RuntimeError("stopped")

    store.put(record("a"))
    with pytest.raises(RuntimeError):
        store.delete(ids())
    assert store.get("a") == record("a")


def test_a_put_that_fails_leaves_the_store_usable(store):
    with pytest.raises(TypeError):
        store.put(replace(record("a"), meta={"n": object()}))
    store.put(record("b"))
    assert [kept.id for kept in store.scan()] == ["b"]


def test_a_deleted_record_is_not_cited(store):
    store.put(record("a", sources=("t1", "t2")))
    store.delete(["a"])
    assert store.citing(["t1", "t2"]) == []


def test_a_replaced_record_is_cited_by_its_new_sources_alone(store):
    store.put(record("a", sources=("t1", "t2")))
    store.put(record("a", sources=("t2", "t3")))
    assert [store.citing([turn]) for turn in ("t1", "t2", "t3")] == [[], ["a"], ["a"]]


def test_a_source_named_twice_comes_back_twice_and_cites_once(store):
    store.put(record("a", sources=("t1", "t1")))
    assert (store.get("a").sources, store.citing(["t1"])) == (("t1", "t1"), ["a"])


def test_a_reopened_file_holds_what_was_put(tmp_path):
    records = [record(id, sources=("t1", id)) for id in "bac"]
    store = SqliteStore(tmp_path / "memory.sqlite")
    for kept in records:
        store.put(kept)
    store.close()
    reopened = SqliteStore(tmp_path / "memory.sqlite")
    held = list(reopened.scan()), reopened.citing(["t1"])
    reopened.close()
    assert held == (records, ["b", "a", "c"])


def test_two_stores_in_memory_share_nothing(store):
    store.put(record("a"))
    assert list(SqliteStore().scan()) == []


WRITER = """
import sys
from datetime import UTC, datetime
from itertools import count
from memlab.stores import Record
from memlab.stores.sqlite import SqliteStore

store = SqliteStore(sys.argv[1])
for n in count():
    store.put(Record(id=f"m{n}", text="x" * n, sources=(f"t{n}",), at=datetime.now(UTC)))
    print(f"m{n}", flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "memory.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        printed = [writer.stdout.readline() for _ in range(60)]
        writer.kill()
        printed += writer.stdout.readlines()
    acknowledged = [line.strip() for line in printed if line.endswith("\n")]
    store = SqliteStore(path)
    held = [kept.id for kept in store.scan()]
    cited = store.citing(f"t{id[1:]}" for id in acknowledged)
    store.close()
    assert len(acknowledged) >= 60
    assert held[: len(acknowledged)] == cited == acknowledged


def bytes_of(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("repeated", [1, 5000])
@pytest.mark.parametrize("drop", [lambda store: store.delete(["secret"]), lambda store: store.put(record("secret"))])
def test_deleted_and_replaced_text_is_gone_from_the_file_after_close(tmp_path, drop, repeated):
    store = SqliteStore(tmp_path / "memory.sqlite")
    for n in range(50):
        store.put(record(f"m{n}"))
    store.put(record("secret", text="zebra " * repeated, sources=("quokka",)))
    for n in range(50, 100):
        store.put(record(f"m{n}"))
    drop(store)
    store.close()
    left = bytes_of(tmp_path)
    assert [word for word in (b"zebra", b"quokka") if word in left] == []


def test_text_that_was_not_deleted_is_in_the_file_after_close(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    store.put(record("a", text="zebra"))
    store.close()
    assert b"zebra" in bytes_of(tmp_path)
