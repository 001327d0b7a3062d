import json
from hashlib import sha256

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.sources import SourceError
from memlab.sources.cards import load_card
from memlab.sources.locomo import KINDS, Locomo


def stream(source):
    (user,) = source.users()
    lived = source.life(user, seed=0)
    return lived, list(lived.stream())


def by_text(sample, question, **params):
    lived, events = stream(Locomo(sample, **params))
    (query,) = [event for event in events if isinstance(event, Query) and event.text.startswith(question)]
    return lived.gold[query.id]


def test_turns_carry_their_sessions_time_and_dia_ids(sample):
    _, events = stream(Locomo(sample))
    turns = [event for event in events if isinstance(event, Turn)]
    assert [turn.id for turn in turns][:5] == ["D1:1", "D1:2", "D1:3", "D1:4", "D2:1"]
    assert f"{turns[0].at:%Y-%m-%d %H:%M}" == "2024-03-03 09:05"
    assert (
        turns[1].text == "Imran: No way, the one above the bakery? I adopted a parrot yesterday, so we both went mad."
    )


def test_questions_are_probes_after_the_last_turn_at_its_time(sample):
    _, events = stream(Locomo(sample))
    queries = [event for event in events if isinstance(event, Query)]
    assert events[-6:] == queries
    assert all(query.probe and query.at == events[-7].at for query in queries)
    assert all(len(query.id) == 8 and int(query.id, 16) >= 0 for query in queries)


def test_questions_are_asked_in_the_order_of_their_ids_as_upstreams_tells_their_kinds(sample):
    lived, events = stream(Locomo(sample))
    ids = [event.id for event in events if isinstance(event, Query)]
    assert ids == sorted(ids)
    assert [lived.gold[id].facets["index"] for id in ids] != list(range(6))


def test_a_session_that_goes_back_in_time_is_lifted_and_counted(sample):
    source = Locomo(sample)
    _, events = stream(source)
    ends = [event.at for event in events if isinstance(event, SessionEnd)]
    assert ends == sorted(ends)
    assert source.facts["sample.json: times_lifted"] == 1


def test_a_caption_is_appended_only_when_asked_for_and_the_search_query_never(sample):
    plain = [e for e in stream(Locomo(sample))[1] if isinstance(e, Turn)][2]
    captioned = [e for e in stream(Locomo(sample, caption=True))[1] if isinstance(e, Turn)][2]
    assert plain.text == "Rosa: A parrot! What is it called?"
    assert captioned.text == "Rosa: A parrot! What is it called? a photo of a green parrot on a curtain rail"
    assert plain.attachments == ()
    assert "flat" not in captioned.text


def test_the_text_form_belongs_to_the_source(sample):
    first = stream(Locomo(sample, text="{text} ({speaker})"))[1][0]
    assert first.text == "Morning! Guess who finally signed up for the pottery course? (Rosa)"


@pytest.mark.parametrize(
    ("question", "turns"),
    [("What became", ["D2:1", "D3:2"]), ("Would Rosa", ["D1:1", "D2:1"]), ("How many desks", [])],
)
def test_malformed_evidence_is_repaired_and_dangling_evidence_dropped(sample, question, turns):
    assert sorted(by_text(sample, question).evidence_turns) == turns


def test_repairs_and_drops_are_counted(sample):
    facts = Locomo(sample).facts
    assert facts["sample.json: labels_repaired"] == 3
    assert facts["sample.json: labels_dangling"] == 2
    assert facts["sample.json: questions_with_evidence"] == 5
    assert facts["sample.json: pinned"] == "unpinned"


def test_adversarial_questions_are_answerable_only_as_published(sample):
    judged, published = (by_text(sample, "What did Imran sell", labels=labels) for labels in ("judged", "published"))
    assert (judged.answerable, judged.evidence_turns) == (False, frozenset())
    assert (published.answerable, published.evidence_turns) == (True, {"D3:2"})


def test_answers_are_text_and_the_published_place_is_a_facet(sample):
    gold = by_text(sample, "How many desks")
    assert gold.answers == ("0",)
    assert gold.kind == "open_domain"
    assert gold.facets["index"] == 4


