"""`memlab data` as it is typed: exit codes, widths, what is printed where."""

import json
import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from memlab.cli import main
from memlab.data import fetch, listing
from memlab.data.describe import describe
from memlab.data.laws import LAWS
from memlab.data.survey import surveys
from memlab.paths import datasets_folder
from memlab.sources.cards import Download, load_card, names

SAMPLES = [name for name in names() if list((datasets_folder() / name).glob("*[sS]ample*"))]


def sample_of(name):
    return str(next((datasets_folder() / name).glob("*[sS]ample*")))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_keeps_every_law(name, capsys):
    assert main(["data", "check", name, "--path", sample_of(name)]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(("passed ", "n/a ")) for line in lines) == len(LAWS)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_described_in_80_columns(name, capsys):
    assert main(["data", "describe", name, "--path", sample_of(name)]) == 0
    printed = capsys.readouterr().out
    assert name in printed
    assert max(map(len, printed.splitlines())) <= 80
    assert main(["data", "describe", name, "--path", sample_of(name), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["source"], found["questions"] > 0) == (name, True)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_data_set_at_hand_keeps_every_law(name):
    from memlab.data.check import check_data
    from memlab.sources import MissingData

    try:
        ((_, data),) = surveys([name])
    except MissingData as missing:
        pytest.skip(str(missing))
    assert [result for result in check_data(data) if result.status == "failed"] == []


def test_the_development_conversations_are_described(locomo_dev):
    ((_, data),) = surveys(["locomo"], locomo_dev)
    found = describe(data)
    assert [found[name] for name in ("users", "sessions", "turns", "questions")] == [5, 128, 2760, 999]
    assert {kind: counts["questions"] for kind, counts in found["kinds"].items()} == {
        "adversarial": 237,
        "multi_hop": 142,
        "open_domain": 46,
        "single_hop": 418,
        "temporal": 156,
    }
    assert (found["with_evidence"], found["unanswerable"]) == (760, 237)  # 997 have evidence as published
    assert found["labels"] == {"repaired": 2, "dropped": None, "dangling": 2}
    assert list(found["files"].values()) == ["pinned"]


def test_a_source_that_breaks_a_law_fails(sample, tmp_path, capsys):
    samples = json.loads(sample.read_text())
    samples[0]["conversation"]["session_1"][0]["text"] += " ->-> 1,1"
    leaking = tmp_path / "leaking.json"
    leaking.write_text(json.dumps(samples).replace("Guess who", "event_summary"))
    assert main(["data", "check", "locomo", "--path", str(leaking)]) == 1
    printed = capsys.readouterr().out
    assert "FAILED  no_leaking_field_stands_in_text" in printed
    assert printed.rstrip().endswith("1 failed") or "1 failed" in printed


def test_what_is_not_at_hand_is_told_and_passes(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert main(["data", "check"]) == 0
    assert "locomo: not at hand" in capsys.readouterr().out
    assert main(["data", "check", "locomo"]) == 2


@pytest.mark.parametrize("action", ["check", "describe"])
def test_a_damaged_file_fails_among_all_and_is_refused_alone(action, tmp_path, monkeypatch, capsys, few_users):
    (tmp_path / "locomo").mkdir()
    (tmp_path / "locomo" / "cut.json").write_text('[{"qa": ')
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert main(["data", action]) == 1
    printed = capsys.readouterr()
    assert "is not whole JSON" in printed.out + printed.err
    assert "simulated" in printed.out
    assert main(["data", action, "locomo"]) == 2


def test_the_list_says_how_to_get_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    rows = {name: where for name, _, where in listing.listed()}
    assert rows["locomo"] == "not found; `memlab data get locomo`"
    (tmp_path / "locomo" / "deep").mkdir(parents=True)
    (tmp_path / "locomo" / "deep" / "a.json").write_text("[]")
    assert dict((name, where) for name, _, where in listing.listed())["locomo"] == str(tmp_path / "locomo")


@pytest.fixture
def offered(sample, monkeypatch):
    """LoCoMo's card offers the hand-written sample from a server on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    serving = partial(SimpleHTTPRequestHandler, directory=str(sample.parent))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda self, *args: None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), serving)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    body = sample.read_bytes()
    url = f"http://127.0.0.1:{server.server_port}/sample.json"
    download = Download(url=url, file="locomo10.json", sha256=sha256(body).hexdigest(), bytes=len(body))
    card = replace(load_card("locomo"), download=(download,))
    monkeypatch.setattr(fetch, "load_card", lambda name: card)
    yield download
    server.shutdown()
    server.server_close()


def test_get_prints_the_licence_and_keeps_the_file(offered, tmp_path, capsys):
    assert main(["data", "get", "locomo", "--to", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["locomo", "licence", "citation", "from", "kept"]
    assert sha256((tmp_path / "locomo10.json").read_bytes()).hexdigest() == offered.sha256
    assert "locomo10.json" in printed.err


def test_what_was_fetched_is_found(offered, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert main(["data", "get", "locomo"]) == 0
    assert main(["data", "describe", "locomo"]) == 0
    assert "locomo: adversarial" in capsys.readouterr().out


def test_a_failed_get_says_one_clear_line_after_the_licence(offered, tmp_path, monkeypatch, capsys):
    card = replace(load_card("locomo"), download=(replace(offered, sha256="0" * 64),))
    monkeypatch.setattr(fetch, "load_card", lambda name: card)
    assert main(["data", "get", "locomo", "--to", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert "licence:  CC BY-NC 4.0" in printed.out
    assert "memlab data: http://127.0.0.1" in printed.err
    assert list(tmp_path.iterdir()) == []
