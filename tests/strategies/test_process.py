"""A program that speaks the protocol is a strategy like any other; one that does not is told so, and is ended."""

import gc
import os
import re
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from memlab import make
from memlab.checks import CHECKS, check, subject
from memlab.cli import main
from memlab.config import ConfigError
from memlab.events import Erasure, Forget
from memlab.report.show import one_run
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.child import ProcessError
from memlab.testing import ask, end, turn

DOC = (Path(__file__).parents[2] / "docs" / "process.md").read_text()
(EXAMPLE,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
GREETED = "import json, sys, time\nsys.stdin.readline()\nprint('{\"version\": 1}', flush=True)\n"
LOGGING = EXAMPLE.replace("for line in sys.stdin:\n", 'for line in sys.stdin:\n    open("{}", "a").write(line)\n')
LIFE = [
    turn(0, "I live in Boston"),
    turn(1, "My parrot is called Kiwi"),
    end(2),
    turn(3, "We moved to Denver", session=1),
]
QUICK = ("nothing_is_recalled_before_the_first_turn", "odd_texts_survive", "erased_text_is_gone", "the_limit_is_kept")


@pytest.fixture
def keywords(tmp_path):
    path = tmp_path / "keywords.py"
    path.write_text(EXAMPLE)
    return path


def process(path, store=None, seconds=20.0):
    parts = {} if store is None else {"store": store}
    return make("strategy/process", command=[sys.executable, str(path)], timeout_seconds=seconds, **parts)


def told(strategy, events=LIFE):
    for event in events:
        strategy.observe(event)
    return strategy


def pid_of(strategy):
    return strategy._told.child._process.pid


def is_gone(pid):
    """Whether no such process is there, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_example_is_small_and_knows_nothing_of_memlab():
    assert len(EXAMPLE.splitlines()) <= 30
    assert "memlab" not in EXAMPLE


def test_the_example_keeps_the_laws(keywords):
    chosen = subject(["strategy=process", f"strategy.command=[{sys.executable},{keywords}]"])
    results = check(chosen, [one for one in CHECKS if one.__name__ in QUICK])
    assert [(result.status, result.message) for result in results if result.status != "passed"] == []
    assert len(results) == len(QUICK)


@pytest.mark.slow
def test_the_example_keeps_every_law(keywords):
    chosen = subject(["strategy=process", f"strategy.command=[{sys.executable},{keywords}]"])
    results = check(chosen)
    assert {result.name: result.message for result in results if result.status == "failed"} == {}
    skipped = [result.name for result in results if result.status == "not_applicable"]
    assert skipped == ["the_oracle_reaches_what_is_attainable"]


def test_a_recall_has_what_the_program_found_and_the_time_of_its_newest_source(keywords):
    strategy = told(process(keywords))
    (first, second) = strategy.recall(ask(5, "is my parrot in Boston?")).memories
    assert (first.id, first.score, first.sources, first.at) == ("t1", 3.0, ("t1",), LIFE[1].at)
    assert second.id == "t0"
    assert [memory.id for memory in strategy.memories()] == ["t0", "t1", "t3"]
    strategy.close()


def test_reopened_and_erased_it_is_told_what_is_left(tmp_path):
    log, path = tmp_path / "log.jsonl", tmp_path / "logging.py"
    path.write_text(LOGGING.replace('open("{}"', f'open("{log}"'))
    strategy = told(process(path, SqliteStore(str(tmp_path / "m.sqlite"))))
    strategy.close()
    assert [kind(line) for line in log.read_text().splitlines()] == ["hello", "turn", "turn", "session_end", "turn"]
    log.write_text("")
    again = process(path, SqliteStore(str(tmp_path / "m.sqlite")))
    assert [kind(line) for line in log.read_text().splitlines()] == ["hello", "turn", "turn", "session_end", "turn"]
    assert [m.id for m in again.memories()] == ["t0", "t1", "t3"]
    log.write_text("")
    again.observe(Erasure(at=LIFE[-1].at, session=1, turns=frozenset({"t1"})))
    assert "Kiwi" not in log.read_text()
    assert [m.id for m in again.memories()] == ["t0", "t3"]
    again.observe(Erasure(at=LIFE[-1].at, session=1, turns=None))
    assert list(again.memories()) == []
    again.close()


def kind(line):
    return re.findall(r'"kind": "(\w+)"', line)[0]


def test_what_is_forgotten_stays_away_though_the_program_does_not_listen(keywords):
    strategy = told(process(keywords))
    when = LIFE[-1].at + timedelta(minutes=1)
    strategy.observe(Forget(at=when, session=1, memories=frozenset({"t1"})))
    assert [m.id for m in strategy.recall(ask(5, "is my parrot in Boston?", limit=1)).memories] == ["t0"]
    assert [m.id for m in strategy.memories()] == ["t0", "t3"]
    strategy.close()


def test_long_and_odd_texts_pass_both_ways(keywords):
    text = "padlock " * 100_000 + "\x00\n\u2028 東京 😀"
    strategy = told(process(keywords), [turn(0, text)])
    assert strategy.recall(ask(5, "padlock")).memories[0].text == text
    strategy.close()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "import sys; print('it hurts', file=sys.stderr); sys.exit(3)",
            r"ended by itself, with status 3,.*\n  it hurts",
        ),
        ("print('ready', flush=True); input()", "printed 'ready' unasked|answered 'ready', which is no JSON"),
        ("input(); print('{\"version\": 2}')", "hello with version 2; this memlab speaks version 1"),
        ("input(); print('[1]')", r"answered '\[1\]'; it must be one JSON object"),
        (GREETED + "sys.stdin.readline(); 1 / 0", "ended by itself, with status 1,(.|\n)*ZeroDivisionError"),
        (GREETED + "sys.stdin.readline(); time.sleep(60)", "did not answer a turn within 1 s"),
        (GREETED + "time.sleep(60)", "did not (read|answer) a turn within 1 s"),
        (GREETED + "sys.stdin.readline(); print('{}\\n{}', flush=True); input()", "more than one line|unasked"),
        (GREETED + 'sys.stdin.readline(); print(\'{"error": "full"}\', flush=True)', "reports an error: full"),
    ],
)
def test_a_program_that_does_not_keep_to_it_is_one_clear_error(tmp_path, body, message):
    path = tmp_path / "child.py"
    path.write_text(body)
    with pytest.raises(ProcessError, match=message) as caught:
        told(process(path, seconds=1.0 if "sleep" in body else 20.0), [turn(0, "padlock " * 50_000), turn(1, "more")])
    assert str(path) in str(caught.value)


ANSWERS = [
    ('{"memories": 3}', "`memories` must be a list"),
    ('{"memories": [], "score": 1}', "`memories` must be a list"),
    ('{"memories": [{"id": "a", "text": "b"}]}', "it must be an object with"),
    ('{"memories": [{"id": "a", "text": "b", "source": ["t0"], "sources": []}]}', "it must be an object with"),
    ('{"memories": [{"id": 1, "text": "b", "sources": ["t0"]}]}', "id and text must be texts"),
    (r'{"memories": [{"id": "a", "text": "\ud800", "sources": ["t0"]}]}', "half of a surrogate pair"),
    ('{"memories": [{"id": "a", "text": "b", "sources": "t0"}]}', "must be lists of turn ids"),
    ('{"memories": [{"id": "a", "text": "b", "sources": ["t9"]}]}', "none of whose sources has been said"),
    ('{"memories": [{"id": "a", "text": "b", "sources": ["t0"], "score": NaN}]}', "score must be a finite number"),
    ('{"memories": [{"id": "a", "text": "b", "sources": ["t0"], "score": -1}]}', "score must be a finite number"),
    ('{"memories": [{"id": "a", "text": "b", "sources": ["t0"], "valid_to": "2024-01-01"}]}', "valid_to must be"),
    ('{"memories": [{"id": "a", "text": "b", "sources": ["t0"], "category": 1}]}', "category must be"),
    ('{"memories": [], "confidence": true}', "with confidence True"),
    ('{"memories": [], "complete": 1}', "complete 1"),
]


@pytest.mark.parametrize(("answer", "message"), ANSWERS)
def test_an_answer_of_another_shape_is_one_clear_error_that_lasts(tmp_path, answer, message):
    path = tmp_path / "child.py"
    path.write_text(EXAMPLE.replace('{"memories": best[: said["limit"]]}', f"json.loads({answer!r})"))
    strategy = told(process(path))
    pid = pid_of(strategy)
    for _ in range(2):
        with pytest.raises(ProcessError, match=re.escape(message)):
            strategy.recall(ask(5, "Boston?"))
        assert is_gone(pid)
    strategy.close()


def test_every_field_of_a_memory_arrives(tmp_path):
    answer = (
        '{"memories": [{"id": "a", "text": "b", "sources": ["t3", "t0"], "score": 2, "category": "home", '
        '"valid_to": "2024-05-06T07:08:00Z", "replaces": ["t1"]}], "confidence": 0.5, "complete": false}'
    )
    path = tmp_path / "child.py"
    path.write_text(EXAMPLE.replace('{"memories": best[: said["limit"]]}', f"json.loads({answer!r})"))
    strategy = told(process(path))
    recall = strategy.recall(ask(5, "Boston?"))
    (memory,) = recall.memories
    assert (recall.confidence, recall.complete) == (0.5, False)
    assert (memory.sources, memory.replaces, memory.category) == (("t3", "t0"), ("t1",), "home")
    assert memory.at == LIFE[3].at
    assert memory.valid_to is not None
    assert memory.valid_to.isoformat() == "2024-05-06T07:08:00+00:00"
    strategy.close()


def test_no_process_is_left_when_it_is_closed_or_let_go_of(keywords):
    closed, dropped = told(process(keywords)), told(process(keywords))
    pids = [pid_of(closed), pid_of(dropped)]
    assert not any(map(is_gone, pids))
    closed.close()
    del dropped
    gc.collect()
    assert all(map(is_gone, pids))


def test_one_that_does_not_end_is_killed_with_what_it_started(tmp_path):
    path = tmp_path / "child.py"
    started = (
        "import subprocess\nslow = subprocess.Popen(['sleep', '600'])\nprint(slow.pid, file=open(sys.argv[1], 'w'))\n"
    )
    path.write_text(GREETED + started + "sys.stdin.read()\ntime.sleep(600)\n")
    command = [sys.executable, str(path), str(tmp_path / "pid")]
    strategy = make("strategy/process", command=command)
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    pid, other = pid_of(strategy), int((tmp_path / "pid").read_text())
    strategy.close()
    assert is_gone(pid)
    state = Path(f"/proc/{other}/stat")
    while state.exists() and state.read_text().split()[2] != "Z":  # its new parent reaps it
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("command", [[], "python3 memory.py", ["no-such-program-anywhere"]])
def test_a_command_that_cannot_be_is_told_when_it_is_built(command):
    with pytest.raises((ConfigError, ProcessError), match=r"a list of a program|cannot be started"):
        make("strategy/process", command=command)


def line(path, out, *more):
    small = ["source.users=2", "source.sessions=5", "source.queries=10", "tracking=none", "workers=1", f"out={out}"]
    return main(["run", "strategy=process", f"strategy.command=[{sys.executable},{path}]", *small, *more])


def test_it_runs_beside_others_and_a_changed_file_is_another_run(keywords, tmp_path, capsys):
    assert line(keywords, tmp_path / "a", "strategy.name=mine") == 0
    assert "mine" in capsys.readouterr().out
    assert one_run(tmp_path / "a" / "single").status == "complete"
    assert line(keywords, tmp_path / "a", "strategy.name=mine") == 0
    keywords.write_text(EXAMPLE + "# changed\n")
    assert line(keywords, tmp_path / "a", "strategy.name=mine") == 0
    assert len(list((tmp_path / "a" / "single").glob("*/manifest.json"))) == 2


def test_a_command_that_is_misspelt_fails_before_the_first_user(tmp_path, capsys):
    assert line(tmp_path / "nothing.py", tmp_path) == 2
    told = capsys.readouterr().err
    assert "ended by itself" in told
    assert "No such file" in told


def test_a_program_that_dies_in_a_life_fails_that_user_and_says_why(tmp_path, capsys):
    path = tmp_path / "child.py"
    path.write_text(
        EXAMPLE.replace("turns.append(said)", "turns.append(said)\n        assert len(turns) < 20, 'is full'")
    )
    assert line(path, tmp_path) == 1
    assert "AssertionError: is full" in capsys.readouterr().err
