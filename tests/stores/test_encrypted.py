"""Nothing that was sealed can be read without the key, what was changed is noticed, and a rotation loses nothing."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from memlab.build import make
from memlab.encoders.hashing import Hashing
from memlab.events import Erasure, Query, Turn
from memlab.stores import Record, Store, StoreError
from memlab.stores.encrypted import Encrypted
from memlab.stores.keys import new_key
from memlab.stores.sqlite import SqliteStore
from memlab.testing import Unreliable

pytest.importorskip("cryptography", reason="no cryptography: sealing is not tested")
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
KEY, OTHER = new_key(), new_key()


def record(id: str, text: str = "zebra", sources: tuple[str, ...] = ("t1",), **fields) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON, **fields)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


@pytest.fixture
def opened(path) -> Iterator:
    """Opens the file under a key for a user; all of them are closed at the end."""
    stores: list[Store] = []

    def open(key: str = KEY, user: str = "ana") -> Encrypted:
        stores.append(SqliteStore(path, user))
        return Encrypted(stores[-1], key, user=user)

    yield open
    for store in stores:
        store.close()


def bytes_beside(path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir()).lower()


def live(store: Store, path) -> Iterator[bytes]:
    """A life of a strategy with vectors: the bytes of all files after every event, and after the end."""
    strategy = make("strategy/rag", store=store, encoder=Hashing(), keep=True)
    for n in range(12):
        at = NOON + timedelta(days=n)
        text = f"The wombatcode of drawer {n} is quokkaword{n}, keep it."
        strategy.observe(Turn(at=at, session=n, id=f"numbatturn-{n}", speaker="bilbyspeaker", text=text))
        derived = {"category": "bilbycategory", "vector": b"echidnavector", "meta": {"dingonote": 1}}
        store.space("facts").put(record(f"fact-{n}", text, (f"numbatturn-{n}",), **derived))
        yield bytes_beside(path)
    query = Query(at=at, session=n, id="q", text="What is quokkaword7?", limit=3, budget_tokens=None)
    assert "quokkaword7" in strategy.recall(query).memories[0].text
    strategy.observe(Erasure(at=at, session=n, turns=frozenset({"numbatturn-7"})))
    yield bytes_beside(path)
    strategy.close()
    yield bytes_beside(path)


# What would give the life away: words, ids, speakers, categories, vectors, notes, names of spaces and fields, times.
TELLING = b"wombatcode quokkaword numbatturn bilbyspeaker bilbycategory echidnavector dingonote facts drawer 2024-0"


def test_no_file_holds_plaintext_at_any_time_in_the_life_of_a_strategy(path, opened):
    for n, held in enumerate(live(opened().space("layer dugongspace"), path)):
        assert [word for word in [*TELLING.split(), b"dugongspace"] if word in held] == [], n


def test_a_plain_file_holds_all_of_it(path):
    """So that the test above can fail."""
    held = list(live(SqliteStore(path, "ana"), path))[-1]
    assert [word for word in TELLING.split() if word not in held] == []


def test_the_wrong_key_is_told_from_the_right_one(opened):
    opened(KEY).put(record("a"))
    right, wrong = opened(KEY)._keys.fingerprint, Encrypted(SqliteStore(), OTHER, user="ana")._keys.fingerprint
    with pytest.raises(StoreError, match=rf"of user 'ana' are sealed under the key .* {right}, .* key's is {wrong}:"):
        opened(OTHER)
    assert opened(KEY).get("a") == record("a")


def test_each_user_has_a_key_of_their_own(opened, path):
    opened(user="ana").put(record("a"))
    with pytest.raises(StoreError, match="of user 'ben' are sealed under the key"):
        Encrypted(SqliteStore(path, "ana"), KEY, user="ben")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "name one key, by `key` or by `key_file`, not none"),
        ({"key": KEY, "key_file": "k"}, "name one key, by `key` or by `key_file`, not both"),
        ({"key": "open sesame"}, r"key holds no key; it is 32 random bytes in base64, as .*new_key\(\) makes them"),
        ({"key": b"short"}, "key holds no key"),
        ({"key_file": "/nowhere/key"}, r"/nowhere/key: no key can be read from it \(.*No such file"),
    ],
)
def test_what_is_no_key_is_refused_with_what_would_be_one(params, words):
    with pytest.raises(StoreError, match=words):
        Encrypted(SqliteStore(), **params)


def test_a_key_is_read_from_a_file(tmp_path, opened):
    opened(KEY).put(record("a"))
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert Encrypted(SqliteStore(tmp_path / "memory.sqlite", "ana"), key_file=tmp_path / "key", user="ana").get("a")


def test_records_that_are_not_sealed_are_refused(path):
    plain = SqliteStore(path)
    plain.space("within").put(record("a"))
    with pytest.raises(StoreError, match="holds records that are not sealed: name one that is empty"):
        Encrypted(plain, KEY)


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(StoreError, match=r"pip install 'memlab\[encrypted\]'"):
        Encrypted(SqliteStore(), KEY)


def test_no_nonce_occurs_twice_and_equal_records_look_different(opened, path):
    store = opened()
    for _ in range(20):
        store.put(record("a"))
        store.put(record("b"))
    sealed = [store._keys.seal(record("a"), ()).vector for _ in range(3000)]
    rows = sqlite3.connect(path).execute("SELECT vector FROM records WHERE vector IS NOT NULL").fetchall()
    assert len({blob[1:13] for blob in sealed}) == 3000
    assert len({row for (row,) in rows}) == len(rows) == 2


CHANGES = {
    "a flipped bit": "UPDATE records SET vector = zeroblob(40) WHERE position = 2",
    "no bytes": "UPDATE records SET vector = NULL WHERE position = 2",
    "another id's row": "UPDATE records SET vector = (SELECT vector FROM records WHERE position = 3) "
    "WHERE position = 2",
    "another space's row": "UPDATE records SET vector = (SELECT vector FROM records WHERE position = 4) "
    "WHERE position = 2",
    "another user's row": "UPDATE records SET vector = (SELECT vector FROM records WHERE user = 'ben' AND vector "
    "IS NOT NULL), id = (SELECT id FROM records WHERE user = 'ben' AND vector IS NOT NULL) WHERE position = 2",
    "a source less": "UPDATE records SET sources = '[]' WHERE position = 2",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_that_was_changed_or_moved_is_noticed(opened, path, change):
    ana, ben = opened(), opened(user="ben")
    for store in (ana, ana, ana.space("within"), ben):
        store.put(record("a" if store is not ana or ana.get("a") is None else "b"))
    assert [kept.id for kept in ana.scan()] == ["a", "b"]
    with sqlite3.connect(path) as other:
        assert other.execute(change).rowcount == 1
    other.close()
    with pytest.raises(StoreError, match="of user 'ana' is not as it was sealed: it was changed, or moved"):
        list(ana.scan())
    assert ana.get("b") == record("b")


def fill(store: Encrypted) -> list[Record]:
    """Records in several spaces, some replaced and dropped, and what is left of them in order."""
    for n in range(6):
        store.put(record(f"m{n}", sources=("t1", f"t{n}"), vector=b"v"))
        store.space("within").space("deep").put(record(f"m{n}", "deep"))
    store.put(record("m2", "replaced"))
    store.delete(["m0", "m3"])
    return held(store)


def held(store: Encrypted) -> list[Record]:
    return [*store.scan(), *store.space("within").space("deep").scan()]


def test_after_a_rotation_the_new_key_opens_all_and_the_old_none(opened, path):
    store = opened()
    before, view, old = fill(store), store.space("within").space("deep"), store._keys.fingerprint
    store.rotate(OTHER)
    store.put(record("later"))
    view.put(record("later", "deep"))
    again = opened(OTHER)
    assert held(again) == [*before[:4], record("later"), *before[4:], record("later", "deep")]
    assert (again.citing(["t1"]), again.spaces()) == (["m1", "m2", "m4", "m5", "later"], ["within"])
    with pytest.raises(StoreError, match="sealed under the key"):
        opened(KEY)
    again.purge()
    assert old.encode() not in bytes_beside(path)


def test_rotating_an_empty_store_and_to_the_same_key_is_no_error(opened):
    store = opened()
    store.rotate(OTHER)
    store.put(record("a"))
    store.rotate(OTHER)
    assert opened(OTHER).get("a") == record("a")


def test_one_who_holds_the_old_key_open_is_told_of_the_rotation(opened):
    store, open_still = opened(), opened()
    fill(store)
    store.rotate(OTHER)
    for call in (lambda: open_still.put(record("new")), lambda: open_still.delete(["m1"]), open_still.purge):
        with pytest.raises(StoreError, match="sealed under the key with the fingerprint"):
            call()


def test_a_rotation_that_stops_after_any_write_loses_nothing_and_can_be_made_again():
    for n in count():
        file = SqliteStore()
        before = fill(Encrypted(file, KEY))
        flaky = Unreliable(file)
        store = Encrypted(flaky, KEY)
        flaky.switch.writes = n
        with suppress(StoreError):
            store.rotate(OTHER)
            break
        try:
            again = Encrypted(file, KEY)
        except StoreError:
            again = Encrypted(file, OTHER)
            assert len(file.spaces()) == 1
        assert held(again) == before
        again.rotate(OTHER)
        assert held(Encrypted(file, OTHER)) == before
        assert len(file.spaces()) == 1
    assert n > len(before)


def test_a_purge_reaches_what_a_rotation_that_was_cut_short_copied():
    file = SqliteStore()
    fill(Encrypted(file, KEY))
    flaky = Unreliable(file)
    store = Encrypted(flaky, KEY)
    flaky.switch.writes = 4
    with pytest.raises(StoreError):
        store.rotate(OTHER)
    assert len(file.spaces()) == 2
    with pytest.raises(StoreError, match="a rotation to this key was cut short: rotate to it again from the other"):
        Encrypted(file, OTHER)
    Encrypted(file, KEY).purge()
    assert len(file.spaces()) == 1
