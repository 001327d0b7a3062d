import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError, data_folders
from memlab.sources.realmem import RealMem

FILE = Path(__file__).parent.parent.parent / "datasets" / "realmem" / "sample.json"


@pytest.fixture(scope="module")
def realmem_dev() -> Path:
    """The folder with the two development people; the tests are skipped where they are not at hand."""
    for folder in data_folders("realmem"):
        if (folder / "Liam_O_Connor_dialogues_256k.json").exists():
            return folder
    pytest.skip("Liam_O_Connor's file is not in $MEMLAB_DATA/realmem: counts and pinned queries are not checked")


@pytest.fixture
def damaged(tmp_path):
    """Writes a copy of the sample that a change was made to."""

    def write(alter):
        raw = json.loads(FILE.read_text())
        alter(raw)
        path = tmp_path / "damaged.json"
        path.write_text(json.dumps(raw))
        return path

    return write


def lived(source, user=None):
    life = source.life(user or source.users()[0], seed=0)
    return life, list(life.stream())


def turns(events):
    return [event for event in events if isinstance(event, Turn)]


def queries(events):
    return [event for event in events if isinstance(event, Query)]


def gold(question, path=FILE, **params):
    life, events = lived(RealMem(path, **params))
    (query,) = [query for query in queries(events) if query.text.startswith(question)]
    return life.gold[query.id]


def test_sessions_come_in_the_order_of_the_file_and_end():
    _, events = lived(RealMem(FILE))
    assert [turn.id for turn in turns(events)][3:8] == ["S1:4", "S2:1", "S2:2", "S3:1", "S3:2"]
    ends = [place for place, event in enumerate(events) if isinstance(event, SessionEnd)]
    assert [events[place - 1].id for place in ends] == ["S1:4", "S2:2", "S3:6", "S4:4", "S5:1"]
    assert [events[place].session for place in ends] == [1, 2, 3, 4, 5]
    assert all(events[place].at == events[place - 1].at for place in ends)


def test_speakers_are_named_as_everywhere():
    _, events = lived(RealMem(FILE))
    assert [turn.speaker for turn in turns(events)][:2] == ["user", "assistant"]
    assert turns(events)[0].text == "user: I rented allotment 17 behind the tram depot. The soil is heavy clay."
    assert turns(lived(RealMem(FILE, text="{text}"))[1])[5].text.startswith("Because the universe")


def test_a_session_that_goes_back_in_time_is_lifted_and_counted():
    source = RealMem(FILE)
    ends = [event.at for event in lived(source)[1] if isinstance(event, SessionEnd)]
    assert [f"{at:%Y-%m-%d %Z}" for at in ends[2:]] == ["2026-03-10 UTC", "2026-03-10 UTC", "2026-03-20 UTC"]
    assert source.facts["sample.json: times_lifted"] == 1


def test_a_query_is_asked_before_its_turn_and_after_every_turn_before_it():
    _, events = lived(RealMem(FILE))
    asked = [place for place, event in enumerate(events) if isinstance(event, Query)]
    assert [events[place + 1].id for place in asked] == ["S3:1", "S3:5", "S4:1", "S5:1"]
    for place in asked:
        query, turn = events[place : place + 2]
        assert (turn.text, turn.at, turn.session) == (f"user: {query.text}", query.at, query.session)
        assert not query.probe
    said = turns(events[: asked[1]])
    assert [turn.id for turn in said][-4:] == ["S3:1", "S3:2", "S3:3", "S3:4"]


def test_the_recorded_answer_is_observed_after_its_query():
    _, events = lived(RealMem(FILE))
    place = next(place for place, event in enumerate(events) if isinstance(event, Query))
    assert events[place + 2].text == "assistant: Two cubic metres of compost, and coarse sand."


def test_the_gold_stands_on_the_answer_and_any_turn_of_a_session_will_do():
    found = gold("What did we say")
    assert [nugget.turns for nugget in found.evidence] == [{"S1:1", "S1:2", "S1:3", "S1:4"}]
    assert found.answers == ("Two cubic metres of compost, and coarse sand.",)
    assert (found.kind, found.answerable, found.stale) == ("dynamic_incremental", True, frozenset())


