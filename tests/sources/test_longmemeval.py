import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError, data_folders
from memlab.sources.longmemeval import LongMemEval
from memlab.sources.reading import no_labels

SAMPLE = Path(__file__).parent.parent.parent / "datasets" / "longmemeval" / "sample.json"
LEAKS = re.compile("answer|abs|sharegpt|ultrachat|gpt4|sample|single|multi|update", re.IGNORECASE)
TELLING_DATES = re.compile(r"2024-08-03 (\d\d:\d\d)")


@pytest.fixture(scope="module")
def longmemeval_dev():
    """The development share of LongMemEval; the test is skipped where it is not at hand."""
    for folder in data_folders("longmemeval"):
        if (folder / "longmemeval_subset_oracle.json").exists():
            return folder
    pytest.skip("longmemeval_subset_oracle.json is not in $MEMLAB_DATA/longmemeval: its questions are not checked")


def lives(source):
    return [source.life(user, seed=0) for user in source.users()]


def asked(source, place):
    """A question's events, its gold, and its turns by id."""
    life = lives(source)[place]
    events = list(life.stream())
    (gold,) = life.gold.values()
    return events, gold, {event.id: event.text for event in events if isinstance(event, Turn)}


def damaged(tmp_path, change):
    records = json.loads(SAMPLE.read_text())
    change(records)
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(records))
    return path


def bytes_of(source):
    return sha256("".join(repr(list(life.stream())) + repr(life.gold) for life in lives(source)).encode()).hexdigest()


def test_each_question_is_a_life_that_ends_with_it():
    for life in lives(LongMemEval(SAMPLE)):
        *before, end, query = life.stream()
        assert isinstance(query, Query)
        assert query.probe
        assert isinstance(end, SessionEnd)
        assert (query.session, set(life.gold)) == (end.session, {query.id})
        assert not any(isinstance(event, Query) for event in before)


def test_sessions_are_held_by_date_and_the_question_is_never_asked_before_the_last():
    events, _, _ = asked(LongMemEval(SAMPLE), 3)
    times = [(type(event).__name__, TELLING_DATES.match(str(event.at))[1]) for event in events]
    first, second = ("09:05", "15:10")
    assert times == [
        *[("Turn", first)] * 2,
        ("SessionEnd", first),
        *[("Turn", second)] * 2,
        ("SessionEnd", second),
        ("Query", second),
    ]


def test_a_question_keeps_its_own_date_where_nothing_follows_it():
    events, _, _ = asked(LongMemEval(SAMPLE), 0)
    assert f"{events[-1].at:%Y-%m-%d %H:%M}" == "2024-05-10 09:00"


def test_a_nugget_is_an_evidence_session_with_its_marked_turns():
    _, gold, said = asked(LongMemEval(SAMPLE), 0)
    assert [{said[id] for id in nugget.turns} for nugget in gold.evidence] == [
        {"user: Good idea, since I bought a viola on Monday.", "assistant: Congratulations on the viola!"}
    ]
    assert gold.facets["evidence"] == "marked turns"


def test_where_no_turn_is_marked_the_whole_session_is_the_nugget():
    _, gold, _ = asked(LongMemEval(SAMPLE), 3)
    assert [sorted(nugget.turns) for nugget in gold.evidence] == [["S1:1"], ["S2:1", "S2:2"]]
    assert gold.facets["evidence"] == "marked turns and whole session"


def test_the_later_session_of_an_update_is_current_whatever_their_order_in_the_file():
    _, gold, said = asked(LongMemEval(SAMPLE), 1)
    assert [said[id] for id in gold.evidence_turns] == ["user: My shoulders ache, I am up to 40 laps now."]
    assert [said[id] for id in gold.stale] == ["user: I swim 25 laps every morning."]
    (note,) = lives(LongMemEval(SAMPLE))[1].superseded
    assert (note.turn, note.by) == ("S1:1", "S2:1")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Where did I keep the tent before I moved it?", "neither"),
        ("Has the place of my tent changed?", "in the attic"),
        ("Where is the tent?", "in the cellar"),
    ],
)
def test_an_update_that_is_not_asked_for_its_present_value_has_no_stale_turns(tmp_path, question, answer):
    path = damaged(tmp_path, lambda records: records[2].update(question=question, answer=answer))
    _, gold, _ = asked(LongMemEval(path), 2)
    assert [sorted(nugget.turns) for nugget in gold.evidence] == [["S1:1"], ["S2:1"]]
    assert gold.stale == frozenset()


