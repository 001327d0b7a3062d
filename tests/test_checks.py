"""Each check fails on a strategy that was broken on purpose in that one way, and passes those that were not."""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from memlab import build
from memlab.checks import CHECKS, EXEMPT, Subject, check, in_lines, subject
from memlab.checks.erasing import erased_turns_count_as_never_said_whatever_is_asked as whatever_is_asked
from memlab.checks.lasting import nothing_acknowledged_is_lost
from memlab.checks.living import the_oracle_reaches_what_is_attainable, the_same_seed_gives_the_same_traces
from memlab.cli import main
from memlab.config import plan

OUTSIDE = Path(__file__).parent / "outside"
README = (Path(__file__).parent.parent / "README.md").read_text()
BY_NAME = {one.__name__: one for one in CHECKS}
QUICK = [one for one in CHECKS if one not in (nothing_acknowledged_is_lost, the_same_seed_gives_the_same_traces)]

# fault: (the check that must fail, words of its message)
FAULTS = {
    "answers_otherwise_the_second_time": ("asking_changes_nothing", "asked twice in a row differs"),
    "greets_before_the_first_turn": ("nothing_is_recalled_before_the_first_turn", "recalls memory 'hello'"),
    "ignores_the_limit": ("the_limit_is_kept", "with limit 1 recalls"),
    "cuts_without_a_limit": ("the_limit_is_kept", "without a limit cut nothing"),
    "returns_the_worst_first": ("scores_fall", "the score rises from"),
    "divides_by_zero": ("scores_fall", "has score nan"),
    "is_minus_infinitely_sure": ("scores_fall", "the confidence is -inf"),
    "trips_over_an_empty_text": ("odd_texts_survive", "IndexError: list index out of range (broken.py:"),
    "knows_two_speakers": ("odd_texts_survive", 'KeyError: "Zoë O\'Neil-2"'),
    "knows_one_channel": ("odd_texts_survive", "KeyError: 'e-mail / work'"),
    "trips_over_an_attachment": ("odd_texts_survive", "TypeError: 'Attachment' object is not subscriptable"),
    "strips_control_characters": ("odd_texts_survive", "came back from a turn that said 'tab"),
    "trips_over_an_outcome": ("events_it_does_not_need_pass", "TypeError: what is an outcome?"),
    "takes_an_empty_erasure_for_everything": ("events_it_does_not_need_pass", "an empty set names nothing"),
    "cites_what_was_never_said": ("sources_were_observed", "cites t999"),
    "is_ahead_of_time": ("sources_were_observed", "is of 2100"),
    "lists_nothing": ("what_is_recalled_is_listed", "which memories() does not list"),
    "lists_other_texts": ("what_is_recalled_is_listed", "recalled against listed is memory"),
    "lists_as_current_what_has_ended": ("what_is_recalled_is_listed", "with other valid_to"),
    "says_nothing": ("texts_come_from_their_sources", "has no text"),
    "says_something_else": ("texts_come_from_their_sources", "share no word with their sources"),
    "cites_the_first_turn_always": ("erasing_a_source_changes_the_memory", "shares no word with that turn"),
    "cites_a_needless_turn_once": ("erasing_a_source_changes_the_memory", "shares no word with that turn"),
    "counts_a_turn_said_again_twice": ("a_turn_said_again_is_held_once", "a twin that was told five turns once"),
    "lists_once_per_observation": ("a_turn_said_again_is_held_once", "five turns were observed twice"),
    "a_count_survives_erasure": ("erased_turns_count_as_never_said", "differs from the twin's"),
    "keeps_a_copy_in_the_file": ("erased_text_is_gone", "memory.sqlite"),
    "keeps_a_vector_in_the_file": ("erased_text_is_gone", "still holds the vector of the erased turn"),
    "keeps_a_packed_copy_in_the_file": ("erased_text_is_gone", "the file depends on what erased turns said"),
    "keeps_counts_in_the_file": ("erased_text_is_gone", "the file depends on what erased turns said"),
    "a_summary_survives_erasure": ("erased_text_is_gone", "still says 'quixelbramble'"),
    "ignores_what_the_owner_forgets": ("forgotten_memories_do_not_come_back", "is there again at once"),
    "remembers_at_the_sessions_end_what_was_forgotten": (
        "forgotten_memories_do_not_come_back",
        "is there again after a session's end",
    ),
    "orders_by_hash": ("the_same_seed_gives_the_same_traces", "lived in another process"),
    "knows_earlier_livings": ("cutting_a_life_leaves_earlier_traces", "of the life cut at"),
    "learns_from_probes": ("removing_a_probe_changes_no_other_trace", "Learn nothing in `recall`"),
    "caches_by_the_questions_text": ("other_users_change_nothing", "lived after another user"),
    "caches_words_by_turn_id": ("other_users_change_nothing", "lived after another user"),
    "shares_its_memory": ("other_users_change_nothing", "lived after another user"),
    "keeps_nothing": ("reopened_it_recalls_the_same", "differs from one that was never closed"),
    "writes_under_no_name": ("users_in_one_file_stay_apart", "Two users in one file neither recall nor lose"),
    "forgets_when_it_is_closed": (
        "nothing_acknowledged_is_lost",
        "it differs from a twin: listed is memory 'n",
    ),
    "writes_late": ("nothing_acknowledged_is_lost", "acknowledged events and reopened, it differs from a twin"),
}


