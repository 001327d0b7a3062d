"""A source that is read wrongly is caught: the same faults, in every recorded source, each one clear error."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import memlab
from memlab.events import Query
from memlab.paths import datasets_folder
from memlab.sources import MissingData, SourceError, cards, reading

RECORDED = [name for name in cards.names() if name not in ("simulated", "trials", "reacting")]


def parts_of(name):
    """The files of a data set's hand-written sample."""
    (sample,) = [path for path in (datasets_folder() / name).iterdir() if path.name != "card.yaml"]
    return sorted(sample.iterdir()) if sample.is_dir() else [sample]


PARTS = [(name, part.name) for name in RECORDED for part in parts_of(name)]
FOREIGN = [(name, part, other) for name, part in PARTS for other in RECORDED if other != name]


@pytest.fixture
def copy(tmp_path):
    """Copies a sample, which a test may then damage, and returns what `source.path` is to name."""

    def copied(name) -> Path:
        folder = tmp_path / "100K" / name
        folder.mkdir(parents=True)
        files = [shutil.copy(part, folder) for part in parts_of(name)]
        return folder if len(files) > 1 else Path(files[0])

    return copied


def read(name, path, **params):
    return memlab.make(f"source/{name}", path=str(path), **params)


def part_of(path, part):
    return path / part if path.is_dir() else path


def refusal(name, path, **params):
    """The one error of reading a damaged copy: a line that names the source and says what would be right."""
    with pytest.raises(SourceError) as caught:
        read(name, path, **params)
    told = str(caught.value)
    assert told.startswith(f"source {name}: ")
    assert "\n" not in told
    return told


def meaning(source):
    """All that a life says, without what comes of a question's place in its file: the id, and where it is asked."""
    said = {}
    for user in source.users():
        life = source.life(user, seed=0)
        events = list(life.stream())
        asked = []
        for query in (event for event in events if isinstance(event, Query)):
            gold = life.gold[query.id]
            facets = sorted((name, value) for name, value in gold.facets.items() if name != "index")
            asked.append(repr((query.at, query.session, query.text, facets, replace(gold, facets={}))))
        said[user] = [event for event in events if not isinstance(event, Query)], sorted(asked), life.superseded
    return said


