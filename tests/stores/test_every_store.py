"""What every store owes: what it took it gives back, in order, to the same user alone, and what was dropped is gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memlab.stores import Record

NOON = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
TIMES = st.datetimes(timezones=st.just(UTC))
ANY = st.characters(codec=None, exclude_categories=())
IDS = st.text(ANY, min_size=1, max_size=8)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False))
RECORDS = st.builds(
    Record,
    id=IDS,
    text=st.text(ANY),
    sources=st.lists(IDS, max_size=4).map(tuple),
    at=TIMES,
    valid_from=st.none() | TIMES,
    valid_to=st.none() | TIMES,
    category=st.none() | st.text(ANY, max_size=5),
    importance=st.none() | st.floats(allow_nan=False),
    accessed_at=st.none() | TIMES,
    vector=st.none() | st.binary(),
    meta=st.dictionaries(st.text(ANY, max_size=5), st.one_of(st.text(ANY), NUMBERS), max_size=3),
)
LAW = settings(
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
USERS = count()
ODD = [
    "nul \x00, bell \x07, 漢字, 🙂, \u202e\ufeff\uffff",
    "half a pair \ud83d, the other \ude42, both \ud83d\ude42, no pair",
    "",
    "\x00",
    "\\u0000 \\x00 %s {} ' \" ; --",
    "long " * 20_000,
]


def record(id: str, text: str = "I moved to Denver.", sources: tuple[str, ...] = ("t1",), **fields) -> Record:
    return Record(id=id, text=text, sources=sources, at=NOON, **fields)


@pytest.fixture
def store(home):
    return home.open()


def another(home):
    """An empty store of a user who was not seen before, for the next example of a law."""
    return home.open(f"user {next(USERS)}")


@LAW
@given(RECORDS)
def test_what_was_put_is_what_is_got(home, kept):
    store = another(home)
    store.put(kept)
    assert store.get(kept.id) == kept
    assert store.citing(kept.sources) == [kept.id] * bool(kept.sources)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_come_back_in_every_field(store, text):
    kept = record(text[:20] or "a", text, (text[:20], "t2"), category=text, meta={"note": text, text[:9]: 1})
    store.put(kept)
    assert (store.get(kept.id), list(store.scan())) == (kept, [kept])
    assert store.citing([text[:20]]) == [kept.id]


def test_names_with_odd_letters_are_told_apart(home):
    names = ["a", "A", "a/b", "\x00", "\ud83d", "%2F", ""]
    for user in ("", "\ud83d", "a\x00b"):
        for name in names:
            home.open(user).space(name).put(record("m1", f"{user!a} {name!a}"))
    for user in ("", "\ud83d", "a\x00b"):
        opened = home.open(user)
        assert [opened.space(name).get("m1").text for name in names] == [f"{user!a} {name!a}" for name in names]
        assert opened.spaces() == sorted(names)


@LAW
@given(RECORDS, RECORDS)
def test_a_second_put_of_an_id_replaces_every_field(home, first, second):
    store = another(home)
    store.put(first)
    store.put(replace(second, id=first.id))
    assert list(store.scan()) == [replace(second, id=first.id)]
    assert store.citing({*first.sources} - {*second.sources}) == []


@LAW
@given(st.lists(RECORDS, max_size=5, unique_by=lambda record: record.id))
def test_a_scan_gives_every_record_in_order_of_first_put(home, records):
    store = another(home)
    for kept in records:
        store.put(kept)
    assert list(store.scan()) == records


@LAW
@given(st.lists(RECORDS, max_size=5, unique_by=lambda record: record.id), st.sets(IDS, max_size=2), st.data())
@example([record("a", sources=("t\x00one",))], {"t\x00one"}, None)
def test_citing_gives_every_record_that_names_a_turn_in_order_of_first_put(home, records, others, data):
    store = another(home)
    for kept in records:
        store.put(kept)
    named = sorted({turn for kept in records for turn in kept.sources})
    turns = others | (data.draw(st.sets(st.sampled_from(named))) if data and named else set())
    assert store.citing(turns) == [kept.id for kept in records if turns & set(kept.sources)]


def test_a_time_of_another_zone_is_the_same_instant_when_it_comes_back(store):
    store.put(replace(record("a"), at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))))
    assert store.get("a").at == NOON


def test_a_record_that_comes_back_cannot_be_changed(store):
    store.put(record("a", meta={"n": 1}))
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
    assert [kept.id for kept in store.scan()] == store.citing(["t1"]) == ["a", "b"]


def test_deleted_records_are_gone_and_the_others_stay(store):
    for id in "abcd":
        store.put(record(id))
    store.delete(["b", "d"])
    assert [kept.id for kept in store.scan()] == store.citing(["t1"]) == ["a", "c"]
    assert (store.get("b"), store.get("a")) == (None, record("a"))


def test_deleting_an_unknown_id_changes_nothing(store):
    store.put(record("a"))
    store.delete(["unknown"])
    store.delete([])
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
        store.put(record("a", meta={"n": object()}))
    store.put(record("b"))
    assert [kept.id for kept in store.scan()] == ["b"]


def test_a_replaced_record_is_cited_by_its_new_sources_alone(store):
    store.put(record("a", sources=("t1", "t2")))
    store.put(record("a", sources=("t2", "t3")))
    assert [store.citing([turn]) for turn in ("t1", "t2", "t3")] == [[], ["a"], ["a"]]


def test_a_source_named_twice_comes_back_twice_and_cites_once(store):
    store.put(record("a", sources=("t1", "t1")))
    assert (store.get("a").sources, store.citing(["t1", "t1"])) == (("t1", "t1"), ["a"])


def test_writing_while_a_scan_is_read_changes_nothing_of_the_scan(store):
    for id in "abc":
        store.put(record(id))
    seen = []
    for kept in store.scan():
        seen.append(kept)
        store.put(replace(kept, text="new"))
        store.delete(["c"])
        store.put(record("d"))
    assert seen == [record(id) for id in "abc"]


def test_reopened_it_has_the_same(home):
    records = [record(id, sources=("t1", id), vector=b"v" + id.encode(), meta={"n": 1.5}) for id in "bac"]
    store = home.open("ana")
    for kept in records:
        store.put(kept)
        store.space("within").put(replace(kept, text="within"))
    store.delete(["a"])
    store.close()
    again = home.open("ana")
    assert (list(again.scan()), again.citing(["t1"])) == ([records[0], records[2]], ["b", "c"])
    assert [kept.text for kept in again.space("within").scan()] == ["within"] * 3
    again.put(record("a"))
    assert [kept.id for kept in again.scan()] == ["b", "c", "a"]


def test_users_with_equal_ids_see_nothing_of_each_other(home):
    ana, ben = home.open("ana"), home.open("ben")
    ana.put(record("m1", "zebra"))
    ben.put(record("m1", "quokka"))
    ana.space("words").put(record("m2"))
    assert [kept.text for kept in ana.scan()] == ["zebra"]
    assert (ben.get("m1").text, ben.citing(["t1"]), ben.spaces()) == ("quokka", ["m1"], [])
    ana.delete(["m1"])
    ana.purge()
    assert (list(ana.scan()), ana.citing(["t1"])) == ([], [])
    assert (ben.get("m1").text, ben.citing(["t1"]), ben.get("m2")) == ("quokka", ["m1"], None)


def test_spaces_within_spaces_do_not_meet_and_are_listed(store):
    spaces = [store, store.space("a").space("b"), store.space("a/b"), store.space("a"), store.space("")]
    for number, space in enumerate(spaces):
        space.put(record("m1", str(number)))
    assert [space.get("m1").text for space in spaces] == ["0", "1", "2", "3", "4"]
    assert [space.spaces() for space in spaces] == [["", "a", "a/b"], [], [], ["b"], []]
    spaces[1].delete(["m1"])
    assert (store.space("a").spaces(), store.space("a").get("m1").text) == ([], "3")


def test_a_space_that_was_only_opened_is_not_there(store):
    store.space("opened")
    assert list(store.space("read").scan()) == store.spaces() == []


def test_a_space_of_a_space_is_listed_though_the_one_between_is_empty(store):
    store.space("a").space("b").put(record("m1"))
    assert (store.spaces(), store.space("a").spaces()) == (["a"], ["b"])


def test_what_was_dropped_and_replaced_is_in_no_file_after_a_purge(home):
    """Short and long texts, ids, sources, categories, vectors and notes, in a space too."""
    store, gone = home.open("ana"), []
    for n in range(24):
        mark = f"zebra{n}x"
        gone += [mark]
        held = store if n % 3 else store.space("within")
        sealed = {"vector": (mark * (n + 1)).encode(), "meta": {"note": mark}}
        held.put(record(f"id-{mark}", mark * (4000 if n % 5 == 0 else 1), (f"said-{mark}",), category=mark, **sealed))
        if n % 2:
            held.delete([f"id-{mark}"])
        else:
            gone.pop()
            held.put(record(f"id-{mark}", "wombat"))
    store.purge()
    assert home.words_in(*gone) == []
    assert home.words_in(*(f"said-zebra{n}x" for n in range(24))) == []
    assert len(list(store.scan())) + len(list(store.space("within").scan())) == 12


def test_a_purge_of_nothing_is_no_error(store):
    store.purge()
    store.put(record("m1"))
    store.purge()
    assert store.get("m1") == record("m1")


def test_the_bytes_of_live_records_are_counted_active_and_archived_apart(store):
    for space in (store, store.space("within"), store.space("within").space("archive"), store.space("archive")):
        space.put(record("m1", "zebra"))
    store.put(record("m2"))
    store.delete(["m2"])
    active, archived = store.size_bytes()
    assert active == archived == 2 * store.space("within").size_bytes()[0] > 0