def test_the_same_update_asked_for_its_present_value_has(tmp_path):
    path = damaged(tmp_path, lambda records: records[2].update(question="Where is the tent?", answer="the attic"))
    _, gold, _ = asked(LongMemEval(path), 2)
    assert (gold.evidence_turns, gold.stale) == ({"S2:1"}, {"S1:1"})


def test_as_published_nothing_is_stale_and_abstention_keeps_its_evidence():
    published = LongMemEval(SAMPLE, labels="published")
    assert not any(life.superseded for life in lives(published))
    _, update, _ = asked(published, 1)
    assert (update.evidence_turns, update.stale) == ({"S1:1", "S2:1"}, frozenset())
    _, absent, _ = asked(published, 4)
    assert (absent.kind, absent.answerable, absent.evidence_turns) == ("abstention", False, {"S1:1"})


def test_what_cannot_be_answered_has_neither_answer_nor_evidence():
    _, gold, _ = asked(LongMemEval(SAMPLE), 4)
    assert (gold.answerable, gold.answers, gold.evidence) == (False, (), ())


def test_answers_are_text():
    assert asked(LongMemEval(SAMPLE), 5)[1].answers == ("3",)


def test_a_session_that_the_history_repeats_is_one_nugget(tmp_path):
    path = damaged(tmp_path, lambda records: records[0]["haystack_session_ids"].__setitem__(3, "answer_0a1b2c3d"))
    _, gold, _ = asked(LongMemEval(path), 0)
    (nugget,) = gold.evidence
    assert nugget.turns == {"S2:3", "S2:4"}


def test_what_was_repaired_dropped_and_lifted_is_counted():
    facts = {name.removeprefix("sample.json: "): count for name, count in LongMemEval(SAMPLE).facts.items()}
    assert facts == {
        **{"questions": 6, "sessions": 14, "turns": 30, "pinned": "unpinned"},
        **{"single_session_user": 1, "knowledge_update": 2, "temporal_reasoning": 1, "multi_session": 1},
        **{"abstention": 1, "updates_with_stale": 1, "questions_with_evidence": 6},
        **no_labels(),
        **{"labels": 11, "labels_resolved": 10, "labels_dangling": 1, "marks_outside_evidence": 0},
        **{"questions_that_lost_all_evidence": 0, "evidence_sessions_by_marked_turns": 9},
        **{"evidence_sessions_whole": 1, "sessions_dropped_empty": 1, "sessions_reordered": 2},
        **{
            "session_ids_repeated": 1,
            "turns_blank": 1,
            "turns_not_alternating": 0,
            "times_lifted": 1,
            "asked_before_evidence": 1,
        },
    }


def test_turns_that_changed_places_are_counted_as_nothing_in_the_layout_forbids_them(tmp_path):
    def swap(records):
        turns = records[0]["haystack_sessions"][1]
        turns[1], turns[2] = turns[2], turns[1]

    assert LongMemEval(damaged(tmp_path, swap)).facts["damaged.json: turns_not_alternating"] == 2


def test_a_question_that_loses_its_evidence_stays_and_is_counted(tmp_path):
    source = LongMemEval(damaged(tmp_path, lambda records: records[0].update(answer_session_ids=["answer_gone"])))
    _, gold, _ = asked(source, 0)
    assert (gold.answerable, gold.evidence, gold.facets["evidence"]) == (True, (), "none")
    assert source.facts["damaged.json: questions_that_lost_all_evidence"] == 1
    assert source.facts["damaged.json: marks_outside_evidence"] == 2


def check_opaque(source):
    for life in lives(source):
        events = list(life.stream())
        ids = [event.id for event in events if isinstance(event, Turn)]
        assert re.fullmatch("[0-9a-f]{8}", life.user)
        assert re.fullmatch("[0-9a-f]{8}", events[-1].id)
        assert all(re.fullmatch(r"S\d+:\d+", id) for id in ids)
        assert not any(LEAKS.search(id) for id in (life.user, events[-1].id, *ids))
        seen = {name for event in events if isinstance(event, Turn) for name in (event.speaker, event.channel)}
        assert seen == {"user", "assistant", "chat"}


def test_ids_give_nothing_away():
    check_opaque(LongMemEval(SAMPLE))


