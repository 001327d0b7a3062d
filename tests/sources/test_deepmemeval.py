import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError, data_folders
from memlab.sources.deepmemeval import DeepMemEval
from memlab.sources.reading import no_labels

SAMPLE = Path(__file__).parent.parent.parent / "datasets" / "deepmemeval" / "sample.json"
BELIEF, CASCADE, NOISE, TEMPORAL, ABSTENTION = range(5)


@pytest.fixture(scope="module")
def deepmemeval_dev():
    """The development share of DeepMemEval; the test is skipped where it is not at hand."""
    for folder in data_folders("deepmemeval"):
        if (folder / "deepmemeval_dev.json").exists():
            return folder / "deepmemeval_dev.json"
    pytest.skip("deepmemeval_dev.json is not in $MEMLAB_DATA/deepmemeval: its scenarios are not checked")


def lives(source):
    return [source.life(user, seed=0) for user in source.users()]


def asked(source, place):
    """A question's events, its gold, and its turns by id."""
    life = lives(source)[place]
    events = list(life.stream())
    (gold,) = life.gold.values()
    return events, gold, {event.id: event.text for event in events if isinstance(event, Turn)}


def needed(source, place):
    """The turns of each nugget, in the order of the nuggets."""
    return [sorted(nugget.turns) for nugget in asked(source, place)[1].evidence]


def damaged(tmp_path, change):
    scenarios = json.loads(SAMPLE.read_text())
    change(scenarios)
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(scenarios))
    return path


def bytes_of(source):
    return sha256("".join(repr(list(life.stream())) + repr(life.gold) for life in lives(source)).encode()).hexdigest()


def test_each_judged_scenario_is_a_life_that_ends_with_its_question():
    source = DeepMemEval(SAMPLE)
    assert len(source.users()) == 5
    for life in lives(source):
        *before, end, query = life.stream()
        assert isinstance(query, Query)
        assert query.probe
        assert isinstance(end, SessionEnd)
        assert (query.at, query.session, set(life.gold)) == (end.at, end.session, {query.id})
        assert not any(isinstance(event, Query) for event in before)


def test_a_session_that_goes_back_in_time_is_lifted_and_keeps_its_place():
    events, _, said = asked(DeepMemEval(SAMPLE), BELIEF)
    ends = [f"{event.at:%Y-%m-%d}" for event in events if isinstance(event, SessionEnd)]
    assert ends == ["2024-02-01", "2024-03-01", "2024-03-01"]
    assert list(said) == ["S1:1", "S1:2", "S2:1", "S2:2", "S3:1", "S3:2"]


def test_the_belief_without_an_end_is_current_and_the_others_are_stale_echoes_included():
    _, gold, said = asked(DeepMemEval(SAMPLE), BELIEF)
    (nugget,) = gold.evidence
    assert {said[id] for id in nugget.turns} == {
        "user: Glazes with tin over slip. It lasts.",
        "assistant: Got it, noted that you glazes with tin over slip.",
    }
    assert nugget.values == ("Glazes with tin over slip",)
    assert sorted(gold.stale) == ["S1:1", "S1:2", "S2:1", "S2:2"]
    assert gold.stale_values == ("Glazes with ash", "Glazes with tin")


def test_each_belief_is_superseded_by_the_next():
    notes = lives(DeepMemEval(SAMPLE))[BELIEF].superseded
    assert [(note.turn, note.by) for note in notes] == [
        ("S1:1", "S2:1"),
        ("S1:2", "S2:1"),
        ("S2:1", "S3:1"),
        ("S2:2", "S3:1"),
    ]


def test_a_choice_whose_reason_changed_needs_the_choice_and_both_reasons():
    assert needed(DeepMemEval(SAMPLE), CASCADE) == [["S2:1"], ["S1:1", "S1:2"], ["S3:1", "S3:2"]]
    assert asked(DeepMemEval(SAMPLE), CASCADE)[1].stale == frozenset()


def test_amid_noise_the_signal_session_is_the_evidence():
    assert needed(DeepMemEval(SAMPLE), NOISE) == [["S2:1", "S2:2"]]


