import json
import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memlab.events import (
    Attachment,
    Consent,
    Erasure,
    Event,
    Forget,
    Outcome,
    Query,
    Recalled,
    SessionEnd,
    Turn,
)
from memlab.life import Gold, Nugget, Superseded, limited, recorded
from memlab.sources import SourceError
from memlab.sources.jsonl import Jsonl
from memlab.sources.jsonl_lines import ATTACHMENT, GOLD, LINES, NUGGET, lines_of
from memlab.sources.locomo import Locomo
from memlab.sources.simulated import Simulated

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "datasets" / "jsonl" / "sample.jsonl"
PAGE = ROOT / "docs" / "jsonl.md"
START = datetime(2024, 1, 1, tzinfo=UTC)


def facts_of(source):
    return {name.split(": ", 1)[1]: count for name, count in source.facts.items()}


def by_id(events, kind):
    return {event.id: event for event in events if isinstance(event, kind)}


@pytest.fixture
def file(tmp_path):
    """Writes lines to a file; a line may be an object or text."""

    def written(*lines):
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
        return path

    return written


def turn(id="t1", **more):
    return {"type": "turn", "at": "2024-01-01T00:00:00Z", "session": 0, "id": id, "speaker": "user", "text": id} | more


def query(id="q1", **gold):
    return {"type": "query", "id": id, "text": "?", "gold": {"kind": "k"} | gold}


BEGIN = {"type": "life", "user": "u"}


def test_every_field_of_every_event_and_of_gold_has_a_place_in_a_line():
    assert {kind for kind, _ in LINES.values()} >= {*get_args(Event), Superseded}
    for kind, readers in [*LINES.values(), (Gold, GOLD), (Nugget, NUGGET), (Attachment, ATTACHMENT)]:
        assert set(readers) == {field.name for field in fields(kind)}, kind


def test_the_sample_says_what_it_says():
    source = Jsonl(SAMPLE)
    life = source.life("ines", seed=0)
    events = list(life.stream())
    turns = by_id(events, Turn)
    assert source.users() == ("ines", "joon")
    assert turns["a1"].text == "user: I moved the beehives behind the barn."
    assert f"{turns['a1'].at:%H:%M %Z}" == f"{turns['a2'].at:%H:%M %Z}" == "09:00 UTC"
    assert (turns["a3"].channel, turns["a3"].attachments[0].text) == ("sms", "a knee in a bandage")
    assert turns["b2"].at == turns["b1"].at
    assert life.superseded == [Superseded(turn="a1", by="b1")]
    gold = life.gold["q1"]
    assert gold.evidence == (Nugget(turns=frozenset({"b1"}), values=("on the roof", "the roof")),)
    assert (gold.stale, gold.stale_values) == ({"a1", "a2"}, ("behind the barn",))
    assert (gold.choices, dict(gold.facets)) == (("on the roof", "behind the barn"), {"updates": 1, "source": "garden"})
    assert (life.gold["q2"].answerable, life.gold["q2"].forbidden) == (False, {"a3"})
    assert by_id(events, Query)["q3"] == Query(
        at=turns["b2"].at, session=1, id="q3", text="What calmed the bees?", limit=10, budget_tokens=64, probe=False
    )


def test_a_life_with_its_own_text_form_keeps_its_texts_and_a_bare_id_is_a_nugget():
    life = Jsonl(SAMPLE).life("joon", seed=0)
    events = list(life.stream())
    assert by_id(events, Turn)["a1"].text == "joon: The spare key is under the blue pot."
    assert life.gold["q1"].evidence == (Nugget(turns=frozenset({"a1"})),)
    assert [type(event) for event in events] == [Turn, Forget, Query, Recalled, Erasure]
    assert events[-1].turns is None
    assert events[-2].memories == ("m2", "m1")


def test_what_was_read_is_counted():
    facts = facts_of(Jsonl(SAMPLE))
    expected = {"lives": 2, "turns": 6, "sessions": 3, "questions": 4, "questions_with_evidence": 2, "superseded": 1}
    expected |= {"times_lifted": 1, "sessions_without_end": 1, "kind current_value": 2, "pinned": "unpinned"}
    assert {name: facts[name] for name in expected} == expected


def test_captions_and_text_form():
    life = Jsonl(SAMPLE, caption=True, text="<{speaker}> {text}").life("ines", seed=0)
    assert by_id(life.stream(), Turn)["a3"].text == "<user> My knee hurts again. a knee in a bandage"


