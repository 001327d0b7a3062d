"""`memlab chat` in a process of its own, against a real server: it remembers across restarts and ends cleanly."""

import fcntl
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress

import pytest

from memlab.cli import main
from memlab.llm.endpoint import Answer, completion, endpoint
from memlab.stores.sqlite import SqliteStore

pytest.importorskip("openai", reason="pip install 'memlab[openai]'")
CHAT = [sys.executable, "-m", "memlab.cli", "chat"]


@pytest.fixture
def quiet(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_MODEL", "tiny")


def talk(url, *overrides, said=""):
    env = os.environ | {"OPENAI_BASE_URL": url}
    return subprocess.run([*CHAT, *overrides], input=said, capture_output=True, text=True, env=env)


def until(terminal, prompt):
    """What a terminal shows until a prompt, a minute at most."""
    seen = b""
    while not seen.endswith(prompt):
        assert select.select([terminal], [], [], 60)[0], seen
        seen += os.read(terminal, 1000)
    return seen


def ended(running, press):
    """The exit status after a key; pressed again if it fell between a prompt and the reading of it."""
    for _ in range(5):
        press()
        with suppress(subprocess.TimeoutExpired):
            return running.wait(8)
    raise AssertionError("it does not end")


def held(path):
    store = SqliteStore(path)
    try:
        return {record.id: record.text for record in store.scan()}
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_it_remembers_across_restarts_and_keeps_no_reply_beside_its_store(tmp_path, monkeypatch):
    monkeypatch.setenv("MEMLAB_CACHE", str(tmp_path / "cache"))
    asked = []

    def answer(body):
        asked.append(body["messages"])
        return Answer(body=completion("Denver, said \x1b[31mI. " + "And so on. " * 20))

    path = tmp_path / "me.db"
    with endpoint(answer) as url:
        done = [talk(url, "strategy=bm25", f"store.path={path}", said=said) for said in
                ("I moved to Denver.\n", "\nWhere is Denver?\nWhere is Denver?\n")]  # fmt: skip
    assert [(one.returncode, one.stderr) for one in done] == [(0, ""), (0, "")]
    first, *reply = done[0].stdout.splitlines()
    assert first == f"bm25 in {path}; Ctrl-D ends"
    assert max(map(len, reply)) <= 80
    assert "\x1b" not in done[0].stdout
    assert '"text": "user: I moved to Denver."' in asked[1][0]["content"]
    texts = held(path)
    assert len(texts) == 6, "the same words twice are two turns, and every id is its own"
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("quiet")
def test_the_store_says_what_keeps_it_and_its_owner_erases_to_the_last_byte(tmp_path, monkeypatch, capsys):
    path, name = tmp_path / "me.db", f"store.path={tmp_path / 'me.db'}"
    monkeypatch.setenv("MEMLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.stdin", io.StringIO("I keep xylophones.\n"))
    with endpoint(lambda body: Answer(body=completion("Fine."))) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert main(["chat", "strategy=bm25", name]) == 0
        assert main(["chat", "strategy=hybrid", "encoder=hashing", name]) == 2
    assert "is kept by bm25 with another strategy" in capsys.readouterr().err
    assert main(["memory", "list", "--store", str(path)]) == 0
    id = capsys.readouterr().out.split()[0]
    assert b"xylophones" in path.read_bytes()
    assert main(["memory", "delete", id, "--with-sources", "--store", str(path)]) == 0
    assert not any(b"xylophones" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_failing_server_costs_no_turn(tmp_path):
    path = tmp_path / "me.db"
    with endpoint(lambda body: Answer(body="oops", status=400)) as url:
        done = talk(url, "strategy=bm25", f"store.path={path}", "assistant=profile", said="I moved to Denver.\n")
    assert done.returncode == 1
    assert "status 400: 'oops'" in done.stderr
    assert "What you said is kept." in done.stderr
    assert list(held(path).values()) == ["user: I moved to Denver."]


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("end", [b"\x04", b"\x03"])
def test_control_d_and_control_c_end_it_in_a_terminal(tmp_path, end):
    path = tmp_path / "me.db"
    with endpoint(lambda body: Answer(body=completion("Here I am."))) as url:
        ours, theirs = pty.openpty()
        running = subprocess.Popen(
            [*CHAT, "strategy=bm25", f"store.path={path}"],
            **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=os.environ | {"OPENAI_BASE_URL": url},
        )
        seen = until(ours, b"you> ")
        os.write(ours, b"hello\n")
        seen += until(ours, b"you> ")
        assert ended(running, lambda: os.write(ours, end)) == 0
        os.close(theirs)
        os.close(ours)
    assert b"Here I am." in seen
    assert b"Traceback" not in seen
    assert list(held(path).values()) == ["user: hello", "assistant: Here I am."]
    assert sorted(tmp_path.iterdir()) == [path], "closed: no log is left beside it"


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_control_c_while_the_model_is_slow_keeps_what_was_said(tmp_path):
    path, asked = tmp_path / "me.db", []

    def slow(body):
        asked.append(body)
        return Answer(body=completion(), delay_seconds=5)

    with endpoint(slow) as url:
        env = os.environ | {"OPENAI_BASE_URL": url}
        command = [*CHAT, "strategy=bm25", f"store.path={path}"]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        running.stdin.write("hello\n")
        running.stdin.flush()
        while not asked and running.poll() is None:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert (running.wait(30), running.stderr.read()) == (0, "")
    assert list(held(path).values()) == ["user: hello"]


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["strategy=bm25", "store.path=x.db"], "an OpenAI-compatible endpoint is needed: set OPENAI_BASE_URL"),
        (["strategy=bm25", "chat.base_url=http://localhost:1/v1"], "store.path=FILE is needed"),
        (["store.path=x.db", "assistant=rga"], "there is no assistant 'rga'; the nearest of 3 known: rag"),
        (["experiment=leaderboard", "store.path=x.db"], "one strategy is talked to at a time"),
    ],
)
def test_what_is_missing_is_told_in_one_message(line, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["chat", *line]) == 2
    (message,) = capsys.readouterr().err.splitlines()
    assert message.startswith("memlab chat: ")
    assert told in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_run_with_a_model_asks_it_once_and_a_second_run_never(tmp_path, monkeypatch):
    asked = []

    def answer(body):
        asked.append(body)
        wish = [("archival_memory_insert", json.dumps({"content": body["messages"][-1]["content"][:80]}))]
        filing = body["messages"][-1]["role"] == "user" and len(body["tools"]) > 1
        return Answer(body=completion(None, calls=wish) if filing else completion("Done."))

    monkeypatch.setenv("MEMLAB_CACHE", str(tmp_path / "cache"))
    line = ["run", "strategy=agentic", "chat=openai", "encoder=hashing", "workers=1", "tracking=none", "source.users=1"]
    line += ["source.sessions=1", "source.queries=2", "source.ask_from=0"]
    with endpoint(answer) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert main([*line, f"out={tmp_path / 'one'}"]) == 0
        first = len(asked)
        assert main([*line, f"out={tmp_path / 'two'}"]) == 0
    assert len(asked) == first > 5
    traces = [sorted((tmp_path / out).glob("single/*/traces/*.parquet")) for out in ("one", "two")]
    assert [one.read_bytes() for one in traces[0]] == [one.read_bytes() for one in traces[1]]
    (kept,) = (tmp_path / "one").glob("single/*/config.yaml")
    assert "openai (tiny)" in kept.read_text()
