"""A question of a run is explained: evidence, what was recalled, and why it was missed."""

import json

import pytest
import yaml
from build_run import FULL, MOVED, SAID, life, write_run

from memlab.life import Gold, Nugget, recorded
from memlab.report.show import one_run, overview, question
from memlab.results import ResultError
from memlab.testing import ask, end


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run"), FULL)


@pytest.fixture(scope="module")
def found(run):
    return question(run, "q7")


def test_the_keys_are_those_that_are_promised(found):
    head = ["run", "budget_tokens", "user", "session", "at", "query", "evidence", "stale", "stale_values", "forbidden"]
    tail = ["recalled", "candidates", "confidence", "complete", "reply", "scores", "outcome"]
    assert list(found) == head + tail
    assert list(found["run"]) == ["key", "strategy", "source", "seed", "status"]
    assert list(found["query"]) == ["id", "text", "kind", "answers", "choices", "answerable", "facets"]
    assert list(found["evidence"][0]) == ["values", "turns", "first_rank", "within_budget"]
    stated = ["id", "at", "session", "speaker", "text", "values", "erased", "superseded_by"]
    assert [list(t) for t in (found["evidence"][0]["turns"][0], found["stale"][0], found["forbidden"][0])] == [
        stated
    ] * 3
    assert list(found["recalled"][0]) == [
        *("rank", "id", "score", "tokens", "tokens_so_far", "tokens_within_budget", "verdict", "forbidden"),
        *("valid_to", "sources", "text"),
    ]
    assert list(found["recalled"][0]["sources"][0]) == ["turn", "role", "said", "supported"]
    assert list(found["scores"][0]) == ["name", "value", "chance", "attainable"]
    assert json.loads(json.dumps(found))["query"]["facets"] == {"updates": 1}


def test_the_promise_names_every_key(found):
    promise = question.__doc__ or ""
    nested = [found, found["run"] and found["query"], found["evidence"][0], found["recalled"][0], found["stale"][0]]
    assert [key for part in nested for key in part if key not in promise] == []


def test_evidence_is_told_nugget_by_nugget(found):
    denver, book = found["evidence"]
    assert [(t["id"], t["values"]) for t in denver["turns"]] == [("t5", ["Denver"]), ("t6", ["Denver"])]
    assert (denver["first_rank"], denver["within_budget"]) == (15, False)
    assert (book["first_rank"], book["turns"][0]["text"], book["values"]) == (19, SAID[2].text, ())


def test_stale_turns_say_by_what_they_were_superseded(found):
    (stale,) = found["stale"]
    assert (stale["id"], stale["values"]) == ("t0", ["Boston"])
    assert stale["superseded_by"]["id"] == "t5"
    assert stale["superseded_by"]["text"] == "user: I moved to Denver"
    assert found["evidence"][0]["turns"][0]["superseded_by"] is None


def test_what_is_superseded_only_later_still_held_when_it_was_asked(tmp_path):
    asked_early = [*SAID[:4], ask(4, "Where do I live?"), end(4), *SAID[4:], end(8, session=1)]
    gold = Gold(kind="current_value", evidence=(Nugget(turns=frozenset({"t0"})),))
    early = recorded("ann", asked_early, {"q4": gold}, [MOVED])
    (nugget,) = question(write_run(tmp_path, FULL, early), "q4")["evidence"]
    assert nugget["turns"][0]["superseded_by"] is None


def test_memories_are_judged_by_what_they_cite_and_say(found):
    judged = {m["id"]: (m["verdict"], m["forbidden"]) for m in found["recalled"] if not m["id"].startswith("f")}
    assert judged == {
        "m14": ("evidence", False),
        "m16": ("stale", False),
        "m17": ("neither", True),
        "m18": ("evidence", False),
    }
    assert found["recalled"][16]["valid_to"] == "2024-05-06T07:08:00+00:00"


def test_tokens_add_up_to_the_budget(found):
    assert [m["tokens"] for m in found["recalled"][:14]] == [40] * 14
    assert [m["tokens_so_far"] for m in found["recalled"][:3]] == [40, 80, 120]
    assert [m["tokens_within_budget"] for m in found["recalled"]] == [40] * 12 + [32] + [0] * 17
    assert sum(m["tokens_within_budget"] for m in found["recalled"]) == found["budget_tokens"] == 512


def test_an_id_of_several_users_needs_the_user(tmp_path):
    run = write_run(tmp_path, FULL, life("ann"), life("bob/.."))
    with pytest.raises(ResultError, match=r"'q7' was asked of 2 users; name one of: ann/q7, bob/\.\./q7"):
        question(run, "q7")
    assert question(run, "bob/../q7")["user"] == "bob/.."
    listed = overview(run)["missed"]
    assert [row["id"] for row in listed] == ["ann/q7", "bob/../q7"]
    assert [question(run, row["id"])["user"] for row in listed] == ["ann", "bob/.."]


def test_an_unknown_id_is_answered_with_the_nearest(run):
    with pytest.raises(ResultError, match="has no query 'q8'; the nearest of 1 known: q7"):
        question(run, "q8")
    with pytest.raises(ResultError, match="has no query 'ann/q8'; the nearest of 1 known: ann/q7"):
        question(run, "ann/q8")


def test_a_run_that_is_not_finished_is_refused(tmp_path):
    write_run(tmp_path, [])
    (tmp_path / "summary.json").unlink()
    with pytest.raises(ResultError, match="has no results to show"):
        one_run(tmp_path)


def test_an_experiment_with_one_run_is_that_run_and_with_two_they_are_listed(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    write_run(tmp_path / "one", [])
    assert one_run(tmp_path).folder == tmp_path / "one"
    write_run(tmp_path / "two", FULL)
    config = yaml.safe_load((tmp_path / "two" / "config.yaml").read_text())
    (tmp_path / "two" / "config.yaml").write_text(yaml.safe_dump(config | {"seed": 8}))
    with pytest.raises(ResultError) as caught:
        one_run(tmp_path)
    first, *listed = str(caught.value).splitlines()
    assert first == f"{tmp_path} holds 2 runs; name one of them:"
    assert listed == [f"  {tmp_path / name}  recites on byhand" for name in ("one", "two")]