def test_of_its_own_session_a_query_has_what_was_said_before():
    found = gold("So what would you spray")
    assert [nugget.turns for nugget in found.evidence] == [
        {"S1:1", "S1:2", "S1:3", "S1:4"},
        {"S3:1", "S3:2", "S3:3", "S3:4"},
    ]


def test_labels_of_what_is_not_said_and_of_no_session_are_dropped_and_counted():
    found = gold("Move the compost")
    assert [nugget.turns for nugget in found.evidence] == [{f"S3:{n}" for n in range(1, 7)}]
    facts = RealMem(FILE).facts
    names = ("labels_dangling", "labels_of_own_session", "labels_late", "labels_unasked")
    assert [facts[f"sample.json: {name}"] for name in names] == [1, 2, 1, 1]


def test_a_query_that_nobody_answers_stays_without_evidence():
    found = gold("How long have I")
    assert (found.evidence, found.answers, found.answerable) == ((), (), True)
    facts = RealMem(FILE).facts
    names = ("questions", "questions_with_evidence", "queries_without_answer")
    assert [facts[f"sample.json: {name}"] for name in names] == [4, 3, 1]


def test_kinds_are_counted():
    facts = RealMem(FILE).facts
    kinds = ("dynamic_incremental", "dynamic_updating", "implicit_preference", "temporal_reasoning")
    assert [facts[f"sample.json: {kind}"] for kind in kinds] == [1, 1, 1, 1]
    assert [facts[f"sample.json: {name}"] for name in ("sessions", "turns")] == [5, 17]
    assert facts["sample.json: pinned"] == "unpinned"


def test_both_readings_of_the_labels_are_equal():
    judged, published = (lived(RealMem(FILE, labels=labels)) for labels in ("judged", "published"))
    assert judged[1] == published[1]
    assert judged[0].gold == published[0].gold


def test_the_memories_of_the_generator_never_reach_a_strategy():
    assert FILE.read_text().count("DISTILLED") > 5
    assert "DISTILLED" not in repr(lived(RealMem(FILE))[1])


def test_ids_give_nothing_away():
    _, events = lived(RealMem(FILE))
    words = ("Enhanced", "Gardening", "Q-0", "a1b2c3d4", "dynamic", "Dynamic", "query", "gold", "Implicit")
    ids = [event.id for event in events if isinstance(event, Turn | Query)]
    assert not [id for id in ids for word in words if word in id]
    assert all(len(query.id) == 8 and int(query.id, 16) >= 0 for query in queries(events))


def test_the_same_arguments_give_the_same_events():
    assert len({sha256(repr(lived(RealMem(FILE))[1]).encode()).hexdigest() for _ in range(2)}) == 1


def test_a_life_cut_to_its_first_sessions_asks_only_what_they_answer():
    source = RealMem(FILE)
    events = list(limited(source.life("Ilse_Brandt", seed=0), 3, 2).stream())
    assert {turn.session for turn in turns(events)} == {1, 2, 3}
    assert [query.text[:8] for query in queries(events)] == ["What did", "So what "]


def test_the_data_folder_may_hold_other_files(tmp_path, monkeypatch, sample):
    (tmp_path / "realmem").mkdir()
    shutil.copy(sample, tmp_path / "realmem" / "other.json")
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    with pytest.raises(SourceError, match="none of the files in the data folder is in RealMem's layout"):
        RealMem()
    shutil.copy(FILE, tmp_path / "realmem" / "Ilse_Brandt_dialogues_256k.json")
    assert RealMem().users() == ("Ilse_Brandt",)


def test_one_person_twice_is_refused(tmp_path):
    for name in ("a.json", "b.json"):
        shutil.copy(FILE, tmp_path / name)
    with pytest.raises(SourceError, match=r"Ilse_Brandt occurs twice, the second time in .*b\.json"):
        RealMem(tmp_path)


