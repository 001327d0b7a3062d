"""What an owner does to a memory holds for good: listed, shown, edited, deleted, taken along and brought back."""

import json
from datetime import timedelta

import pytest

from memlab import control, make
from memlab.cli import main
from memlab.control import ControlError
from memlab.encoders.hashing import Hashing
from memlab.events import Recalled
from memlab.strategies.base import record_of
from memlab.testing import START, ask, end, turn

LATER = START + timedelta(days=1)
SAID = (
    turn(0, "user: I live in Boston."),
    turn(1, "assistant: Boston it is."),
    turn(2, "user: My sister is called Priya."),
    end(3),
    turn(4, "user: I moved to Denver.", session=1),
    end(5, session=1),
)
CONFIG = {"strategy": {"_target_": "x", "name": "rag"}}


@pytest.fixture(params=["rag", "agentic"])
def kind(request):
    return request.param


def opened(kind, path):
    store = make("store/sqlite", path=path)
    return make(f"strategy/{kind}", store=store, encoder=Hashing()), store


@pytest.fixture
def lived(kind, tmp_path):
    strategy, store = opened(kind, tmp_path / "me.sqlite")
    for event in SAID:
        strategy.observe(event)
    return strategy, store


def said_by(strategy):
    return [(memory.id, memory.text, memory.sources) for memory in strategy.memories()]


def about(strategy, word):
    return next(memory for memory in strategy.memories() if word in memory.text)


def test_everything_is_listed_and_a_category_alone(lived):
    strategy, _ = lived
    assert control.listed(strategy) == list(strategy.memories())
    assert control.listed(strategy, "finance") == []


def test_a_memory_shows_the_turns_that_it_comes_from(lived):
    strategy, store = lived
    found = control.provenance(strategy, store, about(strategy, "Priya").id)
    assert found.sources == (SAID[2],)


def test_one_deleted_memory_is_gone_for_good_and_its_turn_stays_said(lived, kind, tmp_path):
    strategy, _ = lived
    going = about(strategy, "Priya")
    control.delete(strategy, going.id, LATER, 1)
    assert going.id not in {memory.id for memory in strategy.memories()}
    strategy.observe(end(9, session=2))
    strategy.close()
    again, _ = opened(kind, tmp_path / "me.sqlite")
    assert going.id not in {memory.id for memory in again.memories()}


def test_deleted_with_its_sources_nothing_of_them_is_left(lived, tmp_path):
    strategy, _ = lived
    control.delete(strategy, about(strategy, "Priya").id, LATER, 1, with_sources=True)
    assert not any("Priya" in memory.text for memory in strategy.memories())
    strategy.close()
    assert b"Priya" not in (tmp_path / "me.sqlite").read_bytes()


def test_everything_deleted_is_nothing_kept(lived, tmp_path):
    strategy, _ = lived
    control.delete_all(strategy, LATER, 1)
    assert control.listed(strategy) == []
    strategy.close()
    assert b"Denver" not in (tmp_path / "me.sqlite").read_bytes()


def test_an_edit_is_the_owners_word_in_place_of_a_memory(lived):
    strategy, store = lived
    old = about(strategy, "Denver")
    spoken = control.edit(strategy, old.id, "I moved to Dover.", LATER, control.latest_session(store))
    assert (spoken.speaker, spoken.session) == ("owner", 1)
    assert old.id not in {memory.id for memory in strategy.memories()}
    assert spoken.id in about(strategy, "Dover").sources


def test_an_export_brought_back_is_the_same_memory(lived, kind, tmp_path):
    strategy, store = lived
    control.delete(strategy, about(strategy, "Boston it is").id, LATER, 1)
    control.sign(store, CONFIG)
    export = json.loads(json.dumps(control.exported(strategy, store, LATER)))
    assert export["made_by"] == CONFIG
    assert [memory["id"] for memory in export["memories"]] == [memory.id for memory in strategy.memories()]
    other = make("store/sqlite", path=tmp_path / "other.sqlite")
    control.imported(export, other)
    twin = make(f"strategy/{kind}", store=other, encoder=Hashing())
    assert control.exported(twin, other, LATER) == control.exported(strategy, store, LATER)
    question = ask(60, "Where do I live?")
    assert twin.recall(question) == strategy.recall(question)


