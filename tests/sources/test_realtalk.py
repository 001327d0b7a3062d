import json
import re
from pathlib import Path

import pytest

from memlab.events import Query, SessionEnd, Turn
from memlab.life import limited
from memlab.sources import SourceError
from memlab.sources.reading import no_labels
from memlab.sources.realtalk import RealTalk

CHAT = Path(__file__).parents[2] / "datasets" / "realtalk" / "Chat_0_Sample.json"


@pytest.fixture
def damaged(tmp_path):
    """Writes the chat anew after a change."""

    def written(change, name="Chat_1_A_B.json"):
        chat = json.loads(CHAT.read_text())
        change(chat)
        path = tmp_path / name
        path.write_text(json.dumps(chat))
        return path

    return written


def lived(source):
    life = source.life(source.users()[0], seed=0)
    return life, list(life.stream())


def turns_of(source):
    return [event for event in lived(source)[1] if isinstance(event, Turn)]


def evidence_of(source, question):
    life, events = lived(source)
    texts = {event.id: event.text for event in events if isinstance(event, Turn)}
    (query,) = [event for event in events if isinstance(event, Query) and event.text.startswith(question)]
    return [texts[id] for nugget in life.gold[query.id].evidence for id in nugget.turns], life.gold[query.id]


def test_turns_stand_in_their_sessions_at_their_own_day_first_times():
    turns = turns_of(RealTalk(CHAT))
    assert [turn.session for turn in turns] == [1, 1, 1, 2, 2, 2, 2, 10, 10]
    assert [turn.id for turn in turns] == [f"t{n:04d}" for n in range(9)]
    assert [f"{turns[n].at:%Y-%m-%d %H:%M:%S}" for n in (0, 1, 3, 7)] == [
        "2024-03-04 09:05:00",
        "2024-03-04 09:06:30",
        "2024-04-12 20:00:00",
        "2024-05-02 08:00:00",
    ]
    assert turns[1].text == "Okello: Does it float?"


def test_a_time_that_steps_back_is_lifted_and_a_missing_one_is_the_sessions():
    turns = turns_of(RealTalk(CHAT))
    assert turns[2].at == turns[1].at
    assert turns[4].at == turns[3].at


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Whom did", ["Tamsin: I bought a kayak from the old lighthouse keeper!"]),
        ("What does the kayak", ["Tamsin: Mostly. Look at it.", "Okello: My choir sings in Lisbon in May."]),
        (
            "When did",
            ["Okello: My choir sings in Lisbon in May.", "Okello: Lisbon was a triumph, nobody needed the earplugs."],
        ),
        (
            "How did",
            [
                "Okello: My choir sings in Lisbon in May.",
                "Tamsin: Which piece?",
                "Okello: The one with the impossible bass line.",
                "Tamsin: I will bring earplugs.",
            ],
        ),
        ("Is the sea", []),
        ("Does Okello", []),
    ],
)
def test_labels_are_led_through_the_turn_not_through_its_number(question, texts):
    assert evidence_of(RealTalk(CHAT), question)[0] == texts


def test_gold_is_of_the_published_kinds_and_answers_are_text():
    _, gold = evidence_of(RealTalk(CHAT), "How did")
    assert (gold.kind, gold.answers, gold.answerable) == ("commonsense", ("3",), True)
    assert gold.facets["index"] == 3


def test_questions_are_probes_after_the_last_turn_and_sessions_end():
    _, events = lived(RealTalk(CHAT))
    queries = [event for event in events if isinstance(event, Query)]
    assert events[-6:] == queries
    assert all(query.probe and query.at == events[-7].at for query in queries)
    assert [event.session for event in events if isinstance(event, SessionEnd)] == [1, 2, 10]


def test_what_was_mended_is_counted():
    facts = {name.split(": ")[1]: count for name, count in RealTalk(CHAT).facts.items()}
    expected = {"sessions": 3, "turns": 9, "questions": 6, "questions_with_evidence": 4, "times_lifted": 1}
    expected |= no_labels() | {"labels": 15, "labels_resolved": 9, "labels_repeated": 1}
    expected |= {"labels_repaired": 5, "labels_dangling": 5, "ids_doubled": 1, "ids_of_another_session": 6}
    expected |= {"times_of_session": 1, "multi_hop": 2, "temporal": 1, "commonsense": 3, "pinned": "unpinned"}
    assert facts == expected


def test_the_caption_is_appended_only_when_asked_for():
    assert turns_of(RealTalk(CHAT))[2].text == "Tamsin: Mostly. Look at it."
    captioned = turns_of(RealTalk(CHAT, caption=True))[2]
    assert captioned.text == "Tamsin: Mostly. Look at it. an orange kayak on a trailer"
    assert captioned.attachments[0].kind == "image"


def test_what_was_written_about_the_chat_is_not_said_and_ids_are_opaque():
    life, events = lived(RealTalk(CHAT))
    assert "plotword" not in repr(events)
    assert "D1:" not in repr(events)
    assert all(re.fullmatch(r"[0-9a-f]{8}", id) for id in life.gold)


def test_same_arguments_same_bytes_and_labels_are_equal():
    first, second = (lived(RealTalk(CHAT, labels=labels)) for labels in ("judged", "published"))
    assert repr((first[1], first[0].gold)) == repr((second[1], second[0].gold))


def test_limits_cut_the_chat():
    events = list(limited(lived(RealTalk(CHAT))[0], 1, 1).stream())
    assert sum(isinstance(event, Turn) for event in events) == 3
    assert sum(isinstance(event, Query) for event in events) == 1


def test_chats_of_a_folder_come_in_the_order_of_their_numbers(damaged, tmp_path):
    for name in ("Chat_10_A_B.json", "Chat_2_C_D.json", "notes.json"):
        damaged(lambda chat: None, name)
    assert RealTalk(tmp_path).users() == ("chat-2", "chat-10")
    assert RealTalk(tmp_path / "notes.json").users() == ("notes",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("qa"), r"must hold one chat, with 'session_N' and 'qa'; not REALTALK's layout"),
        (lambda c: c["session_2"][1].pop("clean_text"), r"session_2, turn 1: it needs 'speaker', 'dia_id', 'clean_te"),
        (lambda c: c.update(session_2_date_time="12/04/24"), r"session_2: time is '12/04/24'; expected a form like"),
        (lambda c: c["qa"][0].update(category=5), r"question 0: it needs a 'question' and a 'category' of 1 to 3"),
        (lambda c: c["qa"][2].pop("question"), r"question 2: it needs a 'question'"),
        (lambda c: c.update(session_1={}), r"session_1 must be a list of turns"),
    ],
)
def test_damage_is_named_with_its_place(damaged, change, message):
    with pytest.raises(SourceError, match=message):
        RealTalk(damaged(change))