def test_a_belief_of_the_past_is_evidence_and_not_mistaken_for_one_that_begins_alike():
    _, gold, _ = asked(DeepMemEval(SAMPLE), TEMPORAL)
    assert needed(DeepMemEval(SAMPLE), TEMPORAL) == [["S1:1", "S1:2"]]
    assert gold.stale == frozenset()


def test_what_cannot_be_known_has_neither_answer_nor_evidence():
    _, gold, _ = asked(DeepMemEval(SAMPLE), ABSTENTION)
    assert (gold.answerable, gold.answers, gold.evidence) == (False, (), ())


def test_as_published_nothing_is_stale_and_abstention_keeps_its_evidence():
    published = DeepMemEval(SAMPLE, labels="published")
    assert not any(life.superseded or asked(published, i)[1].stale for i, life in enumerate(lives(published)))
    assert needed(published, ABSTENTION) == [["S2:1"], ["S1:1"], ["S3:1"]]
    assert asked(published, ABSTENTION)[1].answerable is False


def test_what_was_dropped_and_lifted_is_counted():
    facts = {name.removeprefix("sample.json: "): count for name, count in DeepMemEval(SAMPLE).facts.items()}
    assert facts == {
        **{"scenarios": 6, "dropped_delta_efficiency": 1, "questions": 5, "pinned": "unpinned"},
        **{"belief_update": 1, "cascade_propagation": 1, "noise_resistance": 1, "temporal_belief": 1},
        **{"uncertainty_abstention": 1, "sessions": 15, "turns": 30, "times_lifted": 1},
        **{"questions_with_evidence": 5, "questions_with_stale": 1},
        **no_labels(),
        **{"labels": 12, "labels_resolved": 12, "labels_at_odds": 0},
    }


def test_a_label_that_names_no_session_is_counted_and_the_question_stays(tmp_path):
    source = DeepMemEval(damaged(tmp_path, lambda s: s[2]["metadata"].update(signal_sessions=["s009"])))
    _, gold, _ = asked(source, NOISE)
    assert (gold.answerable, gold.evidence) == (True, ())
    assert source.facts["damaged.json: labels_dangling"] == 1
    assert source.facts["damaged.json: questions_with_evidence"] == 4


def test_a_fact_that_no_session_states_is_counted(tmp_path):
    source = DeepMemEval(damaged(tmp_path, lambda s: s[3]["metadata"].update(current_belief="Turns nothing")))
    life = lives(source)[TEMPORAL]
    assert (life.superseded, source.facts["damaged.json: labels_dangling"]) == ([], 1)


def test_a_session_that_says_a_fact_in_other_words_is_evidence_whole(tmp_path):
    def reword(scenarios):
        for turn in scenarios[2]["conversation_history"][1]["turns"]:
            turn["content"] = "Stoneware it is."

    source = DeepMemEval(damaged(tmp_path, reword))
    assert needed(source, NOISE) == [["S2:1", "S2:2"]]
    assert source.facts["damaged.json: labels_repaired"] == 1


def test_labels_that_contradict_each_other_are_counted_and_the_times_decide(tmp_path):
    source = DeepMemEval(damaged(tmp_path, lambda s: s[0].update(expected_answer="Glazes with tin")))
    assert needed(source, BELIEF) == [["S3:1", "S3:2"]]
    assert source.facts["damaged.json: labels_at_odds"] == 1


def check_opaque(source):
    for life in lives(source):
        events = list(life.stream())
        ids = [event.id for event in events if isinstance(event, Turn)]
        assert re.fullmatch("[0-9a-f]{8}", life.user)
        assert re.fullmatch("[0-9a-f]{8}", events[-1].id)
        assert all(re.fullmatch(r"S\d+:\d+", id) for id in ids)
        seen = {name for event in events if isinstance(event, Turn) for name in (event.speaker, event.channel)}
        assert seen == {"user", "assistant", "chat"}


def test_ids_give_nothing_away():
    check_opaque(DeepMemEval(SAMPLE))


def test_the_same_arguments_give_the_same_bytes_and_labels_never_change_events():
    assert bytes_of(DeepMemEval(SAMPLE)) == bytes_of(DeepMemEval(SAMPLE))
    judged, published = (lives(DeepMemEval(SAMPLE, labels=labels)) for labels in ("judged", "published"))
    assert [list(life.stream()) for life in judged] == [list(life.stream()) for life in published]