def test_nothing_is_stale_as_published():
    life = Jsonl(SAMPLE, labels="published").life("ines", seed=0)
    assert not any(gold.stale or gold.stale_values for gold in life.gold.values())
    assert not life.superseded
    assert life.gold["q1"].evidence_turns == {"b1"}


def test_the_page_and_its_example_are_true(file):
    page = PAGE.read_text()
    (example,) = re.findall(r"```jsonl\n(.*?)```", page, re.DOTALL)
    source = Jsonl(file(*example.splitlines()))
    life = source.life("anna", seed=0)
    assert [type(event) for event in life.stream()] == [Turn, Turn, SessionEnd, Turn, SessionEnd, Query, Erasure]
    assert life.gold["q1"].evidence_turns == {"t3"}
    assert facts_of(source)["sessions_without_end"] == 0
    for type_name, (_, readers) in LINES.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{type_name}` |")]
        assert set(readers) <= set(re.findall(r"`(\w+)`", row)), type_name
    assert all(f"| `{name}` |" in page for name in GOLD)
    told = re.findall(r"`line 5: (turn\.at is .*?)`\.", page)
    with pytest.raises(SourceError, match=re.escape(told[0])):
        Jsonl(file(BEGIN, turn(at="10 June")))


def same(life, path):
    path.write_text("\n".join(lines_of(life)) + "\n")
    back = Jsonl(path).life(life.user, seed=0)
    events = list(life.stream())
    asked = {event.id for event in events if isinstance(event, Query)}
    assert list(back.stream()) == events
    assert back.gold == {id: gold for id, gold in life.gold.items() if id in asked}
    assert list(back.superseded) == list(life.superseded)


def test_simulated_and_recorded_lives_come_back_the_same(tmp_path, sample):
    simulated = Simulated(users=1, sessions=8, months=12, queries=30, ask_from=0.2)
    same(simulated.life("user-000", seed=1), tmp_path / "a.jsonl")
    same(Locomo(sample, caption=True).life("sample-1", seed=0), tmp_path / "b.jsonl")


IDS = st.text("abcé 7:-", min_size=1, max_size=3).filter(str.strip)
WORDS = st.text(max_size=12)


@st.composite
def whole_lives(draw):
    """Lives of every kind of event, whose gold is in order."""
    ids = draw(st.lists(IDS, min_size=3, max_size=6, unique=True))
    when = {"at": START, "session": 0}
    events, gold = [], {}
    for n, id in enumerate(ids):
        attachments = tuple(Attachment(kind="image", text=text) for text in draw(st.lists(WORDS, max_size=2)))
        when = {"at": START + timedelta(seconds=n, microseconds=draw(st.integers(0, 999_999))), "session": n // 2}
        events.append(
            Turn(**when, id=id, speaker=draw(WORDS), text=draw(WORDS), channel="sms", attachments=attachments)
        )
    some = st.frozensets(st.sampled_from(ids), max_size=3)
    events += [
        Outcome(**when, turn=ids[0], task=draw(WORDS), approach=draw(WORDS), success=draw(st.booleans())),
        Consent(**when, category="health", granted=draw(st.booleans())),
        Erasure(**when, turns=draw(st.none() | some)),
        Forget(**when, memories=draw(some)),
        SessionEnd(**when),
    ]
    for id in draw(st.lists(IDS, max_size=3, unique=True)):
        evidence = draw(st.lists(some.filter(bool), max_size=2))
        limit, tokens = (draw(st.none() | st.integers(0, 99)) for _ in range(2))
        events.append(
            Query(**when, id=id, text=draw(WORDS), limit=limit, budget_tokens=tokens, probe=draw(st.booleans()))
        )
        events.append(Recalled(**when, query=id, memories=tuple(ids[:2])))
        gold[id] = Gold(
            kind="k",
            answers=tuple(draw(st.lists(WORDS, max_size=2))),
            choices=tuple(draw(st.lists(WORDS, max_size=2))),
            answerable=draw(st.booleans()),
            evidence=tuple(Nugget(turns=turns, values=tuple(draw(st.lists(WORDS, max_size=2)))) for turns in evidence),
            stale=draw(some) - frozenset().union(*evidence),
            stale_values=tuple(draw(st.lists(WORDS, max_size=2))),
            forbidden=draw(some),
            facets=draw(st.dictionaries(WORDS, st.floats(allow_nan=False, allow_infinity=False) | WORDS, max_size=2)),
        )
    return recorded("u", events, gold, [Superseded(turn=ids[0], by=ids[1])] * draw(st.integers(0, 1)))


@settings(max_examples=60)
@given(life=whole_lives())
def test_any_life_comes_back_the_same(life, tmp_path_factory):
    same(life, tmp_path_factory.mktemp("lives") / "life.jsonl")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([turn()], r"line 1: the first line must begin a life"),
        ([BEGIN, {"type": "trun"}], r"line 2: type is 'trun'; it must be one of life, turn, session_end"),
        ([BEGIN, "[1]"], r"line 2: a line must be one JSON object"),
        ([BEGIN, turn(spaeker="x")], r"line 2: turn\.spaeker is not known; the nearest is 'speaker'"),
        ([BEGIN, {"type": "turn", "id": "t1"}], r"line 2: turn\.at is missing"),
        ([BEGIN, turn(), turn("t2", at="2024-01-01")], r"line 3: turn\.at is '2024-01-01'; it must be a time with its"),
        ([BEGIN, turn(session=True)], r"line 2: turn\.session is True; it must be a whole number"),
        ([BEGIN, turn(id=" ")], r"line 2: turn\.id is ' '; it must be text that is not empty"),
        ([BEGIN, turn(attachments=[{"kind": "a"}])], r"line 2: turn\.attachments\[0\]\.text is missing"),
        ([BEGIN, turn(), "", turn()], r"line 4: turn\.id: 't1' occurs twice"),
        ([BEGIN, turn(), {"type": "query", "id": "q", "text": "?"}], r"line 3: query\.gold is None; it must be an obj"),
        ([BEGIN, turn(), query(evidence=["t9"])], r"line 3: query\.gold\.evidence: no turn 't9' stands above"),
        ([BEGIN, turn(), query(evidence=[{"turns": []}])], r"line 3: query\.gold\.evidence\[0\]\.turns is empty"),
        ([BEGIN, turn(), query(evidence=[{"turns": "t1"}])], r"query\.gold\.evidence\[0\]\.turns is 't1'; .* a list"),
        ([BEGIN, turn(), query(evidence=["t1"], stale=["t1"])], r"query\.gold\.stale: turn 't1' is evidence too"),
        ([BEGIN, turn(), query(facets={"a": []})], r"query\.gold\.facets\.a is \[\]; it must be a number or text"),
        ([BEGIN, turn(), query(facets={"a": float("nan")})], r"facets\.a is nan; it must be a number or text"),
        ([BEGIN, turn(), query(answer="x")], r"query\.gold\.answer is not known; the nearest is 'answers'"),
        ([BEGIN, turn(), query(), query()], r"line 4: query\.id: 'q1' occurs twice"),
        ([BEGIN, turn(), {"type": "superseded", "turn": "t1", "by": "t2"}], r"superseded\.by: no turn 't2' stands"),
        ([BEGIN, turn(), {"type": "erasure", "turns": ["t2"]}], r"line 3: erasure\.turns: no turn 't2' stands above"),
        ([BEGIN, turn(), {"type": "erasure"}], r"line 3: erasure\.turns is missing"),
        ([BEGIN, turn(), BEGIN], r"line 3: life\.user: 'u' occurs twice"),
        ([BEGIN | {"text_form": "{txt}"}], r"line 1: life\.text_form is '\{txt\}'; it must hold \{text\} and may hold"),
        (["", ""], r"has no line; the first must begin a life"),
    ],
)
def test_errors_name_line_and_field(file, lines, message):
    with pytest.raises(SourceError, match=message):
        Jsonl(file(*lines))


def test_a_life_stands_in_one_file_only(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text(SAMPLE.read_text())
    with pytest.raises(SourceError, match=r"life 'ines' is in two files, the second time in .*b\.jsonl"):
        Jsonl(tmp_path)


def test_same_arguments_same_bytes():
    first, second = ("\n".join(lines_of(Jsonl(SAMPLE).life("ines", seed=0))) for _ in range(2))
    assert first == second


def test_a_limited_life_can_be_written_and_read(tmp_path):
    cut = limited(Simulated(users=1, sessions=8, months=12, queries=30).life("user-000", seed=0), 3, 5)
    path = tmp_path / "cut.jsonl"
    path.write_text("\n".join(lines_of(cut)))
    assert list(Jsonl(path).life("user-000", seed=0).stream()) == list(cut.stream())