@pytest.fixture(scope="module")
def config():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(OUTSIDE))
        yield plan(["strategy=broken"], OUTSIDE / "configs")[0]


def with_fault(config, fault):
    return Subject(config | {"strategy": config["strategy"] | {"fault": fault}})


def small(one):
    """The check as it stands, the one that kills with fewer writes."""
    if one is not nothing_acknowledged_is_lost:
        return one
    fewer = partial(one, n_writes=400)
    fewer.__name__, fewer.__doc__ = one.__name__, one.__doc__
    return fewer


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_strategy_fails_the_check_of_the_law_that_it_breaks(config, fault):
    name, words = FAULTS[fault]
    (result,) = check(with_fault(config, fault), [small(BY_NAME[name])])
    assert result.status == "failed"
    assert words in result.message
    assert "The law: " in result.message
    assert max(map(len, in_lines(result))) <= 80


def test_every_check_is_shown_to_fail():
    shown = {name for name, _ in FAULTS.values()}
    assert set(BY_NAME) - shown == {"the_oracle_reaches_what_is_attainable"}


def test_the_plain_strategy_passes(config):
    results = check(Subject(config), QUICK)
    assert {result.name: result.message for result in results if result.status == "failed"} == {}
    assert [result.name for result in results if result.status == "not_applicable"] == [
        "the_oracle_reaches_what_is_attainable"
    ]


def without_files(one):
    """Checks of what is recalled in memory alone; those with files take longer and fail for other reasons."""
    return one.__module__.split(".")[-1] in ("asking", "sources") or one.__name__ in (
        "erased_turns_count_as_never_said",
        "removing_a_probe_changes_no_other_trace",
    )


