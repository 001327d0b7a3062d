"""Arms are ordinary runs of the users whom the hash gives to them, and leave two logs behind."""

from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
import yaml

from memlab.cli import main
from memlab.config import ConfigError, load_option
from memlab.satisfaction.assigned import Assigned
from memlab.satisfaction.assignment import Assignment
from memlab.satisfaction.columns import LogError
from memlab.satisfaction.outcomes import outcomes
from memlab.studies.arms import Arm, Lived, arms_of, digest_of, overrides_of, write_logs

NODE = load_option("ab", "standard")
SMALL = ["users=10", "sessions=3", "burn_in=1", "workers=1", "tracking=none"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A small experiment, lived once."""
    out = tmp_path_factory.mktemp("lived")
    assert main(["ab", "a=none", "b=bm25", *SMALL, f"out={out}"]) == 0
    (folder,) = (out / "ab").iterdir()
    return folder


def rows(path):
    return pq.read_table(path).to_pylist()


def test_every_user_is_in_the_arm_of_the_hash(lived):
    arms = Assignment(a="none", b="bm25", salt="memlab")
    exposed = {row["user"]: row["arm"] for row in rows(lived / "exposures.parquet")}
    assert exposed == arms.users(f"user-{n:03}" for n in range(10))
    assert {row["user"]: row["arm"] for row in rows(lived / "outcomes.parquet")} == exposed


def test_users_are_exposed_at_the_first_session_after_the_burn_in(lived):
    at = {row["user"]: row["at"] for row in rows(lived / "exposures.parquet")}
    found = rows(lived / "outcomes.parquet")
    assert {row["session"] for row in found if row["burn_in"]} == {4}
    assert {row["session"] for row in found if not row["burn_in"]} == {5, 6, 7}
    assert all((row["at"] < at[row["user"]]) == row["burn_in"] for row in found)
    assert len(found) == 10 * 4


def test_nothing_is_recalled_before_the_exposure(lived):
    found = rows(lived / "outcomes.parquet")
    assert not any(row["resolved"] for row in found if row["burn_in"])
    assert any(row["resolved"] for row in found if row["arm"] == "bm25" and not row["burn_in"])


def test_the_logs_are_what_the_runs_files_say(lived):
    runs = [path.parent for path in (lived / "arms").glob("*/manifest.json")]
    assert len(runs) == 2
    of_runs = {(row.user, row.session): row.satisfaction for run in runs for row in outcomes(run)}
    assert of_runs == {(row["user"], row["session"]): row["satisfaction"] for row in rows(lived / "outcomes.parquet")}


def test_the_logs_read_as_a_products_give_the_same_verdict(lived, capsys):
    page = (lived / "report" / "README.md").read_text()
    logs = [str(lived / name) for name in ("exposures.parquet", "outcomes.parquet")]
    assert main(["ab", "--log", *logs, "--to", str(lived / "again")]) == 0
    effect = capsys.readouterr().out.splitlines()[0]
    assert effect.removeprefix("effect:  ") in page
    assert (
        page.split("**Users")[1].split("Data:")[0]
        == (lived / "again" / "README.md").read_text().split("**Users")[1].split("Data:")[0]
    )


def test_the_same_command_lives_nobody_again(lived, capsys):
    before = {path: path.stat().st_mtime_ns for path in (lived / "arms").rglob("traces/*.parquet")}
    assert main(["ab", "a=none", "b=bm25", *SMALL, f"out={lived.parents[1]}"]) == 0
    assert {path: path.stat().st_mtime_ns for path in (lived / "arms").rglob("traces/*.parquet")} == before
    assert "logs:" in capsys.readouterr().out


def test_paired_users_live_under_both(tmp_path, capsys):
    small = ["users=6", "sessions=2", "burn_in=0", "workers=1", "tracking=none", f"out={tmp_path}", "paired=true"]
    assert main(["ab", "a=none", "b=bm25", *small]) == 0
    assert "6 users under both arms, 0 lost" in capsys.readouterr().out
    (folder,) = (tmp_path / "ab").iterdir()
    assert len(rows(folder / "exposures.parquet")) == 12


def test_a_third_arm_is_held_out_where_neither_is_none():
    names = [arm.name for arm in arms_of("bm25", "hybrid", NODE, [])]
    assert names == ["bm25", "hybrid", "none"]
    assert [arm.name for arm in arms_of("none", "hybrid", NODE, [])] == ["none", "hybrid"]
    assert [arm.name for arm in arms_of("bm25", "hybrid", NODE | {"holdout": 0}, [])] == ["bm25", "hybrid"]
    assert [arm.name for arm in arms_of("bm25", "hybrid", NODE | {"paired": True}, [])] == ["bm25", "hybrid"]


def test_arms_are_strategies_with_what_is_changed_about_them(tmp_path):
    a, b = arms_of("rag", "rag,layer=[decay],query.budget_tokens=64", NODE | {"holdout": 0}, ["query.limit=9"])
    assert (a.name, b.name) == ("rag", "decay+rag")
    assert (a.config["query"], b.config["query"]) == (
        {"limit": 9, "budget_tokens": 512},
        {"limit": 9, "budget_tokens": 64},
    )
    tuned = tmp_path / "tuned.yaml"
    tuned.write_text(yaml.safe_dump(["strategy=rag", "query.budget_tokens=64"]))
    same = arms_of("rag", str(tuned), NODE | {"holdout": 0}, [])
    assert [arm.name for arm in same] == ["rag", str(tuned)]
    assert digest_of(NODE, same) != digest_of(NODE, [a, b])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hybrid", ["strategy=hybrid"]),
        ("rag, layer=[minimize,decay] ,x={a: 1, b: 2}", ["strategy=rag", "layer=[minimize,decay]", "x={a: 1, b: 2}"]),
        ("strategy=rag", ["strategy=rag"]),
    ],
)
def test_commas_in_brackets_do_not_part(text, found):
    assert overrides_of(text) == found


def test_an_arm_that_is_none_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="an arm is ''; it must begin with a strategy"):
        overrides_of("")
    (tmp_path / "arm.yaml").write_text("strategy: rag")
    with pytest.raises(ConfigError, match="an arm's yaml is a list of overrides"):
        overrides_of(str(tmp_path / "arm.yaml"))
    with pytest.raises(ConfigError, match=r"there is no strategy 'hybrd'; the nearest"):
        arms_of("none", "hybrd", NODE, [])
    with pytest.raises(ConfigError, match="an A/B experiment needs users who react: source=reacting"):
        arms_of("none", "bm25", NODE, ["source=simulated"])


def test_an_arm_has_its_own_users_and_their_lives_are_the_same(reacting):
    about = {"a": "none", "b": "bm25", "salt": "s", "split": 0.5, "holdout": 0.0}
    sides = [Assigned(reacting, arm, **about) for arm in ("none", "bm25")]
    assert sorted([*sides[0].users(), *sides[1].users()]) == sorted(reacting.users())
    user = sides[0].users()[0]
    assert sides[0].traits(user, seed=0) == reacting.traits(user, seed=0)
    with pytest.raises(ValueError, match="there is no arm 'rag'; the arms are none, bm25"):
        Assigned(reacting, "rag", **about)


@pytest.fixture(scope="module")
def reacting():
    from memlab import build

    (arm, _) = arms_of("none", "bm25", NODE | {"users": 20, "sessions": 2}, [])
    assert isinstance(arm, Arm)
    return build.source(arm.config)


@pytest.mark.parametrize("words", [["a=none"], ["b=none"], []])
def test_two_arms_are_needed(words, capsys):
    assert main(["ab", *words]) == 2
    assert "needs two arms, as in: memlab ab a=none b=hybrid" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "says"), [("users=1", "users is 1"), ("burn_in=-1", "burn_in is -1")])
def test_numbers_out_of_range_are_refused(word, says, capsys):
    assert main(["ab", "a=none", "b=bm25", word]) == 2
    assert f"{says}; it must be a whole number of at least" in capsys.readouterr().err


def test_an_arm_that_nobody_lives_is_told_and_nothing_is_compared(tmp_path, monkeypatch, capsys):
    from memlab.satisfaction.reacting.source import Reacting

    def life(self, user, *, seed):
        raise RuntimeError("no life today")

    monkeypatch.setattr(Reacting, "life", life)
    line = ["ab", "a=none", "b=bm25", "users=4", "sessions=2", "workers=1", "tracking=none", f"out={tmp_path}"]
    assert main(line) == 1
    out, err = capsys.readouterr()
    assert "effect:" not in out
    assert "no life today" in err


def test_without_any_session_there_are_no_logs_but_one_error_that_says_why(tmp_path):
    lived = [
        Lived(arm, SimpleNamespace(errors=errors), []) for arm, errors in (("none", {}), ("bm25", {"ann": "gone"}))
    ]
    with pytest.raises(LogError, match=r"^nobody has lived a session under none or bm25; ann: gone$"):
        write_logs(lived, 0, tmp_path)
    assert not list(tmp_path.iterdir())
