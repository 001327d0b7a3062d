from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from memlab.data.describe import describe, describe_all, lengths, tables
from memlab.data.survey import survey, surveys
from memlab.events import Erasure, Query, SessionEnd, Turn
from memlab.life import Gold, Nugget, Superseded, recorded
from memlab.sources import MissingData, SourceError
from memlab.sources.cards import load_card
from memlab.text import count_tokens

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
CARD = load_card("simulated")


def on(day):
    return START + timedelta(days=day)


class Two:
    """Two users: three turns in two sessions with an erasure, and one turn; three questions in all."""

    def __init__(self):
        self.digest = "two"
        self.facts = {
            "a.json: pinned": "a.json",
            "a.json: labels_repaired": 2,
            "a.json: labels_dangling": 1,
            "b.json: pinned": "unpinned",
            "b.json: labels_repaired": 3,
            "b.json: labels_dangling": 0,
            "audit_left_out_ambiguous": 4,
        }

    def users(self):
        return ["ada", "bela"]

    def life(self, user, *, seed):
        turn = lambda day, session, text: Turn(at=on(day), session=session, id=f"t{day}", speaker="user", text=text)  # noqa: E731
        said = [turn(0, 1, "I moved to Denver."), turn(1, 1, "hello"), turn(4, 2, "hello")]
        if user == "bela":
            asked = Query(at=on(9), session=1, id="q3", text="who?")
            return recorded(user, [said[0], asked], {"q3": Gold(kind="never_said", answerable=False)})
        gold = {
            "q1": Gold(kind="when", evidence=(Nugget(turns=frozenset(["t0", "t1"])),), stale=frozenset(["t4"])),
            "q2": Gold(kind="when", evidence=(Nugget(turns=frozenset(["t4"])),)),
        }
        events = [
            *(said[0], said[1], SessionEnd(at=on(1), session=1), said[2]),
            Query(at=on(11), session=2, id="q1", text="where now?"),
            Erasure(at=on(11), session=2, turns=frozenset(["t0"])),
            Query(at=on(24), session=2, id="q2", text="where now?"),
        ]
        return recorded(user, events, gold, (Superseded(turn="t0", by="t4"),))


@pytest.fixture(scope="module")
def two():
    return describe(survey(CARD, Two()))


def test_what_is_there_is_counted(two):
    assert [two[name] for name in ("users", "sessions", "turns", "questions")] == [2, 3, 4, 3]
    assert [two[name] for name in ("with_evidence", "with_stale", "unanswerable", "superseded_turns")] == [2, 1, 1, 1]


def test_kinds_are_counted_each(two):
    assert two["kinds"] == {
        "never_said": {"questions": 1, "with_evidence": 0, "with_stale": 0, "unanswerable": 1},
        "when": {"questions": 2, "with_evidence": 2, "with_stale": 1, "unanswerable": 0},
    }


def test_ages_run_from_the_newest_turn_of_the_evidence(two):
    assert two["evidence_age_days"]["p50"] == 15.0  # 11 - 1 and 24 - 4 days


def test_candidates_are_turns_said_and_not_erased(two):
    assert two["candidates"]["p50"] == 2.0  # 3, then 2 after an erasure; 1


def test_lengths_are_word_pieces(two):
    assert two["turn_tokens"] == {"p50": 3.0, "p95": pytest.approx(5.0)}  # 5, 1, 1, 5
    assert two["query_tokens"]["p50"] == 3.0


def test_label_counts_are_summed_over_files(two):
    assert two["labels"] == {"repaired": 5, "dropped": 4, "dangling": 1}
    assert two["files"] == {"a.json": "pinned", "b.json": "unpinned"}


def test_what_is_not_counted_is_none_and_not_zero():
    bare = Two()
    bare.facts = {}
    described = describe(survey(CARD, bare))
    assert described["labels"] == {"repaired": None, "dropped": None, "dangling": None}
    assert [row[1:5] for row in list(tables([described]))[2][2]] == [("–", "–", "–", "–")]


def test_a_source_without_questions_has_no_percentiles():
    empty = Two()
    empty.users = list
    described = describe(survey(CARD, empty))
    assert described["turn_tokens"] == {"p50": None, "p95": None}
    assert described["kinds"] == {}


def test_lengths_are_those_of_every_budget(sample):
    texts = [
        "I moved to Denver.",
        "",
        " ",
        "Ω≈ç√∫",
        "\U0001f99c" * 9,
        "x" * 300,
        "日本語のテキスト",
        "née  café\n",
        "\x00\x07",
    ]
    texts += [sample.read_text()[place : place + 500] for place in range(0, 5000, 77)]
    assert lengths(texts) == [count_tokens(text) for text in texts]


def test_every_table_has_a_row_per_source_and_one_per_kind(two):
    every = what, sizes, labels, language, _ = list(tables([two, two | {"source": "other"}]))
    assert [len(table[2]) for table in every] == [2, 2, 2, 2, 4]
    assert all(len(row) == len(columns) for _, columns, rows in every for row in rows)
    assert (what[2][0][:4], sizes[2][0][1]) == (("simulated", "2", "3", "4"), "3")
    assert labels[2][0] == ("simulated", "5", "4", "1", "1 of 2", "0")
    assert language[2][0] == ("simulated", "–", "25.0", "25.0", "2", "4", "0.00", "–", "–")  # 4, 1, 1, 4 words


def test_a_source_that_is_not_at_hand_is_told(tmp_path, monkeypatch, few_users):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    found = {one["source"]: one for one in describe_all([])}
    assert (found["locomo"]["at_hand"], found["simulated"]["at_hand"]) == (False, True)
    assert "locomo" in found["locomo"]["error"]
    with pytest.raises(MissingData):
        list(describe_all(["locomo"]))


def test_a_damaged_source_does_not_hide_the_others(tmp_path, monkeypatch, few_users):
    (tmp_path / "locomo").mkdir()
    (tmp_path / "locomo" / "cut.json").write_text('[{"qa": ')
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    found = {one["source"]: one for one in describe_all([])}
    assert found["locomo"]["at_hand"]
    assert "is not whole JSON" in found["locomo"]["error"]
    assert found["simulated"]["error"] is None


@pytest.mark.parametrize("wanted", [[], ["locomo", "simulated"]])
def test_a_path_needs_one_name(wanted, sample):
    with pytest.raises(SourceError, match="--path FILE is the file of one data set"):
        list(surveys(wanted, sample))


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(SourceError, match=r"there is no data set 'lokomo'; the nearest of \d+ known: locomo"):
        list(surveys(["lokomo"]))


def test_a_life_that_breaks_a_law_is_kept_up_to_there():
    class Broken(Two):
        def life(self, user, *, seed):
            life = super().life(user, seed=seed)
            events = [replace(event, at=on(-1)) if isinstance(event, Erasure) else event for event in life.start()]
            return recorded(user, events, life.gold)

    described = describe(survey(CARD, Broken()))
    assert (described["lives_out_of_order"], described["questions"]) == (1, 2)