UNRELATED = {
    "lists_other_texts": {"odd_texts_survive"},
    "a_count_survives_erasure": {"a_turn_said_again_is_held_once"},
    "caches_by_the_questions_text": {"the_limit_is_kept", "erasing_a_source_changes_the_memory"},
    "answers_otherwise_the_second_time": {
        "the_limit_is_kept",
        "events_it_does_not_need_pass",
        "erased_turns_count_as_never_said",
    },
    "divides_by_zero": {"removing_a_probe_changes_no_other_trace"},
    "cites_what_was_never_said": {"erasing_a_source_changes_the_memory"},
    "a_summary_survives_erasure": {"erased_turns_count_as_never_said"},
    "knows_earlier_livings": {"removing_a_probe_changes_no_other_trace"},
    "learns_from_probes": {
        "asking_changes_nothing",
        "events_it_does_not_need_pass",
        "erased_turns_count_as_never_said",
    },
    "shares_its_memory": {"removing_a_probe_changes_no_other_trace"},
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_strategy_passes_the_checks_of_the_other_laws(config, fault):
    import broken

    for kept in (broken.LIVED_BEFORE, broken.EVERYONES, broken.ANSWERED, broken.WORDS):
        kept.clear()
    results = check(with_fault(config, fault), [one for one in QUICK if without_files(one)])
    failed = {result.name for result in results if result.status == "failed"}
    assert failed - {FAULTS[fault][0]} == UNRELATED.get(fault, set())


def test_what_is_no_oracle_does_not_reach_what_is_attainable(config, monkeypatch):
    monkeypatch.setattr(build, "ORACLE", "broken.broken")
    (result,) = check(Subject(config), [the_oracle_reaches_what_is_attainable])
    assert result.status == "failed"
    assert "attainable is 1.0" in result.message


def test_a_strategy_without_a_store_is_told_so():
    results = check(subject(["strategy=none"]), [BY_NAME["reopened_it_recalls_the_same"]])
    assert results[0].status == "not_applicable"
    assert "its constructor names no store, so it lasts as long as its process" in results[0].message
    (searched,) = check(subject(["strategy=none"]), [BY_NAME["erased_text_is_gone"]])
    assert searched.status == "passed"
    assert "no file" in searched.message


def test_the_figure_of_erasure_is_told(config):
    (result,) = check(Subject(config), [BY_NAME["erased_turns_count_as_never_said"]])
    assert re.fullmatch(r"erasure_gap 0 of [1-9]\d+ later recalls", result.message)


def test_so_many_later_recalls_are_asked_as_are_wanted(capsys):
    assert main(["check", "strategy=buffer", "strategy.capacity=3", "--probes", "50"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    (n,) = re.fullmatch(r"erasure_gap 0 of ([\d,]+) later recalls", line).groups()
    assert int(n.replace(",", "")) >= 50


def test_a_page_of_every_strategy_keeps_the_rows_that_it_has(tmp_path, monkeypatch, capsys):
    from memlab import config
    from memlab.commands import check as command

    few, options = {"strategy": ["none", "process", "random"], "layer": []}, config.options
    monkeypatch.setattr(config, "options", lambda group, *more: few[group] if group in few else options(group, *more))
    page = tmp_path / "README.md"
    page.write_text("| `random` | 0 of 9 later recalls | 1 |\n")
    assert main(["check", "--probes", "5", "--to", str(page)]) == 0
    (printed,) = capsys.readouterr().out.splitlines()
    rows = [line for line in page.read_text().splitlines() if line.startswith("| `")]
    assert rows == [printed, "| `random` | 0 of 9 later recalls | 1 |"]
    assert re.fullmatch(r"\| `none` \| 0 of [\d,]+ later recalls \| \d \|", printed)
    assert all(f"`{name}` {reason}" in page.read_text() for name, reason in command.LEFT_OUT.items())


@pytest.mark.parametrize("fault", ["a_count_survives_erasure", "a_summary_survives_erasure"])
def test_what_survives_an_erasure_is_seen_by_asking_often(config, fault):
    (result,) = check(with_fault(config, fault), [whatever_is_asked])
    assert result.status == "failed"
    assert re.search(r"an erasure .*differs from the twin's: .* \(life 0, after 0 recalls in others\)", result.message)


@pytest.mark.parametrize(
    ("other", "words"),
    [("a_file_of_text", "is no SQLite database"), ("a_file_by_chance", "differs from one life to the")],
)
def test_rows_that_cannot_be_compared_are_told(config, other, words):
    (result,) = check(with_fault(config, other), [BY_NAME["erased_text_is_gone"]])
    assert result.status == "passed"
    assert words in result.message


def test_what_is_exempt_is_printed_with_its_reason(config, monkeypatch):
    assert EXEMPT == {}
    monkeypatch.setitem(EXEMPT, ("broken", "scores_fall"), "It has no scores.")
    (result,) = check(with_fault(config, "returns_the_worst_first"), [BY_NAME["scores_fall"]])
    assert in_lines(result)[-1].strip() == "not applicable: exempt: It has no scores."


def test_a_strategy_that_raises_fails_and_the_suite_goes_on(config):
    results = check(with_fault(config, "trips_over_an_outcome"), QUICK[3:7])
    assert [result.status for result in results].count("failed") == 1
    assert results[-1].status == "passed"
    failed = next(result for result in results if result.status == "failed")
    assert re.search(r"TypeError: what is an outcome\? \(broken\.py:\d+, in observe\)", failed.message)


def test_a_process_that_ends_by_itself_tells_why(config):
    (result,) = check(with_fault(config, "gives_up_after_ten_turns"), [small(nothing_acknowledged_is_lost)])
    assert result.status == "failed"
    assert "RuntimeError: that is enough" in result.message


def test_too_little_time_to_write_is_said(config):
    message = nothing_acknowledged_is_lost(Subject(config), n_writes=1_000_000, seconds=0.05)
    assert re.search(r"killed at event [\d,]+ of 1,000,000 turns: 0 s were over", message)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["strategy.k1=2"], "no strategy is named"),
        (["graph"], "did you mean strategy=graph?"),
        (["strategy=bm52"], "the nearest of"),
        (["strategy=buffer", "strategy.capacity=0"], "capacity is 0"),
        (["strategy=bm25", "experiment=leaderboard"], "one strategy is checked at a time"),
        (["strategy=bm25", "--probes", "0"], "--probes is 0"),
        (["strategy=bm25", "--to", "page.md"], "give it --probes, and name no strategy"),
    ],
)
def test_wrong_input_is_told_in_one_line(capsys, overrides, message):
    assert main(["check", *overrides]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line


def test_a_subject_takes_overrides_and_the_config_of_a_store(tmp_path):
    chosen = subject(["strategy=buffer", "strategy.capacity=3", f"store.path={tmp_path / 'mine.sqlite'}"])
    assert chosen.fresh()._capacity == 3
    assert not (tmp_path / "mine.sqlite").exists()


def checked(line, tmp_path, *paths):
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = [sys.executable, "-m", "memlab.cli", "check", *line]
    return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_the_strategy_of_the_readme_keeps_every_law_that_applies(tmp_path):
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[1]
    (tmp_path / "lately.py").write_text(code)
    folder = tmp_path / "my_configs" / "strategy"
    folder.mkdir(parents=True)
    (folder / "lately.yaml").write_text(re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0])
    (line,) = re.findall(r"^PYTHONPATH=. memlab check (.*)$", README, re.MULTILINE)
    done = checked(line.split(), tmp_path, ".", Path(__file__).parent.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lately: 18 passed, 4 not applicable" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.slow
def test_a_strategy_from_outside_is_told_what_it_breaks(tmp_path):
    line = ["strategy=parrot", "--config-dir", str(OUTSIDE / "configs"), "+strategy.score=-1"]
    done = checked(line, tmp_path, OUTSIDE, Path(__file__).parent.parent)
    assert done.returncode == 1
    printed = " ".join(done.stdout.split())
    assert "FAILED scores_fall" in printed
    assert "has score -1" in printed
    assert re.search(r"parrot: \d+ passed, \d+ failed, 4 not applicable", printed)
