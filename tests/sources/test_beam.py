import json
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError, data_folders
from memlab.sources.beam import Beam

SAMPLE = Path(__file__).parent.parent.parent / "datasets" / "beam" / "sample"
KINDS = {
    "abstention": 1,
    "contradiction_resolution": 2,
    "event_ordering": 1,
    "information_extraction": 3,
    "instruction_following": 1,
    "knowledge_update": 2,
    "multi_session_reasoning": 1,
    "preference_following": 1,
    "summarization": 1,
    "temporal_reasoning": 1,
}


@pytest.fixture(scope="module")
def dev() -> Beam:
    """The six development chats; the tests are skipped where they are not at hand."""
    for folder in data_folders("beam"):
        if (folder / "100K" / "6" / "chat.json").exists():
            return Beam(folder)
    pytest.skip("100K/1 to 100K/6 are not in $MEMLAB_DATA/beam: their counts and pinned questions are not checked")


@pytest.fixture
def chat(tmp_path) -> Path:
    """A copy of the sample that a test may damage."""
    return shutil.copytree(SAMPLE, tmp_path / "100K" / "1")


def change(file, alter):
    raw = json.loads(file.read_text())
    alter(raw)
    file.write_text(json.dumps(raw))


def lived(source, user=None):
    life = source.life(user or source.users()[0], seed=0)
    return life, list(life.stream())


def turns(events):
    return [event for event in events if isinstance(event, Turn)]


def gold(question, path=SAMPLE, **params):
    life, events = lived(Beam(path, **params))
    (query,) = [event for event in events if isinstance(event, Query) and event.text.startswith(question)]
    return life.gold[query.id]


def test_a_message_is_a_turn_and_a_batch_a_session_that_ends(chat):
    _, events = lived(Beam(chat))
    assert [turn.id for turn in turns(events)] == [f"m{n}" for n in range(20)]
    assert Counter(turn.session for turn in turns(events)) == {1: 8, 2: 6, 3: 4, 4: 2}
    ends = [place for place, event in enumerate(events) if isinstance(event, SessionEnd)]
    assert [events[place - 1].id for place in ends] == ["m7", "m13", "m17", "m19"]
    assert all(events[place].at == events[place - 1].at for place in ends)


def test_a_batchs_messages_carry_its_date_and_the_text_form_its_role():
    first, second = turns(lived(Beam(SAMPLE))[1])[:2]
    assert f"{first.at:%Y-%m-%d %H:%M %Z}" == "2024-02-12 00:00 UTC"
    assert (first.speaker, second.speaker) == ("user", "assistant")
    assert first.text.endswith("Where should I begin?")
    assert turns(lived(Beam(SAMPLE, text="{text} ({speaker})"))[1])[9].text == (
        "A tung oil varnish, four thin coats. (assistant)"
    )


def test_the_plans_marker_is_cut_off_whoever_wrote_it():
    texts = {turn.id: turn.text for turn in turns(lived(Beam(SAMPLE))[1])}
    assert not [text for text in texts.values() if "->" in text or "N/A" in text]
    assert texts["m7"] == "assistant: 1. Replace the planks. 2. Caulk. 3. Paint. 4. Launch on the 4th of May."
    assert texts["m10"] == "user: And how long between the coats?"
    assert Beam(SAMPLE).facts["100K: markers_stripped"] == 10


def test_a_batch_that_goes_back_is_lifted_and_one_without_a_date_has_that_of_the_one_before():
    source = Beam(SAMPLE)
    ends = [event.at for event in lived(source)[1] if isinstance(event, SessionEnd)]
    assert [f"{at:%m-%d}" for at in ends] == ["02-12", "04-02", "04-02", "04-02"]
    assert (source.facts["100K: times_lifted"], source.facts["100K: times_missing"]) == (1, 1)


def test_questions_are_probes_after_the_last_message_in_an_order_that_tells_no_kind():
    life, events = lived(Beam(SAMPLE))
    queries = events[-14:]
    assert all(isinstance(query, Query) and query.probe and query.at == events[-15].at for query in queries)
    assert [query.id for query in queries] == sorted(query.id for query in queries)
    assert all(len(query.id) == 8 and int(query.id, 16) >= 0 for query in queries)
    kinds = [life.gold[query.id].kind for query in queries]
    assert Counter(kinds) == KINDS
    assert kinds != sorted(kinds)