def test_the_text_form_belongs_to_the_source():
    assert asked(DeepMemEval(SAMPLE, text="{text} ({speaker})"), NOISE)[2]["S1:1"] == "How hot is lava? (user)"


@pytest.mark.parametrize(("sessions", "questions"), [(1, 0), (2, 1), (3, 1)])
def test_limits_keep_the_questions_whose_evidence_is_said(sessions, questions):
    life = limited(lives(DeepMemEval(SAMPLE))[NOISE], sessions, None)
    assert sum(isinstance(event, Query) for event in life.stream()) == questions


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s[0].pop("conversation_history"), "scenario 0: no 'conversation_history'; not the layout of"),
        (lambda s: s[1].update(metadata=[]), "scenario 1: 'metadata' is of type list; not the layout of deepmemeval"),
        (lambda s: s[1].update(scenario_type="riddle"), r"\(cascade-q2-shelf-via-kiln\): scenario_type is 'riddle'"),
        (lambda s: s[0]["conversation_history"].reverse(), "session ids are s003, s002, s001; they must be s001"),
        (lambda s: s[0].update(conversation_history=[]), "session ids are none; they must be s001"),
        (lambda s: s[0]["conversation_history"][1].update(date="May"), "session s002: date is 'May'; expected a form"),
        (lambda s: s[0]["conversation_history"][1].update(date="2024-02-30"), "session s002: date is '2024-02-30'"),
        (lambda s: s[0]["conversation_history"][1].update(turns=[]), "session s002: each turn needs a 'role'"),
        (lambda s: s[2]["metadata"].pop("signal_sessions"), "no 'signal_sessions', which noise-resistance needs"),
        (lambda s: s[0]["metadata"]["belief_timeline"][0].pop("fact"), "it needs 'fact', 'valid_until' and"),
        (lambda s: s[1]["metadata"].update(root_change="it changed"), "root_change is 'it changed'; it must read"),
        (lambda s: s[5]["metadata"].update(uncertainty_reason="who knows"), "uncertainty_reason must read"),
        (lambda s: s.append(s[0]), "scenario belief-q1-glaze occurs twice"),
        (lambda s: s.clear(), "must hold a list of scenarios"),
    ],
)
def test_damage_is_named_with_its_place(tmp_path, change, message):
    with pytest.raises(SourceError, match=message):
        DeepMemEval(damaged(tmp_path, change))


def test_the_development_share_is_known_to_the_card_and_gives_nothing_away(deepmemeval_dev):
    source = DeepMemEval(deepmemeval_dev)
    assert source.facts["deepmemeval_dev.json: pinned"] == "every other scenario, the development share"
    check_opaque(source)


def test_in_the_development_share_echoes_are_stale_with_what_they_echo(deepmemeval_dev):
    source = DeepMemEval(deepmemeval_dev)
    updates = [life for life in lives(source) if any(gold.kind == "belief_update" for gold in life.gold.values())]
    assert len(updates) == 50
    for life in updates:
        (gold,) = life.gold.values()
        speakers = {event.id: event.speaker for event in life.stream() if isinstance(event, Turn)}
        assert gold.evidence_turns | gold.stale == speakers.keys()
        assert sorted(speakers[id] for id in gold.evidence_turns) == ["assistant", "user"]


@pytest.mark.parametrize(
    ("place", "published_id", "pin"),
    [
        (0, "belief-p025-ci", "17561fa9cce048b7"),
        (60, "cascade-p025-model_serving-via-ml_framework", "08fc7100854ba962"),
        (105, "noise-p035-experiment-light", "0cd6a9f35efaeef2"),
        (150, "temporal-p049-data_processing", "7c9ac883f4a6906f"),
        (209, "uncertain-p039-pipeline_config-via-ci", "6e8ae830c07f57c0"),
    ],
)
def test_the_development_questions_have_their_pinned_evidence(deepmemeval_dev, place, published_id, pin):
    events, gold, said = asked(DeepMemEval(deepmemeval_dev), place)
    texts = [said[id] for ids in (gold.evidence_turns, gold.stale) for id in sorted(ids)]
    found = sha256("\n".join([events[-1].text, *texts]).encode()).hexdigest()[:16]
    assert (gold.facets["scenario_id"], found) == (published_id, pin)
