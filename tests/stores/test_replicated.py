"""Two stores hold the same whatever fails and whenever it stops, and an erasure reaches both and the queue."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from memlab.events import Erasure, Turn
from memlab.stores import Record, StoreError
from memlab.stores.encrypted import Encrypted
from memlab.stores.keys import new_key
from memlab.stores.replicated import Difference, Replicated
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.base import TurnLog
from memlab.testing import Unreliable

pytest.importorskip("cryptography", reason="no cryptography: sealing is not tested")
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def record(id: str, text: str = "zebra", sources: tuple[str, ...] = ("t1",), **fields) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON, **fields)


class Pair:
    """Two stores and a queue that outlive the process that writes, each with a switch."""

    def __init__(self, folder=None) -> None:
        names = ("primary", "backup", "queue")
        self.files = [SqliteStore(folder and folder / f"{name}.sqlite") for name in names]
        self.restart()

    def restart(self) -> None:
        """A new process, in which all three work."""
        self.primary, self.backup, self.queue = map(Unreliable, self.files)
        self.store = Replicated(lambda: self.primary, lambda: self.backup, self.queue)

    def held(self) -> tuple[list[str], list[str]]:
        """The texts in both, in order."""
        primary, backup, _ = self.files
        return [kept.text for kept in primary.scan()], [kept.text for kept in backup.scan()]

    def up(self, primary: bool = True, backup: bool = True) -> Replicated:
        self.primary.switch.down, self.backup.switch.down = not primary, not backup
        return self.store


@pytest.fixture
def pair():
    return Pair()


def test_a_write_goes_to_both_and_leaves_no_note(pair):
    pair.store.put(record("a"))
    assert (pair.held(), pair.store.waiting, list(pair.files[2].scan())) == ((["zebra"], ["zebra"]), None, [])


@pytest.mark.parametrize("down", ["primary", "backup"])
def test_what_one_lacks_is_made_up_for_in_order_before_the_next_write(pair, down):
    pair.store.put(record("a", "one"))
    store = pair.up(**{down: False})
    for id, text in (("b", "two"), ("a", "three"), ("c", "four")):
        store.put(record(id, text))
    store.delete(["b"])
    store.put(record("b", "five"))
    assert [kept.text for kept in store.scan()] == ["three", "four", "five"]
    assert (store.waiting, store.get("a").text, store.citing(["t1"])) == ((down, 4), "three", ["a", "c", "b"])
    pair.up().put(record("d", "six"))
    assert pair.held() == (["three", "four", "five", "six"],) * 2
    assert store.waiting is None


def test_the_queue_survives_a_restart_and_knows_who_is_behind(tmp_path):
    pair = Pair(tmp_path)
    pair.up(primary=False).put(record("a", "one"))
    pair.restart()
    store = pair.up(backup=False)
    with pytest.raises(StoreError, match=r"the primary lacks 1 queued writes and the backup fails: .*; bring it back"):
        store.get("a")
    with pytest.raises(StoreError, match="the primary lacks 2 queued writes"):
        store.put(record("b", "two"))
    assert pair.up(primary=False).get("a").text == "one"
    pair.up().put(record("c", "three"))
    assert pair.held() == (["one", "three"],) * 2


def test_a_store_that_cannot_even_be_opened_is_one_that_is_down():
    backup, paths = SqliteStore(), iter(["/nowhere/primary.sqlite", "/nowhere/primary.sqlite"])

    def fails_twice():
        return SqliteStore(next(paths, None))

    store = Replicated(fails_twice, lambda: backup, SqliteStore())
    store.put(record("a"))
    assert (store.waiting, [kept.id for kept in backup.scan()]) == (("primary", 1), ["a"])
    for id in "bc":
        store.put(record(id))
    assert (store.waiting, [kept.id for kept in store.scan()]) == (None, ["a", "b", "c"])


def test_with_both_down_a_write_says_so_and_can_be_made_again(pair):
    store = pair.up(primary=False, backup=False)
    with pytest.raises(StoreError, match="down, as it was told"):
        store.put(record("a", "one"))
    pair.up().put(record("a", "one"))
    assert pair.held() == (["one"], ["one"])


def test_a_read_fails_over_and_changes_nothing(pair):
    pair.store.put(record("a"))
    store = pair.up(primary=False)
    assert (store.get("a"), list(store.scan()), store.waiting) == (record("a"), [record("a")], None)


def test_a_record_that_no_store_takes_leaves_no_note(pair):
    with pytest.raises(TypeError):
        pair.store.put(record("a", meta={"n": object()}))
    assert pair.store.waiting is None


def test_a_life_with_failures_and_crashes_at_any_write_ends_with_both_the_same():
    """What raised or was cut short is made again, as a caller would; a plain store that never failed is the judge."""
    for seed in range(60):
        draw, pair, judge = np.random.default_rng(seed), Pair(), SqliteStore()
        for step in range(30):
            chance = draw.random()
            if chance < 0.3:
                pair.up(*draw.permutation([True, bool(draw.random() < 0.3)]))
            elif chance < 0.4:
                for part in (pair.primary, pair.backup, pair.queue):
                    part.switch.writes = int(draw.integers(4))  # all go down, one after another
            id, act, name = f"m{draw.integers(5)}", draw.random(), draw.choice(["", "x"])

            def write(store, id=id, act=act, step=step, name=name):
                store = store.space(name) if name else store
                if act < 0.25:
                    store.delete([id])
                elif act < 0.3:
                    store.purge()
                else:
                    store.put(record(id, f"text {step}"))

            write(judge)
            try:
                write(pair.store)
            except StoreError:
                pair.restart()
                write(pair.store)
        pair.restart()
        assert pair.store.reconcile() == [], seed
        assert all([*file.scan()] == [*judge.scan()] for file in pair.files[:2]), seed
        assert all([*file.space("x").scan()] == [*judge.space("x").scan()] for file in pair.files[:2]), seed
        assert [*pair.files[2].scan()] == []


def test_writes_that_raised_and_were_given_up_leave_both_the_same():
    for seed in range(60):
        draw, pair = np.random.default_rng(seed), Pair()
        for step in range(30):
            if draw.random() < 0.5:
                pair.up(*(draw.random(2) < 0.5).tolist())
            with suppress(StoreError):
                if draw.random() < 0.3:
                    pair.store.delete([f"m{draw.integers(4)}"])
                else:
                    pair.store.put(record(f"m{draw.integers(4)}", f"text {step}"))
        pair.up()
        assert pair.store.reconcile() == [], seed
        assert pair.held()[0] == pair.held()[1], seed


def test_reconcile_tells_what_differs_and_mends_it_by_whom_is_trusted(pair):
    for id in "abcd":
        pair.store.put(record(id))
    primary, backup, _ = pair.files
    primary.delete(["a"])
    backup.delete(["b"])
    backup.put(record("c", "other"))
    backup.space("within").put(record("e"))
    found = [
        Difference((), "b", "missing in backup"),
        Difference((), "c", "other fields"),
        Difference((), "a", "missing in primary"),
        Difference(("within",), "e", "missing in primary"),
    ]
    assert pair.store.reconcile() == pair.store.reconcile(trust="backup") == found
    assert pair.store.reconcile() == []
    assert pair.held() == (["zebra", "other", "zebra"],) * 2
    assert [kept.id for kept in primary.space("within").scan()] == ["e"]


def test_reconcile_tells_another_order(pair):
    for file, ids in zip(pair.files, ("ab", "ba"), strict=False):
        for id in ids:
            file.put(record(id))
    assert pair.store.reconcile(trust="primary") == [Difference((), "", "other order")]
    assert [kept.id for kept in pair.files[1].scan()] == ["a", "b"]


def test_mending_that_stops_midway_goes_on(pair):
    for id in "abcd":
        pair.files[0].put(record(id))
    pair.backup.switch.writes = 2
    with pytest.raises(StoreError, match="failed while it was mended; reconcile again"):
        pair.store.reconcile(trust="primary")
    pair.restart()
    pair.store.put(record("e"))
    assert [kept.id for kept in pair.files[1].scan()] == list("abcde")


def bytes_in(folder) -> dict[str, bool]:
    """Which of the three still hold the animal."""
    names = ("primary", "backup", "queue")
    return {name: any(b"zebra" in file.read_bytes() for file in folder.glob(f"{name}.*")) for name in names}


def test_an_erasure_with_the_backup_away_says_so_and_made_again_leaves_no_byte(tmp_path):
    pair = Pair(tmp_path)
    log, when = TurnLog(pair.store), {"at": NOON, "session": 0}
    for n in range(5):
        log.observe(Turn(**when, id=f"zebra-turn-{n}", speaker="user", text=f"zebra {n}"))
    pair.up(backup=False)
    log.observe(Turn(**when, id="zebra-turn-5", speaker="user", text="zebra 5"))
    erasure = Erasure(**when, turns=None)
    with pytest.raises(StoreError, match="gone from all but the backup, which could not be purged and still holds"):
        log.observe(erasure)
    assert list(log.memories()) == []
    assert (bytes_in(tmp_path)["primary"], bytes_in(tmp_path)["backup"]) == (False, True)
    pair.restart()
    again = TurnLog(pair.store)
    again.observe(erasure)
    assert bytes_in(tmp_path) == {"primary": False, "backup": False, "queue": False}
    assert list(again.memories()) == []


def test_after_an_erasure_that_the_backup_missed_the_next_write_makes_up_for_it(tmp_path):
    pair = Pair(tmp_path)
    pair.store.put(record("zebra-id", "zebra"))
    store = pair.up(backup=False)
    store.delete(["zebra-id"])
    with pytest.raises(StoreError):
        store.purge()
    pair.up().put(record("b", "wombat"))
    assert bytes_in(tmp_path) == {"primary": False, "backup": False, "queue": False}


def test_a_replicated_store_can_be_encrypted_and_its_key_rotated(pair):
    key, other = new_key(), new_key()
    store = Encrypted(pair.store, key)
    store.space("within").put(record("a"))
    pair.up(backup=False)
    store.space("within").put(replace(record("b"), text="two"))
    with pytest.raises(StoreError, match="gone from all but the backup"):
        store.rotate(other)
    pair.up()
    store.rotate(other)
    assert [kept.text for kept in Encrypted(pair.files[1], other).space("within").scan()] == ["zebra", "two"]
    assert pair.store.reconcile() == []
