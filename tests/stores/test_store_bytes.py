"""What a store's records take up, active and archived."""

from datetime import UTC, datetime

from memlab.stores import Record, size_bytes
from memlab.stores.sqlite import SqliteStore

AT = datetime(2024, 1, 1, tzinfo=UTC)
BARE = len(AT.isoformat()) + len("[]") + len("{}")  # time, sources, meta


def record(id: str, text: str = "", **more) -> Record:
    return Record(id=id, text=text, sources=(), at=AT, **more)


def test_bytes_are_those_of_the_texts_ids_metadata_and_vectors():
    store = SqliteStore()
    assert store.size_bytes() == (0, 0)
    store.put(record("a", "café"))
    assert store.size_bytes() == (1 + 5 + BARE, 0)
    store.put(record("b", vector=b"12345678"))
    assert store.size_bytes() == (1 + 5 + 1 + 8 + 2 * BARE, 0)


def test_what_is_replaced_or_dropped_no_longer_counts():
    store = SqliteStore()
    store.put(record("a", "x" * 100))
    store.put(record("a", "x"))
    store.put(record("b"))
    store.delete(["b"])
    assert store.size_bytes() == (2 + BARE, 0)


def test_a_space_counts_itself_and_what_is_below_it_and_an_archive_counts_apart():
    store = SqliteStore()
    layer = store.space("layer x")
    store.put(record("a"))
    layer.put(record("b"))
    layer.space("archive").put(record("cc"))
    store.space("layer xy").put(record("d"))
    store.space("archived").put(record("e"))
    assert store.size_bytes() == (4 * (1 + BARE), 2 + BARE)
    assert layer.size_bytes() == (1 + BARE, 2 + BARE)
    assert layer.space("archive").size_bytes() == (2 + BARE, 0)


def test_users_of_one_file_count_apart(tmp_path):
    one, other = (SqliteStore(tmp_path / "memory.sqlite", user) for user in ("one", "other"))
    one.put(record("a"))
    assert (one.size_bytes(), other.size_bytes()) == ((1 + BARE, 0), (0, 0))
    one.close()
    other.close()


def test_counted_by_the_database_or_by_reading_it_is_the_same():
    store = SqliteStore()
    for place in (store, store.space("layer x"), store.space("layer x").space("archive")):
        place.put(record("é", "café", vector=b"1234", importance=0.25, category="tea", accessed_at=AT, meta={"n": 1}))
    assert size_bytes(store) == store.size_bytes()