def rewritten(file, alter):
    lines = file.suffix == ".jsonl"
    held = file.read_text().splitlines() if lines else json.loads(file.read_text())
    alter(held)
    file.write_text("\n".join(held) if lines else json.dumps(held))


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(name, part, copy):
    file = part_of(path := copy(name), part)
    whole = file.read_bytes().rstrip()
    for place in [*range(0, len(whole), len(whole) // 9), len(whole) - 2, len(whole) - 1]:
        if whole[place - 1 : place] != b"\n":
            file.write_bytes(whole[:place])
            told = refusal(name, path)
            assert str(file) in told
            assert "whole JSON" in told or (place == 0 and "has no line" in told)


@pytest.mark.parametrize(("name", "part"), PARTS)
@pytest.mark.parametrize("fault", ["changed byte", "other order"])
def test_any_change_is_refused_where_the_checksum_is_asked_for(name, part, fault, copy):
    file = part_of(path := copy(name), part)
    asked = read(name, path).digest
    assert read(name, path, sha256=asked).digest == asked
    held = bytearray(file.read_bytes())
    if fault == "changed byte":
        held[len(held) // 2] ^= 1
        file.write_bytes(held)
    else:
        rewritten(file, lambda held: held.reverse() if isinstance(held, list) else reversed_keys(held))
    told = refusal(name, path, sha256=asked)
    assert told.endswith(f"but source.sha256 asks for {asked}")
    assert str(path if path.is_file() else path / "chat.json" if name == "beam" else path) in told


@pytest.mark.parametrize(("name", "part", "other"), FOREIGN)
def test_a_file_of_another_data_set_is_refused(name, part, other, copy):
    file = part_of(path := copy(name), part)
    for foreign in parts_of(other):
        held = foreign.read_text()
        in_one_line = json.dumps(json.loads(held)) if foreign.suffix == ".json" else held.splitlines()[0]
        for text in (held, in_one_line):
            file.write_text(text)
            told = refusal(name, path)
            assert str(file) in told or str(file.parent) in told
            assert any(word in told for word in ("layout", "must", "needs", "whole JSON")), told


@pytest.mark.parametrize(
    ("name", "part", "other"),
    [(name, part, other) for name, part in PARTS for of, other in PARTS if of == name and other != part],
)
def test_a_file_of_the_same_data_set_in_anothers_place_is_refused(name, part, other, copy):
    path = copy(name)
    shutil.copy(path / other, path / part)
    assert str(path / part) in refusal(name, path)


def swap(held, one, other):
    held[one], held[other] = held[other], held[one]


def talk(held, name):
    """The turns of a session of the sample, or of the first of its sessions."""
    match name:
        case "locomo":
            return held[0]["conversation"]["session_1"]
        case "beam":
            return held[0]["turns"][0]
        case "realmem":
            return held["dialogues"][0]["dialogue_turns"]
        case "deepmemeval":
            return held[0]["conversation_history"][0]["turns"]
        case "realtalk":
            return held["session_1"]
        case _:
            return held


def sessions(held, name):
    """What holds the sessions of the sample, and the keys of two of them."""
    match name:
        case "locomo":
            return held[0]["conversation"], "session_1", "session_2"
        case "beam":
            return held, 0, 1
        case "realmem":
            return held["dialogues"], 0, 2
        case "longmemeval":
            return held[0]["haystack_session_ids"], 0, 1
        case "deepmemeval":
            return held[0]["conversation_history"], 0, 1
        case _:
            return held, "session_1", "session_2"


@pytest.mark.parametrize("name", ["locomo", "beam", "realmem", "deepmemeval", "realtalk"])
def test_turns_that_changed_places_are_refused(name, copy):
    file = part_of(path := copy(name), "chat.json")
    rewritten(file, lambda held: swap(talk(held, name), 0, 1))
    told = refusal(name, path)
    assert any(word in told for word in ("not in the published order", "must increase", "must take turns")), told


@pytest.mark.parametrize("name", ["locomo", "beam", "realmem", "longmemeval", "deepmemeval", "realtalk"])
def test_sessions_that_changed_places_are_refused(name, copy):
    file = part_of(path := copy(name), "chat.json")
    rewritten(file, lambda held: swap(*sessions(held, name)))
    told = refusal(name, path)
    assert any(word in told for word in ("published order", "must increase", "in order", "out of step")), told


def test_a_line_that_stands_above_what_it_names_is_refused(copy):
    path = copy("jsonl")
    rewritten(path, lambda lines: lines.insert(6, lines.pop(8)))
    assert "line 7: superseded.by: no turn 'b1' stands above this line" in refusal("jsonl", path)


def test_a_log_that_was_cut_between_two_lines_is_refused_where_it_says_how_many_follow(copy):
    path = copy("jsonl")
    rewritten(path, lambda lines: lines.pop())
    assert "life 'joon': its first line says that 5 lines follow, there are 4; the file is not whole" in refusal(
        "jsonl", path
    )


def reversed_keys(mapping):
    for key in list(mapping)[::-1]:
        mapping[key] = mapping.pop(key)


@pytest.mark.parametrize(
    ("name", "part", "alter"),
    [
        ("locomo", "", lambda held: held[0]["qa"].reverse()),
        ("locomo", "", lambda held: reversed_keys(held[0]["conversation"])),
        (
            "beam",
            "probing_questions.json",
            lambda held: [held["information_extraction"].reverse(), reversed_keys(held)],
        ),
        ("longmemeval", "", lambda held: held.reverse()),
        ("longmemeval", "", lambda held: [held[0][key].reverse() for key in held[0] if key.startswith("haystack_")]),
        ("deepmemeval", "", lambda held: held.reverse()),
        ("lifebench", "QA_clean.json", lambda held: held.reverse()),
        *(("lifebench", f"{type}.json", lambda held: held.reverse()) for type in ("note", "call", "photo")),
        ("lifebench", "agent_chat.json", lambda held: reversed_keys(held[0]["conversation"])),
        ("realtalk", "", lambda held: held["qa"].reverse()),
        ("realtalk", "", reversed_keys),
        ("jsonl", "", lambda lines: swap_lives(lines)),
    ],
)
def test_an_order_that_carries_no_meaning_changes_no_life(name, part, alter, copy):
    """Questions are asked in the order of their ids or times, sessions are held by their numbers or dates."""
    before = meaning(read(name, path := copy(name)))
    rewritten(part_of(path, part), alter)
    assert meaning(read(name, path)) == before


def swap_lives(lines):
    (second,) = [place for place, line in enumerate(lines) if place and '"type": "life"' in line]
    lines[:] = lines[second:] + lines[:second]


def test_items_at_one_second_are_told_apart_by_their_ids_and_of_a_doubled_id_the_first_stands(copy):
    path = copy("lifebench")
    rewritten(path / "note.json", lambda notes: [note.update(datetime="2031-02-04 21:00:00") for note in notes])
    before = meaning(read("lifebench", path))
    rewritten(path / "note.json", lambda notes: notes.reverse())
    rewritten(path / "sms.json", lambda messages: messages.insert(0, messages.pop(2)))
    assert meaning(read("lifebench", path)) == before
    rewritten(path / "sms.json", lambda messages: messages.insert(0, messages.pop()))
    assert meaning(read("lifebench", path)) != before


@pytest.mark.parametrize("name", RECORDED)
def test_a_known_file_must_have_its_cards_counts_each_of_them(name, copy, monkeypatch):
    source = read(name, path := copy(name))
    counts = {fact.rpartition(": ")[2]: n for fact, n in source.facts.items() if not isinstance(n, str)}
    assert counts["questions"] > 0

    def card_with(**wrong):
        known = cards.KnownFile(file="the published file", sha256=source.digest, counts=counts | wrong)
        card = replace(cards.load_card(name), files=(known,))
        monkeypatch.setattr(reading, "load_card", lambda of: card if of == name else None)

    card_with()
    assert "the published file" in read(name, path).facts.values()
    for what in [*counts, "misspelt"]:
        card_with(**{what: counts.get(what, 0) + 1})
        assert refusal(name, path).endswith(f"but gave {{{what!r}: {counts.get(what, 0)}}}")


@pytest.mark.parametrize("name", RECORDED)
def test_absent_data_say_where_they_were_looked_for(name, tmp_path, monkeypatch):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    with pytest.raises(MissingData, match=rf"no .* at {tmp_path}/{name}; .* put the files into \$MEMLAB_DATA/{name}/"):
        memlab.make(f"source/{name}")
    with pytest.raises(SourceError, match=r"no .* at .*gone, which source\.path names"):
        read(name, tmp_path / "gone")


@pytest.mark.parametrize("name", RECORDED)
def test_unknown_labels_are_refused(name, copy):
    assert "labels is 'best'; it must be 'published', 'judged' or 'audited'" in refusal(name, copy(name), labels="best")
