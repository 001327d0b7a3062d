import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError, data_folders
from memlab.sources.cards import load_card
from memlab.sources.lifebench import LifeBench
from memlab.text import stems

SAMPLE = Path(__file__).parents[2] / "datasets" / "lifebench" / "sample"

KINDS = (
    "information_extraction",
    "multi_hop_reasoning",
    "nondeclarative",
    "temporal_and_knowledge_updating",
    "unanswerable",
)
PINNED = {0: "0f864bee1d54884f", 79: "57850ff11b4cf667", 157: "80db0b4a6eb66a49"}


@pytest.fixture(scope="module")
def dev() -> Path:
    for folder in data_folders("lifebench"):
        if (folder / "lumingqiang").is_dir():
            return folder / "lumingqiang"
    pytest.skip("lumingqiang is not in $MEMLAB_DATA/lifebench: the development share is not checked")


@pytest.fixture
def copy(tmp_path):
    """A person's folder that may be damaged: `copy("sms", change)` changes what a file holds."""
    folder = tmp_path / "person"
    shutil.copytree(SAMPLE, folder)

    def changed(name, change):
        path = folder / f"{name}.json"
        held = json.loads(path.read_text())
        change(held)
        path.write_text(json.dumps(held))
        return folder

    return changed


def lived(source):
    (user,) = source.users()
    life = source.life(user, seed=0)
    return life, list(life.stream())


def turns_of(source):
    return [event for event in lived(source)[1] if isinstance(event, Turn)]


def gold_of(source, question):
    life, events = lived(source)
    (query,) = [event for event in events if isinstance(event, Query) and event.text.startswith(question)]
    return query, life.gold[query.id], {event.id: event for event in events if isinstance(event, Turn)}


def test_every_item_is_a_turn_of_its_type_in_the_order_of_its_time():
    turns = turns_of(LifeBench(SAMPLE))
    assert [turn.id for turn in turns] == [f"t{n:04d}" for n in range(15)]
    assert [turn.channel for turn in turns[:7]] == ["sms", "call", "note", *["chat"] * 4]
    assert [turn.channel for turn in turns[7:]] == ["sms", "sms", "calendar", "note", "push", "photo", "photo", "call"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (0, "City Library: Your library card is ready at the desk."),
        (1, "user: call with City Library (Dial out, 140)"),
        (2, "user: Bread: Rye needs a longer rise than I thought: fourteen hours."),
        (3, "user: How warm should rye dough be?"),
        (6, "assistant: Good luck with the loaf!"),
        (8, "user: to Orsolya: Great, I will bring the thermos."),
        (9, "user: Ferry: Sail with Orsolya from the north pier. (2031-02-05 07:00:00 to 2031-02-05 09:30:00)"),
        (11, "Harbour: Harbour: delay: The seven o'clock ferry leaves twenty minutes late."),
        (
            12,
            "user: photo: A grey gull on the railing.; at North pier, North, Portville; with Orsolya; shows Gull, Sea",
        ),
        (13, "user: photo: shows Ticket; reads Seat 12"),
        (14, "user: call with Orsolya (Receive)"),
    ],
)
def test_each_type_says_what_the_phone_shows(place, text):
    assert turns_of(LifeBench(SAMPLE))[place].text == text


def test_a_day_is_a_session_and_a_conversation_one_of_its_own_at_the_days_end():
    _, events = lived(LifeBench(SAMPLE))
    sessions = [turn.session for turn in events if isinstance(turn, Turn)]
    assert sessions == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4]
    assert f"{events[4].at:%m-%d %H:%M:%S}" == "01-09 23:59:59"
    assert [event.session for event in events if isinstance(event, SessionEnd)] == [0, 1, 2, 3, 4]


def test_questions_are_asked_at_the_end_of_their_month():
    _, events = lived(LifeBench(SAMPLE))
    asked = [event for event in events if isinstance(event, Query)]
    assert [f"{query.at:%m-%d %H:%M:%S}" for query in asked] == ["01-31 23:59:59"] * 2 + ["02-28 23:59:59"] * 2
    assert [query.session for query in asked] == [1, 1, 4, 4]
    assert [event.id for event in events[: events.index(asked[0])] if isinstance(event, Turn)][-1] == "t0006"


def test_ids_are_compared_as_text_each_item_is_one_nugget_and_repeats_count_once():
    _, gold, turns = gold_of(LifeBench(SAMPLE), "What stood")
    assert [[turns[id].text for id in nugget.turns] for nugget in gold.evidence] == [
        ["user: photo: shows Ticket; reads Seat 12"]
    ]
    assert gold.answers == ("12",)


def test_the_letter_becomes_the_options_text_and_a_conversation_is_found_with_any_of_its_turns():
    _, gold, _ = gold_of(LifeBench(SAMPLE), "Which bread")
    assert (gold.answers, gold.choices, gold.kind) == (("Rye.",), ("Wheat.", "Rye."), "multi_hop_reasoning")
    assert [sorted(nugget.turns) for nugget in gold.evidence] == [
        ["t0000"],
        ["t0002"],
        ["t0003", "t0004", "t0005", "t0006"],
    ]


def test_what_is_not_yet_said_is_no_evidence():
    _, gold, _ = gold_of(LifeBench(SAMPLE), "When does the ferry")
    assert (gold.evidence, gold.answers, gold.answerable) == ((), ("At seven",), True)


@pytest.mark.parametrize("labels", ["published", "judged"])
def test_the_unanswerable_has_neither_answer_nor_evidence(labels):
    _, gold, _ = gold_of(LifeBench(SAMPLE, labels=labels), "What did the gull")
    assert (gold.kind, gold.answerable, gold.answers, gold.evidence) == ("unanswerable", False, (), ())


