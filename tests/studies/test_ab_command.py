"""`memlab ab` on a product's logs: three lines, a page, and errors that say what would be right."""

import pytest
from make_log import made

from memlab.cli import main


@pytest.fixture
def say(tmp_path, capsys):
    """Runs the command on a log and returns its code, lines and errors."""

    def say(log, *words, form="csv"):
        paths = [str(path) for path in getattr(log, form)(tmp_path)]
        code = main(["ab", *words, "--log", *paths])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return say


def test_a_log_gives_three_lines_and_a_page(say, tmp_path):
    code, lines, err = say(made(users=300, effect=0.1))
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in lines] == ["effect", "peeking", "guard", "report"]
    assert "hybrid over none, satisfaction +." in lines[0]
    assert lines[0].endswith("]: better")
    assert all(len(line) <= 80 for line in lines[:3])
    page, html = (tmp_path / "report" / name for name in ("README.md", "index.html"))
    assert lines[0].removeprefix("effect:  ") in page.read_text()
    assert "## hybrid over none" in page.read_text()
    assert {path.name for path in page.parent.glob("*.png")} == {"ab-looks.png", "ab-effects.png"}
    assert "<svg" in html.read_text()


@pytest.mark.parametrize("word", ["users=40", "sessions=3", "burn_in=1"])
def test_what_would_be_lived_is_refused_beside_a_log(say, tmp_path, word):
    code, lines, err = say(made(users=60), word)
    assert (code, lines) == (2, [])
    assert err == f"memlab ab: {word} is of what is lived; a log has users and sessions of its own, so leave it out\n"
    assert not (tmp_path / "report").exists()


def test_parquet_and_csv_give_one_page(say, tmp_path):
    pages = []
    for form in ("csv", "parquet"):
        say(made(users=60, effect=0.1, burn_in=2), form=form)
        pages.append((tmp_path / "report" / "README.md").read_text().replace(f".{form}", ""))
    assert pages[0] == pages[1]


def test_another_outcome_may_decide(say):
    _, lines, _ = say(made(users=100), "--primary", "resolved")
    assert "over none, resolved " in lines[0]
    code, _, err = say(made(users=100), "primary=turns_to_resolution")
    assert code == 2
    assert "or be declared: outcomes.turns_to_resolution.per=occurrence" in err
    _, lines, _ = say(made(users=100), "primary=turns_to_resolution", "outcomes.turns_to_resolution.per=occurrence")
    assert "over none, turns_to_resolution " in lines[0]


def test_arms_that_are_not_none_are_named(say):
    log = made(users=100, a="old", b="new", holdout=0.0)
    code, _, err = say(log)
    assert (code, err) == (2, "memlab ab: exposures.csv has the arms new, old; say which is which: a=new b=…\n")
    code, lines, _ = say(log, "a=old", "b=new")
    assert code == 0
    assert lines[0].startswith("effect:  new over old")


def test_lost_users_take_the_verdict(say):
    log = made(users=300, effect=0.3)
    gone = {row["user"] for row in [row for row in log.exposures if row["arm"] == "hybrid"][:90]}
    log.exposures[:] = [row for row in log.exposures if row["user"] not in gone]
    log.outcomes[:] = [row for row in log.outcomes if row["user"] not in gone]
    _, lines, _ = say(log)
    assert lines[0].endswith("]: no verdict")
    assert lines[1].startswith("peeking: always-valid p <.0001, ")
    assert lines[1].endswith("looks; no verdict")
    assert "guard:   ALARM, " in "\n".join(lines)
    _, lines, _ = say(log, "split=0.68")
    assert lines[0].endswith("better")
    assert "could have stopped after session " in lines[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["usres=3"], "there is no key 'usres' of an A/B experiment; the nearest of"),
        (["seed=3"], "there is no key 'seed' of an A/B experiment"),
        (["split=2"], "split is 2; it must be over 0 and under 1"),
        (["looks=0"], "looks is 0; it must be a whole number of at least 1"),
        (["looks=2.5"], "looks is 2.5; it must be a whole number"),
        (["confidence=high"], "confidence is 'high'; it must be over 0 and under 1"),
        (["mismatch=true"], "mismatch is True; it must be"),
        (["split=half"], "split is 'half'; it must be"),
        (["holdout=x"], "holdout is 'x'; it must be"),
        (["paired=no"], "paired is 'no'; it must be true or false"),
        (["outcomes.repeats.least=none"], "outcome repeats: least is 'none'; it must be a number"),
        (["outcomes.taps.foo=1"], "outcomes.taps is {'foo': 1}; it may say per, higher_is_better, least"),
        (["outcomes.held.per=week"], "outcome held is per 'week'"),
        (["primary=joy"], "outcomes.csv: no column 'joy'"),
        (["hybrid"], "'hybrid' is not of the form a=strategy, b=strategy or key=value"),
        (["a=none", "b=rag"], "exposures.csv: arm is none of none, rag but hybrid in"),
    ],
)
def test_what_cannot_be_is_refused(say, words, says):
    code, _, err = say(made(users=20), *words)
    assert code == 2
    assert says in err


def test_a_broken_log_is_told_in_one_line(say):
    log = made(users=20)
    log.outcomes[7]["satisfaction"] = None
    code, out, err = say(log)
    assert (code, out) == (2, [])
    assert err.startswith("memlab ab: outcomes.csv: satisfaction is blank in 1 row (8); it must be known")
    assert err.count("\n") == 1


def test_an_outcome_may_be_declared_with_or_without_a_plus(say):
    for word in ("outcomes.taps.higher_is_better=false", "+outcomes.taps.higher_is_better=false"):
        log = made(users=60)
        for place, row in enumerate(log.outcomes):
            row["taps"] = place % 3
        code, lines, err = say(log, word, "primary=taps")
        assert (code, err) == (0, "")
        assert lines[0].startswith("effect:  hybrid over none, taps ")
        assert "no direction" not in lines[0]


def test_a_primary_outcome_that_is_measured_of_no_session_is_refused_before_anybody_lives(tmp_path, capsys):
    line = ["ab", "a=none", "b=bm25", "users=8", "sessions=2", "primary=satisfied", f"out={tmp_path / 'out'}"]
    assert main(line) == 2
    assert "primary is 'satisfied', which is measured of no session; the nearest of" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_arm_that_nobody_is_in_is_left_out_if_it_is_the_third_and_refused_if_not(tmp_path, capsys):
    line = ["ab", "a=random", "b=bm25", "sessions=2", "burn_in=1", "tracking=none", f"out={tmp_path / 'out'}"]
    assert main([*line, "users=16", "salt=s1"]) == 0
    assert "effect:  bm25 over random" in capsys.readouterr().out
    assert main([*line, "users=2", "split=0.999", "holdout=0"]) == 2
    assert "the hash puts none of the users into arm 'bm25'" in capsys.readouterr().err
