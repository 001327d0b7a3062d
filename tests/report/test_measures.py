"""The guide's three measures in one table, and how sessions went."""

from write_felt import USERS, write_felt
from write_run import figure

from memlab.report.measures import MOST, measures, measures_sections
from memlab.report.page import write_report
from memlab.report.sessions import sessions_sections
from memlab.results import comparable, load

SATISFIED = {"none": [-0.1] * USERS, "bm25": [0.1 * user for user in range(USERS)], "hybrid": [0.5] * USERS}
ROWS = ["used@5", "satisfaction − none", "detectable", "memories_added_7d", "memories_churn"]
ADDED = {"memories_added_7d": figure(9.16, 40, 1.31)}


def write(folder, strategies, **figures):
    for place, strategy in enumerate(strategies):
        write_felt(folder / str(place), strategy, SATISFIED.get(strategy, [0.2] * USERS), [[0.5]] * USERS, **figures)
    return load([folder])


def cells(table):
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


def test_each_measure_is_a_row_with_its_n_and_users(tmp_path):
    used = {"used@5": figure(0.3, 12), **ADDED}
    table = measures(write(tmp_path, ("bm25", "hybrid", "none"), **used))
    assert table.columns == ("measure", "bm25", "hybrid", "none", "n", "users")
    assert [row.cells[0].text for row in table.rows] == ROWS
    told = cells(table)
    assert told["used@5"] == [".300 ±.030"] * 3 + ["12", "8"]
    assert told["memories_added_7d"] == ["9.2 ±1.3"] * 3 + ["40", "8"]
    assert told["memories_churn"] == ["–"] * 5


def test_satisfaction_is_the_mean_of_users_own_differences_from_no_memory(tmp_path):
    told = cells(measures(write(tmp_path, ("bm25", "hybrid", "none"), **ADDED)))
    bm25, hybrid, none, n, users = told["satisfaction − none"]
    assert (bm25.split()[0], hybrid, none, n, users) == (".450", ".600 ±.000", "–", "8", "8")
    assert bm25.split()[1] == "±.205"  # 2.365 · .2449 / √8
    assert told["detectable"][1:3] == ["–", "–"]


def test_without_the_floor_or_reactions_nobody_gains(tmp_path):
    told = cells(measures(write(tmp_path / "floorless", ("bm25", "hybrid"), **ADDED)))
    assert told["satisfaction − none"] == ["–"] * 4
    assert "detectable" not in told
    told = cells(measures(write(tmp_path / "recorded", ("bm25", "none"), felt=False, **ADDED)))
    assert told["satisfaction − none"] == ["–"] * 4


def test_many_strategies_stand_below_one_another(tmp_path):
    names = ("none", "bm25", "hybrid", *(f"s{n}" for n in range(MOST - 2)))
    table = measures(write(tmp_path, names, **ADDED))
    assert table.columns == ("strategy", *ROWS)
    told = cells(table)
    assert told["hybrid"][1] == ".600 ±.000"
    assert told["users"] == ["–", "8", "", "8", "–"]
    parts = {row.cells[0].text: row.part for row in table.rows}
    assert (parts["none"], parts["hybrid"], parts["users"]) == ("bound", "contestant", "reference")


def test_where_nothing_is_measured_there_is_no_table(results):
    assert measures(results) is None
    assert measures_sections(comparable(results)) == ()


def test_sessions_have_their_figures_and_what_sets_them_apart(tmp_path):
    runs = write(tmp_path, ("bm25", "hybrid", "none"))
    (section,) = sessions_sections(comparable(runs))
    went, annoyed, against = section.blocks
    assert went.columns[:3] == ("strategy", "resolved", "satisfaction")
    assert annoyed.columns == ("strategy", "repeats", "corrections", "objections", "intrusions")
    told = cells(went)
    assert told["bm25"][1] == ".350 [.320, .380]"
    assert (told["n"][:2], told["users"][:2]) == (["16"] * 2, ["8"] * 2)
    assert not told.keys() & {"chance", "attainable", "n of N"}
    assert against.caption == "Minus bm25, paired by user"
    assert cells(against)["hybrid"][1].startswith(".150 [")


def test_users_who_do_not_react_have_no_sessions_to_tell_of(results, tmp_path):
    assert sessions_sections(comparable([*results, *write(tmp_path, ("bm25",), felt=False)])) == ()


def test_the_report_has_both(tmp_path):
    page = write_report(write(tmp_path / "runs", ("bm25", "none"), **ADDED), tmp_path / "report").read_text()
    text = (tmp_path / "report" / "README.md").read_text()
    for name in ("The guide's measures on reacting", "Sessions on reacting"):
        assert f"## {name}\n" in text
        assert name in page.replace("&#39;", "'")
    assert "<em>memories_churn</em>" in page, "what is emphasised in a section's words is so on the page"