def test_the_old_value_of_an_update_is_stale_and_no_evidence():
    judged, published = (gold("On which day", labels=labels) for labels in ("judged", "published"))
    assert (judged.evidence_turns, judged.stale) == ({"m12"}, {"m6"})
    assert (published.evidence_turns, published.stale) == ({"m6", "m12"}, frozenset())
    texts = {turn.id: turn.text for turn in turns(lived(Beam(SAMPLE))[1])}
    assert "18th of May" in texts["m12"]
    assert "4th of May" in texts["m6"]


def test_an_update_that_is_told_backwards_has_neither_and_is_counted():
    judged, published = (gold("How wide", labels=labels) for labels in ("judged", "published"))
    assert (judged.evidence_turns, judged.stale) == (frozenset(), frozenset())
    assert judged.answerable
    assert (published.evidence_turns, published.stale) == ({"m4", "m18"}, frozenset())
    facts = Beam(SAMPLE).facts
    assert (facts["100K: updates_dropped"], facts["100K: questions_with_stale"]) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "stale", "evidence"),
    [
        ([4, 6], [12], {"m4", "m6"}, {"m12"}),
        ([4, 12], [12], set(), set()),
        ([4, 14], [12], set(), set()),
        ([], [12], set(), set()),
        ([4], [99], set(), set()),
    ],
)
def test_every_old_message_must_precede_every_new_one(chat, old, new, stale, evidence):
    labels = {"original_info": old, "updated_info": new}
    change(chat / "probing_questions.json", lambda raw: raw["knowledge_update"][0].update(source_chat_ids=labels))
    found = gold("On which day", chat)
    assert (found.stale, found.evidence_turns) == (stale, evidence)


def test_both_statements_of_a_contradiction_are_evidence_and_none_is_stale():
    for labels in ("judged", "published"):
        found = gold("Have I ever varnished", labels=labels)
        assert (found.evidence_turns, found.stale, found.answerable) == ({"m8", "m14"}, frozenset(), True)
    assert gold("Was the hall floor").evidence_turns == {"m14"}


def test_both_events_of_a_question_about_time_are_evidence():
    found = gold("How many days")
    assert (found.evidence_turns, found.stale) == ({"m6", "m12"}, frozenset())


@pytest.mark.parametrize("labels", ["judged", "published"])
def test_what_was_never_said_is_not_answerable(labels):
    found = gold("What colour", labels=labels)
    assert (found.answerable, found.answers, found.evidence) == (False, (), ())


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("In which order", ["m2", "m8", "m10", "m16"]),
        ("What did I pay", ["m4"]),
        ("Who rowed", ["m16"]),
        ("How many trestles", []),
        ("Which woods", ["m3", "m9"]),
    ],
)
def test_each_message_that_is_named_is_a_nugget_once(question, evidence):
    nuggets = gold(question).evidence
    assert [turn for nugget in nuggets for turn in nugget.turns] == evidence


def test_repairs_repeats_and_drops_are_counted():
    facts = Beam(SAMPLE).facts
    assert {name: facts[f"100K: labels_{name}"] for name in ("repaired", "repeated", "dangling")} == {
        "repaired": 3,
        "repeated": 2,
        "dangling": 2,
    }
    assert (facts["100K: questions"], facts["100K: questions_with_evidence"]) == (14, 12)
    assert {kind: facts[f"100K: {kind}"] for kind in KINDS} == KINDS
    assert facts["100K-sample: pinned"] == "unpinned"


@pytest.mark.parametrize(
    ("question", "answer"),
    [("How many trestles", "2"), ("Sum up", "Planks were replaced, the launch was moved, she floats.")],
)
def test_the_answer_is_found_under_each_kinds_key(question, answer):
    assert gold(question).answers == (answer,)


def test_ids_give_nothing_away():
    life, events = lived(Beam(SAMPLE))
    ids = [event.id for event in events if isinstance(event, Turn | Query)] + [life.user]
    words = {*KINDS, "main", "stale", "evidence", "answer", "update", "info", "statement", "event"}
    assert not [id for id in ids for word in words if word in id]


