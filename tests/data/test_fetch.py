import threading
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from memlab.data.fetch import about, fetch, folder_for
from memlab.seeds import derive
from memlab.sources import SourceError
from memlab.sources.cards import Download, load_card, names

BODY = b"".join(derive(0, "body", n).to_bytes(8, "big") for n in range(40_000))
GIVEN = len(BODY) // 3


class Upstream(BaseHTTPRequestHandler):
    """Serves one file; the server's `plan` says how badly."""

    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.requests.append(asked)
        plan, body = self.server.plan, self.server.body
        if "status" in plan:
            return self.send_error(plan["status"])
        first = int(asked[6:-1]) if asked and plan.get("ranges", True) else 0
        if first >= len(body):
            return self.send_error(416)
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first + plan.get('shift', 0)}-{len(body) - 1}/{len(body)}")
        if plan.get("length", True):
            self.send_header("Content-Length", str(len(body) - first))
        self.end_headers()
        self.wfile.write(body[first : plan.get("stop")])
        self.server.released.wait(plan.get("silent_seconds", 0))

    def log_message(self, format, *args):
        pass


@pytest.fixture
def upstream(monkeypatch):
    """A server on this machine: `upstream(body, **plan)` gives it and a download of BODY's checksum."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    @contextmanager
    def serving(body=BODY, **plan):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        server.requests, server.plan, server.body, server.released = [], plan, body, threading.Event()
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/data.json"
        try:
            yield server, Download(url=url, file="data.json", sha256=sha256(BODY).hexdigest(), bytes=len(BODY))
        finally:
            server.released.set()
            server.shutdown()
            server.server_close()

    return serving


def left(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_fetched_whole_and_its_growth_is_told(upstream, tmp_path):
    told = []
    with upstream() as (server, download):
        path = fetch(download, tmp_path / "new", lambda *growth: told.append(growth))
    assert path.read_bytes() == BODY
    assert (left(tmp_path), server.requests) == (["data.json"], [None])
    assert {(file, total) for file, _, total in told} == {("data.json", len(BODY))}
    assert [done for _, done, _ in told][0 :: len(told) - 1] == [0, len(BODY)]
    assert all(before <= after for (_, before, _), (_, after, _) in pairwise(told))


def test_a_file_may_lie_in_folders_below(upstream, tmp_path):
    with upstream() as (_, download):
        fetch(replace(download, file="chats/1/data.json"), tmp_path)
    assert (tmp_path / "chats/1/data.json").read_bytes() == BODY


def test_what_is_there_already_is_not_fetched_again(upstream, tmp_path):
    (tmp_path / "data.json").write_bytes(BODY)
    with upstream() as (server, download):
        fetch(download, tmp_path)
    assert server.requests == []


def test_another_file_under_the_name_is_left_alone(upstream, tmp_path):
    (tmp_path / "data.json").write_bytes(b"mine")
    with upstream() as (server, download), pytest.raises(SourceError, match="is there already and is not http"):
        fetch(download, tmp_path)
    assert (server.requests, (tmp_path / "data.json").read_bytes()) == ([], b"mine")


@pytest.mark.parametrize("known", [True, False])
def test_a_cut_off_file_is_kept_as_a_part_and_continued(upstream, tmp_path, known):
    size = len(BODY) if known else None
    with upstream(stop=GIVEN) as (_, download), pytest.raises(SourceError, match=rf"cut off after {GIVEN:,} of"):
        fetch(replace(download, bytes=size), tmp_path)
    assert left(tmp_path) == ["data.json.part"]
    with upstream() as (server, download):
        fetch(replace(download, bytes=size), tmp_path)
    assert server.requests == [f"bytes={GIVEN}-"]
    assert (tmp_path / "data.json").read_bytes() == BODY
    assert left(tmp_path) == ["data.json"]


def test_a_file_that_upstream_has_cut_is_refused(upstream, tmp_path):
    with upstream(BODY[:GIVEN]) as (_, download), pytest.raises(SourceError, match=f"{GIVEN:,} of {len(BODY):,} bytes"):
        fetch(download, tmp_path)
    with upstream(BODY[:GIVEN]) as (server, download), pytest.raises(SourceError, match="cut off"):
        fetch(download, tmp_path)
    assert (left(tmp_path), server.requests) == (["data.json.part"], [f"bytes={GIVEN}-", None])


def test_a_file_cut_without_a_word_about_its_length_has_another_checksum(upstream, tmp_path):
    with upstream(stop=GIVEN, length=False) as (_, download), pytest.raises(SourceError, match="what came has sha256"):
        fetch(replace(download, bytes=None), tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize("size", [len(BODY), None])
def test_a_wrong_file_is_refused_and_removed(upstream, tmp_path, size):
    says = r"what came has sha256 [0-9a-f]{64}, and its card has [0-9a-f]{64}"
    with upstream(BODY[:-1] + b"?") as (_, download), pytest.raises(SourceError, match=says):
        fetch(replace(download, bytes=size), tmp_path)
    assert left(tmp_path) == []


def test_a_longer_file_is_not_read_to_its_end(upstream, tmp_path):
    told = []
    with upstream(BODY * 40) as (_, download), pytest.raises(SourceError, match="longer than the"):
        fetch(download, tmp_path, lambda *growth: told.append(growth[1]))
    assert (left(tmp_path), max(told) < 2 * len(BODY)) == ([], True)


def test_a_part_of_another_file_is_found_by_the_checksum(upstream, tmp_path):
    (tmp_path / "data.json.part").write_bytes(b"x" * GIVEN)
    with upstream() as (_, download):
        with pytest.raises(SourceError, match="what came has sha256"):
            fetch(download, tmp_path)
        assert left(tmp_path) == []
        assert fetch(download, tmp_path).read_bytes() == BODY


def test_a_server_that_cannot_continue_sends_the_whole(upstream, tmp_path):
    (tmp_path / "data.json.part").write_bytes(BODY[:GIVEN])
    with upstream(ranges=False) as (server, download):
        assert fetch(download, tmp_path).read_bytes() == BODY
    assert server.requests == [f"bytes={GIVEN}-"]


def test_a_server_that_continues_elsewhere_is_refused(upstream, tmp_path):
    (tmp_path / "data.json.part").write_bytes(BODY[:GIVEN])
    with upstream(shift=5) as (_, download), pytest.raises(SourceError, match="another part than was asked for"):
        fetch(download, tmp_path)
    assert left(tmp_path) == []


def test_a_part_that_is_longer_than_the_file_is_dropped(upstream, tmp_path):
    (tmp_path / "data.json.part").write_bytes(BODY + b"more")
    with upstream() as (server, download):
        assert fetch(download, tmp_path).read_bytes() == BODY
    assert server.requests == [None]


def test_a_part_that_is_whole_only_gets_its_name(upstream, tmp_path):
    (tmp_path / "data.json.part").write_bytes(BODY)
    with upstream() as (server, download):
        fetch(download, tmp_path)
    assert (left(tmp_path), server.requests) == (["data.json"], [])


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_a_refusal_is_told_once_and_not_tried_again(upstream, tmp_path, status):
    says = rf"/data\.json: the server answers {status}"
    with upstream(status=status) as (server, download), pytest.raises(SourceError, match=says):
        fetch(download, tmp_path)
    assert (left(tmp_path), server.requests) == ([], [None])


def test_a_server_that_is_not_there_is_named(upstream, tmp_path):
    with upstream() as (_, download):
        pass
    with pytest.raises(SourceError, match=r"/data\.json cannot be reached: "):
        fetch(download, tmp_path, timeout=5)


def test_what_a_server_sent_before_it_fell_silent_is_kept(upstream, tmp_path):
    says = r"timed out; [\d,]+ bytes are kept in .*, the same command continues"
    with upstream(stop=GIVEN, silent_seconds=60) as (_, download), pytest.raises(SourceError, match=says):
        fetch(download, tmp_path, timeout=0.5)
    kept = (tmp_path / "data.json.part").read_bytes()
    assert 0 < len(kept) <= GIVEN
    assert BODY.startswith(kept)
    assert left(tmp_path) == ["data.json.part"]


@pytest.mark.parametrize("file", ["../data.json", "/tmp/data.json", "a/../../b", ""])
def test_nothing_is_written_outside_the_folder(tmp_path, file):
    with pytest.raises(SourceError, match="is no path below"):
        fetch(Download(url="http://127.0.0.1:9/x", file=file, sha256="0"), tmp_path / "inside")
    assert left(tmp_path) == []


def test_only_web_addresses_are_fetched(tmp_path):
    (tmp_path / "secret").write_bytes(BODY)
    download = Download(url=f"file://{tmp_path}/secret", file="data.json", sha256=sha256(BODY).hexdigest())
    with pytest.raises(SourceError, match="only http and https"):
        fetch(download, tmp_path)


def test_licence_and_citation_come_before_anything_else():
    first = "\n".join(about(load_card("locomo")))
    assert "licence:  CC BY-NC 4.0" in first
    assert "citation: Maharana et al." in first


@pytest.mark.parametrize("change", [{"distributable": False}, {"licence": "none, private chats"}])
def test_what_nobody_may_pass_on_is_got_by_hand(change, monkeypatch, tmp_path):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    card = replace(load_card("locomo"), **change)
    with pytest.raises(SourceError, match=rf"nobody pass it on; get it by hand from {card.url} .*{tmp_path}/locomo/"):
        list(about(card))


def test_a_card_without_a_file_says_where_to_get_it():
    card = replace(load_card("locomo"), download=())
    with pytest.raises(SourceError, match="names no file with a checksum to fetch; get it by hand from https"):
        list(about(card))


def test_files_go_where_they_are_looked_for_first(monkeypatch, tmp_path):
    monkeypatch.setenv("MEMLAB_DATA", str(tmp_path))
    assert folder_for(load_card("locomo")) == tmp_path / "locomo"


@pytest.mark.parametrize("name", names())
def test_a_card_fetches_only_files_that_it_knows(name):
    card = load_card(name)
    for download in card.download:
        assert download.url.startswith("https://")
        assert card.known(download.sha256) is not None
