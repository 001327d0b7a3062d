"""Whether a source is as hard as others: the span, the ranks, the kinds, the bounds, and the ends of the scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from write_difficulty import LESS, WANTED, write_experiment, write_ranked

from memlab.report.difficulty import difficulty
from memlab.report.difficulty.ranks import octaves, rank_shares
from memlab.report.page import write_report
from memlab.report.sections import difficulty_sections
from memlab.results import ResultError, load

USERS = 6
HALF = {"when": [[1, 50]] * USERS}


@pytest.fixture
def told(tmp_path):
    """Writes runs as {(source, strategy): ranks} and gives what is claimed and the tables, by caption."""

    def told(runs, wanted=WANTED, **others):
        configs = write_experiment(tmp_path / "configs", wanted)
        for n, ((source, strategy), ranks) in enumerate(runs.items()):
            own = others.get(strategy, {})
            write_ranked(tmp_path / "runs" / str(n), configs, source, strategy, ranks, **own)
        verdicts, *tables = difficulty(load([tmp_path / "runs"]))
        claims = {row.cells[0].text: (row.cells[1].text, row.cells[2].text) for row in verdicts.rows}
        return claims, {table.caption: table for table in tables}

    return told


def one(found, *words):
    """The only value whose key holds all the words."""
    (value,) = (value for key, value in found.items() if all(word in key for word in words))
    return value


def by_name(table):
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


def recall(tenths, users=USERS):
    """Ranks of ten questions of which so many are met among the first ten."""
    return {"when": [[1] * tenths + [50] * (10 - tenths)] * users}


@pytest.mark.parametrize(
    ("tenths", "verdict", "words"),
    [(4, "yes", ".400 in"), (7, "yes", ".700 in"), (3, "no", ".300, .050 below"), (9, "no", ".900, .150 above")],
)
def test_a_figure_is_held_against_the_least_and_the_greatest_of_the_span(told, tenths, verdict, words):
    runs = {("made up", "bm25"): recall(tenths), ("talks", "bm25"): recall(4), ("chats", "bm25"): recall(7, users=2)}
    claims, tables = told(runs | {("phone", "bm25"): recall(0)})
    primary = "primary: turn_recall@10 of bm25 on made up lies within the span of talks and chats ± .050"
    assert claims[primary] == (verdict, f"{words} .350 to .750")
    assert one(claims, "primary: turn_recall@10 of rag", "of no source ±") == ("cannot tell", "–")
    assert sum(claim.startswith("primary: ") for claim in claims) == 2
    row = by_name(one(tables, "the span is of talks and chats"))["bm25"]
    assert row[3:6] == [".000 [.000, .459]", ".350", ".750"]
    assert row[6] == (words.partition(", ")[2] or "inside")


def test_shares_of_ranks_by_hand(told):
    runs = {("made up", "rag"): {"when": [[1, 2, 3, 100], [1, 0, 64, 7]]}, ("talks", "rag"): HALF}
    _, tables = told(runs)
    table = one(tables, "Rank of the first evidence under rag")
    assert table.columns == (
        "source",
        "1",
        "2–3",
        "4–7",
        "8–15",
        "16–31",
        "32–63",
        "64–100",
        "not recalled",
        "n",
        "users",
    )
    shares = [cell.value for row in table.rows if row.cells[0].text == "made up" for cell in row.cells[1:]]
    assert shares == [0.25, 0.25, 0.125, 0.0, 0.0, 0.0, 0.25, 0.125, 8, 2]


OUTSIDE = "no share of first ranks under bm25 on made up lies outside the intervals of {}"


def test_a_share_outside_what_all_others_show_is_marked(told):
    spread = {"when": [[1, 1, 50, 50], [1, 50, 50, 50]] * 3}
    runs = {("made up", "bm25"): {"when": [[1, 1, 1, 50]] * USERS}, ("talks", "bm25"): spread, ("chats", "bm25"): HALF}
    claims, tables = told(runs)
    rows = by_name(one(tables, "under bm25"))
    assert claims[OUTSIDE.format("talks and chats")][0] == "no"
    assert one(claims, "first ranks under bm25")[1] == "1 .231 above; 32–63 .231 below"
    assert rows["made up"][0].endswith("▲")
    assert rows["made up"][5].endswith("▼")
    assert not any(cell.endswith(("▲", "▼")) for name in ("talks", "chats") for cell in rows[name])
    assert float(rows["lower end"][0]) < 0.375 < float(rows["upper end"][0]) < 0.75


def test_shares_within_the_others_intervals_are_not_marked(told):
    spread = {"when": [[1, 1, 50, 50], [1, 50, 50, 50]] * 3}
    runs = {("made up", "bm25"): HALF, ("talks", "bm25"): spread, ("phone", "bm25"): recall(10)}
    claims, _ = told(runs)
    assert claims[OUTSIDE.format("talks")] == ("yes", "8 of 8 shares inside")


@given(deepest=st.integers(1, 500))
def test_octaves_cover_every_rank_once(deepest):
    ends = [
        tuple(map(int, (f"{name}–{name}" if "–" not in name else name).split("–")[:2])) for name in octaves(deepest)
    ]
    assert [rank for low, high in ends for rank in range(low, high + 1)] == [*range(1, deepest + 1)]


@given(ranks=st.lists(st.integers(0, 127), min_size=1, max_size=30))
def test_every_question_has_one_share(ranks):
    shares = rank_shares({(f"u{n % 3}", f"q{n}"): rank for n, rank in enumerate(ranks)}, bins=7)
    assert sum(share.mean for share in shares) == pytest.approx(1)
    assert shares[-1].mean == pytest.approx(ranks.count(0) / len(ranks))
    assert shares[3].mean == pytest.approx(sum(8 <= rank <= 15 for rank in ranks) / len(ranks))


NEAR, FAR = [[1, 1]] * USERS, [[50, 50]] * USERS
EACH_AHEAD = "bm25 better on none, ahead on 1; rag better on none, ahead on 1 of 2 kinds"
MOSTLY = [[1, 1], [1, 1], [1, 1], [1, 1], [1, 50], [50, 1]]


def test_the_better_changes_with_the_kind_where_each_is_better_on_one(told):
    runs = {("made up", "bm25"): {"when": NEAR, "order": FAR}, ("made up", "rag"): {"when": FAR, "order": MOSTLY}}
    claims, tables = told(runs)
    assert one(claims, "changes") == (
        "yes",
        "bm25 better on when, ahead on 1; rag better on order, ahead on 1 of 2 kinds",
    )
    rows = by_name(one(tables, "by kind on made up"))
    assert rows["when"] == ["1.000 [1.000, 1.000]", "12", "6", "bm25"]
    assert rows["order"][-1] == "rag"


def test_the_better_does_not_change_where_one_is_ahead_nowhere(told):
    runs = {("made up", "bm25"): {"when": NEAR, "order": NEAR}, ("made up", "rag"): {"when": FAR, "order": NEAR}}
    words = "bm25 better on when, ahead on 1; rag better on none, ahead on 0 of 2 kinds; ahead by point estimates"
    assert one(told(runs)[0], "changes") == ("no", words)


def test_it_cannot_be_told_where_one_is_ahead_and_not_surely(told):
    odd = [[50, 50], [50, 50], [1, 50], *[[50, 50]] * 3]
    runs = {("made up", "bm25"): {"when": NEAR, "order": FAR}, ("made up", "rag"): {"when": FAR, "order": odd}}
    assert one(told(runs)[0], "changes")[0] == "cannot tell"


def test_under_6_users_nothing_is_claimed_of_kinds(told):
    runs = {
        ("made up", "bm25"): {"when": NEAR[:5], "order": FAR[:5]},
        ("made up", "rag"): {"when": FAR[:5], "order": NEAR[:5]},
    }
    claims, tables = told(runs)
    assert one(claims, "changes") == ("cannot tell", f"{EACH_AHEAD}; 5 users of at least 6")
    assert {row[-1] for row in by_name(one(tables, "by kind on made up")).values()} == {"–"}


def test_a_kind_of_two_users_has_no_better_on_a_source_of_six(told):
    runs = {("made up", "bm25"): {"when": NEAR, "order": FAR[:2]}, ("made up", "rag"): {"when": FAR, "order": NEAR[:2]}}
    claims, tables = told(runs)
    words = "bm25 better on when, ahead on 1; rag better on none, ahead on 1 of 2 kinds"
    assert one(claims, "changes") == ("cannot tell", words)
    assert by_name(one(tables, "by kind on made up"))["order"] == ["-1.000 [-1.000, -1.000]", "4", "2", "–"]


def test_where_less_is_better_the_one_with_less_is_ahead(told):
    runs = {("made up", "bm25"): {"when": NEAR, "order": FAR}, ("made up", "rag"): {"when": FAR, "order": FAR}}
    claims, tables = told(runs, WANTED | {"metric": LESS})
    words = "bm25 better on none, ahead on 0; rag better on when, ahead on 1 of 2 kinds; ahead by point estimates"
    assert one(claims, "changes") == ("no", words)
    assert by_name(one(tables, "by kind on made up"))["when"] == ["1.000 [1.000, 1.000]", "12", "6", "rag"]


def test_only_of_the_source_that_is_looked_at_something_is_claimed(told):
    runs = {(source, s): HALF for source in ("made up", "talks") for s in ("bm25", "rag")}
    claims, tables = told(runs)
    assert [claim for claim in claims if "changes" in claim] == [
        "the better of bm25 and rag changes with the kind on made up"
    ]
    assert one(tables, "by kind on talks").rows


def test_what_is_sure_of_one_kind_alone_stands_in_brackets(told):
    many = {f"kind {n}": HALF["when"] for n in range(40)}
    lean = [[1, 50]] * 4 + [[1, 1], [50, 50]]
    runs = {("made up", "bm25"): many | {"when": lean}, ("made up", "rag"): many | {"when": FAR}}
    _, tables = told(runs)
    assert by_name(one(tables, "by kind on made up"))["when"][-1] == "(bm25)"


def test_bounds_that_are_what_they_must_be(told):
    drawn = {"when": [[1] + [50] * 9, [50] * 10, [1, 1] + [50] * 8] * 2}
    claims, tables = told({("made up", "oracle"): {"when": NEAR}, ("made up", "random"): drawn})
    assert one(claims, "oracle") == ("yes", "on made up")
    assert one(claims, "random") == ("yes", "on made up")
    row = by_name(one(tables, "Bounds"))["made up, turn_recall@10"]
    assert row == ["1.000", "1.000", ".100", ".100 ±.159"]  # 60 questions, each with variance .09 at most


def test_bounds_that_are_not_are_named(told):
    runs = {("made up", "oracle"): {"when": MOSTLY}, ("made up", "random"): {"when": MOSTLY}}
    claims, _ = told(runs)
    assert one(claims, "oracle") == ("no", "not so for turn_recall@10 on made up, evidence_recall@512 on made up")
    assert one(claims, "random") == ("no", "not so for turn_recall@10 on made up")


def test_kinds_at_an_end_of_their_own_metric_are_named(told):
    kinds = {"easy": NEAR, "hard": FAR, "half": HALF["when"]}
    unsure = {
        "coin": [0.5] * USERS,
        "known": [0.1] * USERS,
        "turned": [0.9] * USERS,
        "some": [0.1, 0.1, 0.5, 0.5, 0.5, 0.9],
    }
    runs = {("made up", "bm25"): kinds, ("made up", "rag"): kinds, ("made up", "oracle"): {"hard": NEAR}}
    claims, tables = told(runs, bm25={"unsure": unsure}, rag={"unsure": unsure})
    assert one(claims, "floor") == ("no", "coin, hard, turned (below a coin)")
    assert one(claims, "ceiling") == ("no", "easy, known")
    rows = by_name(one(tables, "own metric"))
    assert rows["some"] == ["abstention_auroc", "6", *[".583 [.333, .833]"] * 2, ".550", ".950", "–"]
    assert rows["half"] == ["evidence_recall@512", "12", *[".500 [.118, .882]"] * 2, ".050", ".950", "–"]
    assert rows["coin"][-1] == "floor"
    assert rows["turned"][-1] == "floor (below a coin)"


def test_a_kind_on_which_one_strategy_does_not_fail_is_at_no_floor(told):
    claims, _ = told({("made up", "bm25"): {"hard": FAR}, ("made up", "rag"): {"hard": HALF["when"]}})
    assert one(claims, "floor") == ("yes", "none")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("yes", "must have the keys of, beside"),
        (WANTED | {"beyond": []}, "no key 'beyond'"),
        ({name: value for name, value in WANTED.items() if name != "margin"}, "margin is missing"),
        (WANTED | {"strategies": ["bm25"]}, "must name two"),
        (WANTED | {"metric": "turn_recal@10"}, "the nearest of .* turn_recall@10"),
        (WANTED | {"margin": "small"}, "margin is 'small'; it must be a number"),
        (WANTED | {"strategies": "bm25"}, "strategies is 'bm25'; it must be a list of names"),
        (WANTED | {"metric": "evidence_age_days"}, "neither more nor less of evidence_age_days is better"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused(told, wanted, words):
    with pytest.raises(ResultError, match=f"experiment hard: difficulty.*{words}"):
        told({("made up", "bm25"): HALF}, wanted)


def test_a_source_that_was_run_with_two_seeds_is_left_out(told, tmp_path):
    runs = {("made up", "bm25"): HALF, ("talks", "bm25"): HALF}
    configs = write_experiment(tmp_path / "configs")
    write_ranked(tmp_path / "runs" / "again", configs, "talks", "bm25", HALF, seed=1)
    claims, _ = told(runs)
    assert one(claims, "turn_recall@10 of bm25")[0] == "cannot tell"


def test_nothing_is_said_where_the_source_or_the_wish_is_not_there(tmp_path):
    for wanted, source in ((WANTED, "talks"), (None, "made up")):
        configs = write_experiment(tmp_path / source / "configs", wanted)
        write_ranked(tmp_path / source / "runs" / "0", configs, source, "bm25", HALF)
        assert difficulty_sections(load([tmp_path / source / "runs"])) == ()


def test_it_comes_first_in_the_report(tmp_path):
    configs = write_experiment(tmp_path / "configs")
    write_ranked(tmp_path / "runs" / "0", configs, "made up", "bm25", HALF)
    page = write_report(load([tmp_path / "runs"]), tmp_path / "report")
    sections = [line for line in (tmp_path / "report" / "README.md").read_text().splitlines() if line.startswith("## ")]
    assert sections[:2] == ["## Difficulty", "## made up"]
    assert "Difficulty of made up" in page.read_text()


def test_long_words_are_broken_on_the_page(tmp_path):
    configs = write_experiment(tmp_path / "configs")
    for strategy in ("bm25", "rag"):
        write_ranked(tmp_path / "runs" / strategy, configs, "made up", strategy, HALF)
    page = write_report(load([tmp_path / "runs"]), tmp_path / "report").read_text()
    assert (
        '<td class="words">bm25 better on none, ahead on 0; rag better on none, ahead on 0 of 1 kinds; ahead by' in page
    )
    assert "<td>yes</td>" in page