def test_the_same_arguments_give_the_same_events():
    streams = {sha256(repr(lived(Beam(SAMPLE))[1]).encode()).hexdigest() for _ in range(2)}
    assert len(streams) == 1
    assert Beam(SAMPLE).digest == Beam(SAMPLE).digest


def test_a_life_cut_to_its_first_sessions_asks_only_what_they_answer():
    source = Beam(SAMPLE)
    life = limited(source.life(source.users()[0], seed=0), 2, 3)
    events = list(life.stream())
    queries = [event for event in events if isinstance(event, Query)]
    assert {turn.session for turn in turns(events)} == {1, 2}
    assert len(queries) == 3


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"labels": "best"}, "labels is 'best'; it must be 'published', 'judged' or 'audited'"),
        ({"size": "2M"}, "size is '2M'; it must be one of 100K, 500K, 1M, 10M"),
    ],
)
def test_unknown_options_are_refused(params, message):
    with pytest.raises(SourceError, match=message):
        Beam(SAMPLE, **params)


def test_the_development_chats_have_their_published_counts(dev):
    facts = dev.facts
    assert [facts[f"100K: {name}"] for name in ("chats", "sessions", "messages", "questions")] == [6, 20, 1290, 120]
    assert {facts[f"100K: {kind}"] for kind in KINDS} == {12}
    assert (facts["100K: questions_with_evidence"], facts["100K: labels_dangling"]) == (108, 0)
    assert (facts["100K: questions_with_stale"], facts["100K: updates_dropped"]) == (12, 0)
    assert [facts[f"100K-{n}: pinned"] for n in range(1, 7)] == [f"chats/100K/{n}" for n in range(1, 7)]


def test_no_text_of_the_development_chats_holds_a_marker(dev):
    texts = [turn.text for user in dev.users() for turn in turns(lived(dev, user)[1])]
    assert len(texts) == 1290
    assert not [text for text in texts if "->->" in text]


@pytest.mark.parametrize(
    ("place", "user", "kind", "evidence", "pin"),
    [
        (0, "100K-1", "event_ordering", ["m4", "m60", "m116"], "f77729ff5abfb8bd"),
        (60, "100K-4", "multi_session_reasoning", ["m30", "m58"], "407e30a1db72b5aa"),
        (119, "100K-6", "multi_session_reasoning", ["m22", "m23", "m92", "m93", "m136", "m137"], "04d27ad47529422b"),
    ],
)
def test_questions_of_the_development_chats_are_pinned_with_their_evidence(dev, place, user, kind, evidence, pin):
    asked = []
    for one in dev.users():
        life, events = lived(dev, one)
        said = {turn.id: turn.text for turn in turns(events)}
        asked += [(one, life.gold[event.id], event.text, said) for event in events if isinstance(event, Query)]
    assert len(asked) == 120
    found, judged, text, said = asked[place]
    assert (found, judged.kind) == (user, kind)
    assert [id for id in said if id in judged.evidence_turns] == evidence
    assert sha256("\n".join([text, *map(said.get, evidence)]).encode()).hexdigest()[:16] == pin


def test_the_old_values_of_the_development_chats_are_pinned(dev):
    updates = {}
    for user in dev.users():
        golds = [gold for gold in lived(dev, user)[0].gold.values() if gold.stale]
        for judged in sorted(golds, key=lambda judged: judged.facets["index"]):
            updates[user, judged.facets["index"]] = (sorted(judged.stale), sorted(judged.evidence_turns))
    assert updates == {
        ("100K-1", 0): (["m86"], ["m114"]),
        ("100K-1", 1): (["m148"], ["m182"]),
        ("100K-2", 0): (["m32"], ["m66"]),
        ("100K-2", 1): (["m114"], ["m128"]),
        ("100K-3", 0): (["m12"], ["m52"]),
        ("100K-3", 1): (["m60"], ["m116"]),
        ("100K-4", 0): (["m82"], ["m130"]),
        ("100K-4", 1): (["m30"], ["m58"]),
        ("100K-5", 0): (["m44"], ["m62"]),
        ("100K-5", 1): (["m84", "m86", "m88"], ["m130"]),
        ("100K-6", 0): (["m62"], ["m92"]),
        ("100K-6", 1): (["m182"], ["m192"]),
    }
