"""What was found is told in lines that fit the terminal, in full where it matters."""

from collections.abc import Sequence

import pytest
from build_run import BOOK, BOSTON, DENVER, FULL, SAID, filler, life, many, memory, write_run
from rich.cells import cell_len

from memlab.life import Gold, recorded
from memlab.report.lines import SENTENCES, overview_lines, question_lines
from memlab.report.show import overview, question
from memlab.results import ResultError
from memlab.testing import QuotingReader


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run"), FULL)


@pytest.fixture(scope="module")
def found(run):
    return question(run, "q7")


@pytest.fixture(scope="module")
def lines(found):
    return question_lines(found, 80)


def place(lines: Sequence[str], start: str) -> int:
    """Where the only line is that begins so."""
    (index,) = (n for n, line in enumerate(lines) if line.strip().startswith(start))
    return index


def test_a_source_that_was_never_said_is_told(found, lines):
    assert found["recalled"][14]["sources"] == [
        {"turn": "t5", "role": "evidence", "said": True, "supported": True},
        {"turn": "x", "role": "other", "said": False, "supported": False},
    ]
    assert found["recalled"][0]["sources"] == [{"turn": "t3", "role": "other", "said": True, "supported": False}]
    assert "     from t5 (evidence, supported), x (never said)" in lines


def test_the_budget_ends_in_the_middle_of_the_memory_that_does_not_fit(lines):
    ruler, thirteenth = place(lines, "──── the budget of 512 tokens ends here"), place(lines, "13  neither")
    words = " ".join(lines[thirteenth + 2 : ruler]).split()
    assert words == ["red"] * 32
    assert lines[ruler + 1].split() == ["red"] * 8


@pytest.mark.parametrize(("sizes", "follows"), [([64] * 9, "9  neither"), ([512, 1], "2  neither")])
def test_the_budget_ends_between_two_memories(tmp_path, sizes, follows):
    memories = [filler(n, words) for n, words in enumerate(sizes)]
    lines = question_lines(question(write_run(tmp_path, memories), "q7"), 80)
    assert place(lines, follows) == place(lines, "──── the budget") + 1


def test_what_fits_the_budget_has_no_end_of_it(tmp_path):
    lines = question_lines(question(write_run(tmp_path, [filler(0, 512)]), "q7"), 80)
    assert not any(line.startswith("────") for line in lines)
    assert "Recalled: 1 memory, 512 tokens, all within the budget; 6 turns to choose from" in lines


def test_the_first_ten_and_those_that_touch_evidence_or_stale_turns_are_shown(lines):
    heads = [line for line in lines if line.startswith("…") or (line[:3].strip().isdigit() and line[3:5] == "  ")]
    shown = [line if line.startswith("…") else int(line[:3]) for line in heads]
    expected = [*range(1, 11), "… 2 more", 13, "… 1 more", 15, "… 1 more", 17, "… 1 more", 19, "… 11 more"]
    assert shown == expected


def test_every_line_fits(found, lines):
    for width in (80, 40, 110):
        assert max(map(cell_len, question_lines(found, width))) <= width
    wide = [{**m, "text": "界" * 300 + "x" * 300} for m in found["recalled"][:1]]
    assert max(map(cell_len, question_lines(found | {"recalled": wide}, 80))) <= 80


def test_all_that_belongs_to_the_question_is_shown(found, lines):
    text = "\n".join(lines)
    turns = [turn for nugget in found["evidence"] for turn in nugget["turns"]] + found["stale"] + found["forbidden"]
    assert {turn["id"] for turn in turns} == {"t0", "t1", "t2", "t5", "t6"}
    assert all(f"   {turn['id']}  2024-01-01 09:0" in text for turn in turns)
    for wanted in ("Query q7, current_value", "answers: Denver", "choices: Denver | Boston", "facets: updates 1"):
        assert f"  {wanted}" in text or wanted in lines
    assert "     superseded by t5, 2024-01-01 09:05: user: I moved to Denver" in lines
    assert "1. recalled at rank 15, not within 512 tokens: Denver | the Mile High City" in lines
    assert "Confidence: 0.25" in lines
    assert lines[-2:] == [
        "Missed (over_budget): what must be known was recalled, but not within the first",
        "512 tokens.",
    ]