def test_what_was_read_is_counted():
    facts = {name.split(": ")[1]: count for name, count in LifeBench(SAMPLE).facts.items()}
    expected = {"sms": 3, "items_doubled": 1, "turns": 15, "sessions": 5, "questions": 4, "questions_with_evidence": 2}
    expected |= {"labels": 7, "labels_repaired": 1, "labels_repeated": 1, "labels_dangling": 1, "labels_late": 1}
    expected |= {"multi_hop_reasoning": 1, "times_lifted": 0, "pinned": "unpinned", "answers_not_among_options": 0}
    assert {name: facts[name] for name in expected} == expected


def test_nothing_of_the_plot_or_the_labels_is_said_and_ids_are_opaque():
    life, events = lived(LifeBench(SAMPLE))
    said = " ".join(repr(event) for event in events)
    for leak in ("plotword", "rubricword", "eventword", "topic query", "event_id", "new_event", "phone_id", "IMG_1"):
        assert leak not in said
    assert all(re.fullmatch(r"t\d{4}", event.id) for event in events if isinstance(event, Turn))
    assert all(re.fullmatch(r"[0-9a-f]{8}", id) for id in life.gold)


def test_same_arguments_same_bytes():
    first, second = (lived(LifeBench(SAMPLE)) for _ in range(2))
    assert repr((first[1], first[0].gold)) == repr((second[1], second[0].gold))


def test_limits_cut_the_year():
    cut = list(limited(lived(LifeBench(SAMPLE))[0], 2, 1).stream())
    assert sum(isinstance(event, Query) for event in cut) == 1
    assert {event.session for event in cut if isinstance(event, Turn)} == {0, 1}


def test_a_folder_of_persons_and_the_questions_file_name_the_same_lives():
    assert LifeBench(SAMPLE.parent).users() == LifeBench(SAMPLE / "QA_clean.json").users() == ("sample",)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("sms", lambda d: d[1].pop("contactName"), r"sms\.json, item 1: no 'contactName'; not LifeBench's layout"),
        ("note", lambda d: d[0].update(datetime="noon"), r"note\.json, item 0: time data 'noon' does not match"),
        ("push", lambda d: d[0].update(content=3), r"push\.json, item 0: content is 3; it must be text"),
        ("agent_chat", lambda d: d[0].update(conversation=[]), r"agent_chat\.json, item 0: .* not LifeBench's layout"),
        ("QA_clean", lambda d: d[2].update(ask_time="May"), r"question 2: ask_time is 'May'; expected a form like"),
        (
            "QA_clean",
            lambda d: d[0].update(evidence=["D1:3"]),
            r"question 0: 'evidence' must be a list of \{type, id\}",
        ),
        ("QA_clean", lambda d: d[1].pop("question"), "question 1: 'question' must be text; not LifeBench's layout"),
        ("QA_clean", lambda d: d[1].update(options=["A"]), r"question 1: 'options' must be a list of"),
    ],
)
def test_damage_is_named_with_its_place(copy, name, change, message):
    with pytest.raises(SourceError, match=message):
        LifeBench(copy(name, change))


def test_a_missing_file_and_one_that_is_none_of_a_persons_are_refused(copy, tmp_path, sample):
    folder = copy("sms", lambda items: None)
    (folder / "call.json").unlink()
    with pytest.raises(SourceError, match=r"there is no call\.json; a person's folder holds QA_clean\.json"):
        LifeBench(folder)
    with pytest.raises(SourceError, match=r"sample\.json is not QA_clean\.json"):
        LifeBench(sample)


def test_the_development_year_is_the_cards(dev):
    source = LifeBench(dev)
    facts = {name.split(": ")[1]: count for name, count in source.facts.items()}
    assert str(facts["pinned"]).startswith("lumingqiang")
    (known,) = load_card("lifebench").files
    assert known.counts["questions"] == sum(facts[k] for k in facts if k in KINDS) == 158


def test_first_middle_and_last_questions_of_the_development_year_rest_on_the_pinned_turns(dev):
    life, events = lived(LifeBench(dev))
    turns = {event.id: event.text for event in events if isinstance(event, Turn)}
    queries = [event for event in events if isinstance(event, Query)]
    for place in (0, len(queries) // 2, len(queries) - 1):
        query = queries[place]
        evidence = [turns[id] for nugget in life.gold[query.id].evidence for id in sorted(nugget.turns)]
        assert sha256("\n".join([query.text, *evidence]).encode()).hexdigest()[:16] == PINNED[place]


def test_options_hold_the_answer_and_evidence_shares_its_words_with_its_own_answer_only(dev):
    life, events = lived(LifeBench(dev))
    turns = {event.id: event.text for event in events if isinstance(event, Turn)}
    assert all(set(gold.answers) <= set(gold.choices) for gold in life.gold.values() if gold.choices)
    assert sum(bool(gold.choices) for gold in life.gold.values()) == 37
    golds = [gold for gold in life.gold.values() if gold.evidence]
    shifted = golds[7:] + golds[:7]
    own, foreign = (sum(map(share_stated(turns), golds, other)) / len(golds) for other in (golds, shifted))
    assert own > 0.7
    assert foreign < 0.2


def share_stated(turns):
    """The share of an answer's words that the evidence of a question states."""

    def share(asked, rests_on):
        words = set(stems(asked.answers[0]))
        return len(words & set(stems(" ".join(turns[id] for id in rests_on.evidence_turns)))) / len(words)

    return share