def test_what_an_export_wants_from_elsewhere_is_not_opened(tmp_path, capsys):
    file, foreign = tmp_path / "me.json", {"_target_": "shutil.copyfile", "src": "a", "dst": "b"}
    made = {"strategy": {"_target_": "memlab.strategies.bm25.Bm25", "name": "bm25"}, "layer": {"x": foreign}}
    file.write_text(json.dumps({"memlab_export": 1, "made_by": made, "records": {}}))
    assert main(["memory", "import", str(file), "--store", str(tmp_path / "me.sqlite")]) == 2
    assert "wants shutil.copyfile, which is not memlab's" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ({}, 'an export says "memlab_export": 1; this one says None'),
        ([], "this one says None"),
        ({"memlab_export": 9}, "this one says 9"),
        ({"memlab_export": 1}, "records cannot be read: KeyError: 'records'"),
        ({"memlab_export": 1, "records": {"": [{"id": "t0"}]}}, "records cannot be read: KeyError"),
    ],
)
def test_what_is_no_export_is_refused_before_anything_is_written(export, message):
    store = make("store/sqlite")
    with pytest.raises(ControlError, match=message):
        control.imported(export, store)
    assert list(store.scan()) == []


def test_an_import_loses_nothing_that_is_there(lived):
    strategy, store = lived
    with pytest.raises(ControlError, match="the store is not empty"):
        control.imported(control.exported(strategy, store, LATER), store)


def test_what_is_not_there_is_told(lived):
    strategy, store = lived
    for act in (
        lambda: control.delete(strategy, "nobody", LATER, 1),
        lambda: control.provenance(strategy, store, "nobody"),
        lambda: control.edit(strategy, "nobody", "words", LATER, 1),
    ):
        with pytest.raises(ControlError, match="no memory 'nobody'"):
            act()
    with pytest.raises(ControlError, match="delete it instead"):
        control.edit(strategy, "nobody", " ", LATER, 1)


def test_the_commands_of_an_owner(tmp_path, capsys):
    file, other = str(tmp_path / "me.sqlite"), str(tmp_path / "other.sqlite")
    strategy, _ = opened("bm25", file)
    for event in SAID:
        strategy.observe(event)
    strategy.close()

    def told(*words):
        code = main(["memory", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert told("list", "--store", file) == (
        2,
        f"memlab memory: {file} does not say what keeps it; say so: --as strategy=NAME\n",
    )
    code, out = told("list", "--store", file, "--as", "strategy=bm25")
    assert code == 0
    assert "t0  2024-01-01  user: I live in Boston." in out
    assert out.endswith("4 memories\n")
    assert "does not say what keeps it" in told("list", "--store", file)[1]
    assert told("edit", "t4", "I moved to Dover.", "--store", file, "--as", "strategy=bm25")[0] == 0
    assert "is kept by bm25" in told("list", "--store", file, "--as", "strategy=rag")[1]
    assert "comes from t0, 2024-01-01: user: I live in Boston." in told("show", "t0", "--store", file)[1]
    assert told("delete", "t2", "--store", file, "--with-sources")[0] == 0
    assert told("delete", "--store", file)[0] == 2
    assert told("export", str(tmp_path / "me.json"), "--store", file)[0] == 0
    assert "is there already" in told("export", str(tmp_path / "me.json"), "--store", file)[1]
    assert told("import", str(tmp_path / "me.json"), "--store", other) == (0, f"{other}: 3 memories\n")
    assert told("list", "--store", other) == told("list", "--store", file)
    assert told("delete", "--all", "--store", file) == (0, "everything is deleted\n")
    assert told("list", "--store", file)[1] == "0 memories\n"
    assert told("list", "--store", str(tmp_path / "no.sqlite"))[0] == 2


def test_health_counts_what_is_new_what_was_read_and_what_it_takes(lived, kind):
    strategy, store = lived
    before = control.health(strategy, store, LATER)
    total = len(list(strategy.memories()))
    assert (before.total, before.added, before.accessed) == (total, total, None)
    assert (before.active_bytes, before.archived_bytes) == store.size_bytes()
    read = [about(strategy, "Priya").id]
    event = Recalled(at=START + timedelta(minutes=9), session=1, query="q", memories=(*read, "gone"))
    store.space("events").put(record_of(event, 99))  # as strategies do that learn from what was read
    assert control.health(strategy, store, LATER).accessed == 1
    later = control.health(strategy, store, START + timedelta(days=30))
    assert (later.total, later.added, later.accessed) == (total, 0, 0)