def test_nothing_in_a_text_steers_the_terminal(lines):
    assert all(c.isprintable() for line in lines for c in line)
    assert "     \ufffd[31mred 界界 book" in lines


def test_a_value_that_separates_queries_is_no_score_of_one(found, lines):
    assert found["scores"] == [{"name": "evidence_recall@512", "value": 0.5, "chance": None, "attainable": 1.0}]
    assert lines[place(lines, "Scores") + 1].split() == ["evidence_recall@512", "0.500", "–", "1.000"]


def test_a_reply_is_shown_and_read_wrong_is_told(tmp_path):
    memories = [memory("m0", "lives in Denver", "t5"), memory("m1", SAID[2].text, "t2")]
    found = question(write_run(tmp_path, memories, reader=QuotingReader()), "q7")
    assert found["reply"] == {"text": "lives in Denver", "choice": "lives in Denver", "used": ["m0"]}
    assert found["outcome"] == "read_wrong"
    lines = question_lines(found, 80)
    assert [line for line in lines if line.strip().startswith(("Reply", "choice:", "used"))] == [
        "Reply: lives in Denver",
        "  choice: lives in Denver",
        "  used: m0",
    ]


@pytest.mark.parametrize(
    ("memories", "held", "outcome"),
    [
        ([], [], "never_stored"),
        ([DENVER], [BOOK], "not_in_first"),
        ([DENVER, filler(0, 512), BOOK], [], "over_budget"),
        ([BOSTON, DENVER, BOOK], [], "stale_above"),
        ([DENVER, BOOK, BOSTON], [], "found"),
    ],
)
def test_the_last_line_says_why(tmp_path, memories, held, outcome):
    run = write_run(tmp_path, memories, held=held)
    found = question(run, "q7")
    assert found["outcome"] == outcome
    text = " ".join(question_lines(found, 80))
    assert text.endswith(SENTENCES[outcome].format(budget=512, n=len(memories)))
    assert ("Missed" in text) == (outcome != "found")
    listed = overview(run)
    assert [row["why"] for row in listed["missed"]] == ([] if outcome == "found" else [outcome])
    assert listed["found"] == (outcome == "found")


def test_part_of_the_evidence_counts_in_words(tmp_path):
    lines = question_lines(question(write_run(tmp_path, [DENVER], held=[BOOK]), "q7"), 200)
    assert lines[-1].startswith("Missed, 1 of 2 nuggets within 512 tokens (not_in_first): ")


def test_without_evidence_there_is_nothing_to_find(tmp_path):
    run = write_run(tmp_path, FULL, life(gold=Gold(kind="never_said", answerable=False)))
    assert overview(run)["nothing_to_find"] == 1
    lines = question_lines(question(run, "q7"), 80)
    assert "  answers: none: it cannot be known" in lines
    assert "Evidence: 0 nuggets" in lines
    assert lines[-1] == SENTENCES["nothing_to_find"]


@pytest.mark.parametrize(("n", "more"), [(3, None), (34, None), (35, "… 2 more"), (90, "… 57 more")])
def test_the_list_of_missed_questions_is_forty_lines_at_most(tmp_path, n, more):
    found = overview(write_run(tmp_path, [], many(n)))
    assert len(found["missed"]) == found["questions"] == n
    lines = overview_lines(found, 80)
    assert len(lines) <= 40
    assert max(map(cell_len, lines)) <= 80
    assert [line for line in lines if line.startswith("…")] == ([f"{more}: --json gives all"] if more else [])
    rows = [line for line in lines if "what?" in line]
    assert len(rows) == n - int(more.split()[1] if more else 0)
    assert rows[0].split()[:6] == ["q0", "current_value", "never_stored", "0", "what?", "0"]
    assert f"{n} of {n} questions missed: never_stored {n}" in lines
    assert "0 found, 0 with nothing to find" in lines


def test_a_run_without_questions_says_so(tmp_path):
    run = write_run(tmp_path, FULL, recorded("ann", SAID, {}))
    found = overview(run)
    assert (found["questions"], found["missed"]) == (0, [])
    assert overview_lines(found, 80)[-2:] == ["0 of 0 questions missed", "0 found, 0 with nothing to find"]
    with pytest.raises(ResultError, match="has no query 'q7'; none is known"):
        question(run, "q7")