@given(st.data())
@settings(max_examples=30)
def test_the_order_of_a_haystack_in_the_file_changes_nothing(tmp_path_factory, data):
    records = json.loads(SAMPLE.read_text())
    record = records[data.draw(st.integers(0, len(records) - 1))]
    parts = ("haystack_dates", "haystack_session_ids", "haystack_sessions")
    order = data.draw(st.permutations(range(len(record["haystack_dates"]))))
    record.update({part: [record[part][place] for place in order] for part in parts})
    path = tmp_path_factory.mktemp("shuffled") / "sample.json"
    path.write_text(json.dumps(records))
    assert bytes_of(LongMemEval(path)) == bytes_of(LongMemEval(SAMPLE))


def test_the_same_arguments_give_the_same_bytes_and_labels_never_change_events():
    assert bytes_of(LongMemEval(SAMPLE)) == bytes_of(LongMemEval(SAMPLE))
    streams = [
        [list(life.stream()) for life in lives(LongMemEval(SAMPLE, labels=labels))]
        for labels in ("judged", "published")
    ]
    assert streams[0] == streams[1]


def test_the_text_form_belongs_to_the_source():
    assert asked(LongMemEval(SAMPLE, text="{text}"), 0)[2]["S1:1"] == "Explain tides to a child."


def test_limits_keep_the_questions_whose_evidence_is_said():
    (life, *_) = lives(LongMemEval(SAMPLE))
    assert not any(isinstance(event, Query) for event in limited(life, 1, None).stream())
    assert sum(isinstance(event, Query) for event in limited(life, 2, None).stream()) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r[0].pop("haystack_sessions"), "question 0: no 'haystack_sessions'; not the layout of longmemeval"),
        (lambda r: r[1].update(question=7), "question 1: 'question' is of type int; not the layout of longmemeval"),
        (lambda r: r[1]["haystack_dates"].pop(), r"\(1b2c3d4e\): 2 haystack_sessions and 1 haystack_dates and 2"),
        (lambda r: r[1].update(question_type="trivia"), "question_type is 'trivia'; it must be one of single-session"),
        (lambda r: r[1].update(question_date="noon"), "date is 'noon'; expected a form like '2023/05/30"),
        (lambda r: r[1]["haystack_dates"].__setitem__(0, "2024/02/30 (Fri) 10:00"), "date is '2024/02/30"),
        (lambda r: r[1]["haystack_sessions"][1][0].pop("content"), "session 1, turn 0: it needs a 'role'"),
        (lambda r: r[1]["haystack_sessions"].__setitem__(0, "gone"), "session 0, turn 0: it needs a 'role'"),
        (lambda r: r[1].update(haystack_sessions=[[], []]), "it has no session with turns"),
        (lambda r: r[0]["haystack_session_ids"].reverse(), "the lists of the haystack are out of step"),
        (lambda r: r.append(r[0]), "question 0a1b2c3d occurs twice"),
        (lambda r: r.clear(), "must hold a list of questions"),
    ],
)
def test_damage_is_named_with_its_place(tmp_path, change, message):
    with pytest.raises(SourceError, match=message):
        LongMemEval(damaged(tmp_path, change))


def test_the_development_share_is_known_to_the_card(longmemeval_dev):
    facts = LongMemEval(longmemeval_dev).facts
    assert [count for name, count in facts.items() if name.endswith("pinned")] == [
        "two shortened abstention questions, the development share",
        "eleven oracle questions, the development share",
        "two S haystacks, the development share",
    ]
    assert sum(count for name, count in facts.items() if name.endswith(": questions_with_evidence")) == 13


def test_the_development_share_gives_nothing_away(longmemeval_dev):
    check_opaque(LongMemEval(longmemeval_dev))


@pytest.mark.parametrize(
    ("place", "published_id", "pin"),
    [
        (0, "0862e8bf_abs", "dcd19c76f1cffae7"),
        (3, "6a1eabeb", "cf0994ea0d96f019"),
        (7, "ba358f49", "ae3f747cf59ff21e"),
        (13, "e47becba", "d1bed826f362d64e"),
        (14, "gpt4_59149c77", "7b37436f9079b575"),
    ],
)
def test_the_development_questions_have_their_pinned_evidence(longmemeval_dev, place, published_id, pin):
    events, gold, said = asked(LongMemEval(longmemeval_dev), place)
    assert gold.facets["question_id"] == published_id
    texts = [said[id] for ids in (gold.evidence_turns, gold.stale) for id in sorted(ids)]
    assert sha256("\n".join([events[-1].text, *texts]).encode()).hexdigest()[:16] == pin