def test_another_layout_is_refused(tmp_path):
    other = tmp_path / "other.json"
    other.write_text('[{"sample_id": "x"}]')
    with pytest.raises(SourceError, match="conversation 0: no 'conversation'; not LoCoMo's layout"):
        Locomo(other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["qa"][0].update(category=6), "question 0: category is 6; it must be 1 to 5"),
        (lambda s: s["conversation"].update(session_1_date_time="noon"), "session 1: time is 'noon'; expected a form"),
        (
            lambda s: s["conversation"]["session_2"][0].update(dia_id="D1:1"),
            "turn 0: dia_id is 'D1:1'; it must be D2:1 or",
        ),
        (
            lambda s: s["conversation"]["session_2"][1].update(dia_id="D2:1"),
            "turn 1: dia_id is 'D2:1'; it must be D2:2 or",
        ),
        (
            lambda s: s["conversation"]["session_2"][1].update(dia_id="two"),
            "turn 1: dia_id is 'two'; it must be D2:2 or",
        ),
        (lambda s: s.update(conversation={"session_1": []}), "sample-1: no session_N has a turn; not LoCoMo's layout"),
    ],
)
def test_damage_is_named_with_its_place(sample, tmp_path, change, message):
    samples = json.loads(sample.read_text())
    change(samples[0])
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(samples))
    with pytest.raises(ValueError, match=message):
        stream(Locomo(path))


BY_CATEGORY = {
    "locomo10.json": (282, 321, 96, 841, 446),
    "the first five conversations of locomo10.json": (142, 156, 46, 418, 237),
}


def test_the_kinds_of_the_categories_are_counted_as_published_in_the_card():
    """Some read upstream's numbers otherwise, and swap single-hop and multi-hop: 282 questions and 841."""
    assert KINDS == {1: "multi_hop", 2: "temporal", 3: "open_domain", 4: "single_hop", 5: "adversarial"}
    counts = {known.file: known.counts for known in load_card("locomo").files}
    assert counts.keys() == BY_CATEGORY.keys()
    for file, by_category in BY_CATEGORY.items():
        assert tuple(counts[file][KINDS[category]] for category in range(1, 6)) == by_category
        assert counts[file]["questions"] == sum(by_category)


def test_the_development_conversations_have_their_published_kinds_and_evidence(locomo_dev):
    source = Locomo(locomo_dev, labels="published")
    golds = [gold for user in source.users() for gold in source.life(user, seed=0).gold.values()]
    published = [question for sample in json.loads(locomo_dev.read_text()) for question in sample["qa"]]
    assert source.facts[f"{locomo_dev.name}: pinned"] == "the first five conversations of locomo10.json"
    for category, n in enumerate(BY_CATEGORY["the first five conversations of locomo10.json"], start=1):
        assert sum(gold.kind == KINDS[category] for gold in golds) == n
        assert sum(question["category"] == category for question in published) == n
    assert (len(golds), sum(bool(gold.evidence) for gold in golds)) == (999, 997)


def test_more_ids_of_evidence_stand_on_a_multi_hop_than_on_a_single_hop_question(locomo_dev):
    source = Locomo(locomo_dev, labels="published")
    golds = [gold for user in source.users() for gold in source.life(user, seed=0).gold.values()]
    of = {kind: [len(gold.evidence) for gold in golds if gold.kind == kind] for kind in KINDS.values()}
    assert sum(of["multi_hop"]) / 142 > 2.5 > 1.2 > sum(of["single_hop"]) / 418


@pytest.fixture(scope="module")
def asked_of_dev(locomo_dev):
    """Every question of the development share, as it is asked: whose it is, its gold, its text, and what was said."""
    source, asked = Locomo(locomo_dev, labels="published"), []
    for user in source.users():
        life = source.life(user, seed=0)
        events = list(life.stream())
        said = {event.id: event.text for event in events if isinstance(event, Turn)}
        asked += [(user, life.gold[event.id], event.text, said) for event in events if isinstance(event, Query)]
    return asked


@pytest.mark.parametrize(
    ("place", "user", "kind", "evidence", "pin"),
    [
        (0, "conv-26", "single_hop", ["D17:12"], "f76b976163db8f41"),
        (499, "conv-42", "temporal", ["D23:1"], "98576be2807688fa"),
        (998, "conv-43", "adversarial", ["D23:3"], "46f7e4f133469884"),
    ],
)
def test_questions_of_the_development_conversations_are_pinned(asked_of_dev, place, user, kind, evidence, pin):
    assert len(asked_of_dev) == 999
    found, judged, text, said = asked_of_dev[place]
    assert (found, judged.kind) == (user, kind)
    assert [id for id in said if id in judged.evidence_turns] == evidence
    assert sha256("\n".join([text, *map(said.get, evidence)]).encode()).hexdigest()[:16] == pin


def test_the_malformed_labels_of_the_development_conversations_are_read_as_these(asked_of_dev):
    read = {(user, judged.facets["index"]): sorted(judged.evidence_turns) for user, judged, _, _ in asked_of_dev}
    assert read["conv-26", 37] == ["D8:6", "D9:17"]  # 'D8:6; D9:17'
    assert "D11:26" in read["conv-43", 18]  # 'D:11:26', among others