def turn(raw, session, place):
    return raw["dialogues"][session]["dialogue_turns"][place]


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda raw: raw["dialogues"].pop(), "has 4 dialogues, but its _metadata says 5; it is not whole"),
        (
            lambda raw: raw["dialogues"].insert(2, raw["dialogues"].pop()),
            "dialogue 3: S2_01 of Gardening_1 comes after",
        ),
        (
            lambda raw: turn(raw, 3, 2).update(query_id="Q-0002"),
            "dialogue 3: Q-0002 of queries comes after a later one",
        ),
        (
            lambda raw: turn(raw, 2, 1).update(memory_session_uuids=["3a4b5c6d"]),
            "used dialogue 4, which comes only lat",
        ),
        (lambda raw: raw["dialogues"][0]["dialogue_turns"].reverse(), "dialogue 0, turn 0: the Assistant speaks; they"),
        (lambda raw: raw["dialogues"][1].update(session_uuid="a1b2c3d4"), "a session_uuid occurs twice"),
        (lambda raw: raw["dialogues"][1].pop("current_time"), "dialogue 1: no 'current_time'; not RealMem's layout"),
        (lambda raw: raw["dialogues"][1].update(dialogue_turns=[]), "dialogue 1: no 'dialogue_turns'"),
        (
            lambda raw: raw["dialogues"][1].update(current_time="soon"),
            "session 0f0f0f0f: current_time is 'soon'; expected",
        ),
        (lambda raw: turn(raw, 1, 1).update(speaker="Bot"), "dialogue 1, turn 1: it needs 'content' and a 'speaker'"),
        (lambda raw: turn(raw, 1, 1).update(is_query=None), "dialogue 1, turn 1: is_query is None; it must be true"),
        (lambda raw: turn(raw, 1, 1).update(is_query=True), "turn 1: a query of Assistant, category_name None"),
        (
            lambda raw: turn(raw, 2, 0).update(category_name="Trivia"),
            "category_name 'Trivia'; it must be the User's, and",
        ),
    ],
)
def test_a_damaged_or_reordered_file_is_named_with_its_place(damaged, alter, message):
    with pytest.raises(SourceError, match=message):
        RealMem(damaged(alter))


def test_the_development_people_have_their_published_counts(realmem_dev):
    facts = RealMem(realmem_dev).facts
    names = ("sessions", "turns", "questions", "questions_with_evidence", "labels_unasked", "times_lifted")
    for person, counts in (
        ("Adeleke_Okonjo", [197, 1376, 124, 124, 19, 0]),
        ("Liam_O_Connor", [226, 1500, 121, 121, 0, 53]),
    ):
        file = f"{person}_dialogues_256k.json"
        assert [facts[f"{file}: {name}"] for name in names] == counts
        assert facts[f"{file}: labels_dangling"] == 0
        assert facts[f"{file}: pinned"] == file


def test_no_memory_of_the_generator_is_said_in_the_development_files(realmem_dev):
    source = RealMem(realmem_dev)
    for file in realmem_dev.glob("*.json"):
        raw = json.loads(file.read_text())
        said = {turn.text for turn in turns(lived(source, raw["_metadata"]["person_name"])[1])}
        assert len(said) > 1000
        for session in raw["dialogues"]:
            assert not said & {f"user: {memory['content']}" for memory in session["extracted_memory"]}
            assert not said & {f"assistant: {memory['content']}" for memory in session["extracted_memory"]}


@pytest.mark.parametrize(
    ("place", "user", "kind", "nuggets", "pin"),
    [
        (0, "Adeleke_Okonjo", "dynamic_incremental", [6], "f164283803ab0299"),
        (122, "Adeleke_Okonjo", "dynamic_incremental", [6, 6], "3532252c56c8381d"),
        (244, "Liam_O_Connor", "dynamic_incremental", [6, 6, 6], "da3ce53bb52e1b80"),
    ],
)
def test_queries_of_the_development_people_are_pinned_with_their_evidence(realmem_dev, place, user, kind, nuggets, pin):
    source = RealMem(realmem_dev)
    asked = []
    for one in source.users():
        life, events = lived(source, one)
        said = {turn.id: turn.text for turn in turns(events)}
        asked += [(one, life.gold[query.id], query.text, said) for query in queries(events)]
    assert len(asked) == 245
    found, judged, text, said = asked[place]
    assert (found, judged.kind, [len(nugget.turns) for nugget in judged.evidence]) == (user, kind, nuggets)
    texts = [text, *(said[id] for id in said if id in judged.evidence_turns)]
    assert sha256("\n".join(texts).encode()).hexdigest()[:16] == pin
