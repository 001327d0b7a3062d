"""A chat as the reader of whole runs: recorded once, replayed ever after, and read by all that reads runs."""

import json
import re

import pyarrow.parquet as pq
import pytest

from memlab.cli import main
from memlab.config import plan
from memlab.identity import run_key
from memlab.llm.endpoint import Answer, completion, endpoint
from memlab.report.pooled import groups
from memlab.report.use import use_sections
from memlab.results import load
from memlab.runs import execute
from memlab.text import contains

SMALL = ["encoder=hashing", "workers=1", "tracking=none", "reader=chat", "chat=recorded"]
SMOKE = ["source=simulated", "source.users=2", "source.sessions=6", "source.queries=14", "limits=smoke", *SMALL]


def reads(body):
    """A model that names the first option that a memory in its prompt holds."""
    system, user = (message["content"] for message in body["messages"])
    memories = system.rpartition("<memories>")[2]
    options = re.findall(r"^- (.+)$", user, re.MULTILINE)
    found = next((option for option in options if contains(memories, option)), None)
    return Answer(body=completion(f"That is {found}." if found else "I don't know.", tokens=(200, 5)))


def at(url):
    """An override: the model at `url` is asked what is not recorded."""
    numbers = "timeout_seconds: 5, retries: 0, concurrency: 1"
    return f"chat.inner={{_target_: memlab.llm.openai.OpenAIChat, model: tiny, base_url: '{url}', {numbers}}}"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A run whose model was recorded, and the file."""
    pytest.importorskip("openai", reason="pip install 'memlab[openai]'")
    folder = tmp_path_factory.mktemp("recorded")
    file = folder / "chat.jsonl"
    with endpoint(reads) as url:
        line = [*SMOKE, "strategy=bm25", f"chat.path={file}", f"out={folder / 'first'}"]
        (run,) = execute(plan([*line, at(url)]))
    assert run.status == "complete", run.errors
    return run, file


def traces(run):
    return [path.read_bytes() for path in sorted((run.folder / "traces").glob("*.parquet"))]


def replay(file, out, *more):
    return [*SMOKE, "strategy=bm25", f"chat.path={file}", f"out={out}", *more]


def test_a_replay_asks_nobody_and_gives_the_same_bytes(recorded, tmp_path):
    first, file = recorded
    (run,) = execute(plan(replay(file, tmp_path)))
    assert (run.status, traces(run)) == ("complete", traces(first))
    summary = json.loads((run.folder / "summary.json").read_text())["metrics"]
    assert summary["choice_accuracy"]["n"] > 10
    assert 0 < summary["choice_accuracy"]["mean"] < 1
    assert summary["recalled_tokens"]["mean"] > 0
    (again,) = execute(plan(replay(file, tmp_path)))
    assert again.finished_before == 2


def test_a_replaying_run_is_known_by_what_is_recorded_not_by_where(recorded, tmp_path):
    _, file = recorded
    moved, other = tmp_path / "moved.jsonl", tmp_path / "other.jsonl"
    moved.write_bytes(file.read_bytes())
    other.write_bytes(file.read_bytes() + file.read_bytes().splitlines(keepends=True)[0])
    keys = [run_key(plan(replay(path, tmp_path))[0], "data") for path in (file, moved, other, tmp_path / "none")]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_what_was_used_is_told_by_the_reply_alone(recorded, tmp_path, capsys):
    _, file = recorded
    (run,) = execute(plan(replay(file, tmp_path)))
    assert main(["use", str(run.folder), "--queries", "6", "--workers", "1"]) == 0
    metrics = json.loads((run.folder / "summary.json").read_text())["metrics"]
    assert (metrics["used@5"]["n"], metrics["used@5"]["mean"]) == (0, None)
    for name in ("used_by_words@10", "used_by_meaning@10"):
        assert metrics[name]["n"] > 4
        assert 0 < metrics[name]["mean"] < 1
    printed = capsys.readouterr().out
    assert "used_by_words" in printed
    assert "helpful" not in printed
    (section,) = use_sections(groups(load([run.folder])))
    (table,) = section.blocks
    assert next(row.cells[0].text for row in table.rows) == "bm25"


def test_a_reply_that_was_not_recorded_fails_its_user_and_is_told(tmp_path):
    (run,) = execute(plan(replay(tmp_path / "empty.jsonl", tmp_path)))
    assert run.status == "failed"
    assert all("none is to this request" in error for error in run.errors.values())


def test_a_user_whose_chat_failed_is_lived_when_it_answers(recorded, tmp_path):
    _, file = recorded
    whole = file.read_text()
    half = tmp_path / "half.jsonl"
    half.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    (run,) = execute(plan(replay(half, tmp_path)))
    assert (run.status, len(run.errors)) == ("partial", 1)
    (again,) = execute(plan(replay(file, tmp_path)))
    assert again.status == "complete"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["chat=rules"], "reader: chat=rules calls the tools"),
        (["chat=recorded"], "chat: a recorded chat needs path=FILE"),
        (["chat=openai"], "chat: an OpenAI-compatible endpoint is needed"),
        (["chat=recorded", "chat.path=broken.jsonl"], "broken.jsonl:1 is no recorded reply"),
        (["chat=rules", "reader.seconds.call=-1"], "reader"),
    ],
)
def test_a_chat_that_cannot_serve_is_refused_before_the_first_user(line, told, tmp_path, monkeypatch, capsys):
    for name in ("OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.jsonl").write_text("{}\n")
    small = [part for part in SMOKE if not part.startswith("chat=")]
    assert main(["run", *small, *line, "out=runs"]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_users_react_to_what_it_says(tmp_path, capsys):
    pytest.importorskip("openai", reason="pip install 'memlab[openai]'")
    file = tmp_path / "chat.jsonl"
    line = ["ab", "a=none", "b=bm25", "users=6", "sessions=2", "burn_in=0", "paired=true", *SMALL, f"chat.path={file}"]
    with endpoint(reads) as url:
        assert main([*line, at(url), f"out={tmp_path / 'one'}"]) == 0
    assert main([*line, f"out={tmp_path / 'two'}"]) == 0
    assert "bm25 over none, satisfaction" in capsys.readouterr().out
    felt = [
        [
            row
            for path in sorted((tmp_path / out).rglob("feedback/*.parquet"))
            for row in pq.read_table(path).to_pylist()
        ]
        for out in ("one", "two")
    ]
    assert sorted(map(str, felt[0])) == sorted(map(str, felt[1]))
    noticed = {what for row in felt[0] for what in row["noticed"] or ()}
    assert {"right", "asked_again"} <= noticed
