"""Each experiment that is shipped runs from end to end on small data: hand-written samples, no download."""

import json
import re
import shutil
from pathlib import Path

import pytest

from memlab.cli import main
from memlab.config import load_option, options, plan
from memlab.report.readings import readings
from memlab.results import BOUNDS, load

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
DATASETS = ROOT / "datasets"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder that holds every sample, and an audit of LoCoMo's."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("locomo", "realmem", "longmemeval", "deepmemeval", "lifebench"):
        shutil.copytree(DATASETS / name, folder / name)
    shutil.copytree(DATASETS / "beam" / "sample", folder / "beam" / "100K" / "1")
    talks = folder / "locomo" / "sample.json"
    (conversation,) = json.loads(talks.read_text())
    talks.write_text(json.dumps([conversation | {"sample_id": "conv-26"}]))
    question = conversation["qa"][0]
    entry = {"question_id": "locomo_0_qa0", "question": question["question"], "error_type": "WRONG_CITATION"}
    entry |= {"correct_answer": str(question["answer"]), "correct_evidence": ["D1:1"]}
    (folder / "locomo" / "audit.json").write_text(json.dumps([entry]))
    return folder


@pytest.fixture
def run(data, tmp_path, monkeypatch, capsys):
    """Runs an experiment at smoke size and returns its results and its report.

    One worker, as new processes would take longer to import than to live these users; `labels` has two.
    """
    monkeypatch.setenv("MEMLAB_DATA", str(data))

    def run(name, *chosen):
        line = ["run", f"experiment={name}", "workers=1", *chosen, "limits=smoke", f"out={tmp_path}", "tracking=none"]
        code = main(line)
        assert code == 0, capsys.readouterr().err
        assert "skipped" not in capsys.readouterr().err
        return load([tmp_path / name]), (tmp_path / name / "report" / "README.md").read_text()

    return run


@pytest.mark.parametrize(
    "name", [name for name in options("experiment") if load_option("experiment", name).get("comparisons")]
)
def test_who_names_comparisons_says_that_they_are_one_family(name):
    told = (ROOT / "experiments" / name / "README.md").read_text()
    family = re.search(r"\*\*Family\.\*\* (.+?)\n\n", told, re.DOTALL)
    assert family is not None
    alone = len(load_option("experiment", name)["comparisons"]) == 1
    assert ("One comparison, so no adjustment" in family[1]) == alone


def test_real_conversations(run):
    results, report = run("real")
    assert {r.status for r in results} == {"complete"}
    assert {r.source for r in results} == {"locomo", "beam", "realmem", "lifebench", "longmemeval", "deepmemeval"}
    sections = [line[3:] for line in report.splitlines() if line.startswith("## ")]
    assert sections[0] == "recorded users"
    sources = {name for name in sections[1:-1] if not name.startswith(("The guide's measures on ", "Health on "))}
    assert sources == {r.source for r in results}
    for table in (
        "evidence_recall@512 by source",
        "Minus bm25, paired by question",
        "Minus hybrid, paired by question",
    ):
        assert f"**{table}**" in report
    assert "*detectable* (from bm25)" in report
    assert "labels_dangling" in report


def test_readings_of_labels(run):
    results, report = run("labels", "workers=2")
    assert {r.status for r in results} == {"complete"}
    assert {r.config["source"]["labels"] for r in results} == {"published", "judged", "audited"}
    assert len(readings(results)) == 2
    assert "Readings of the labels" in report
    assert "mean over kinds of question (macro)" in report


def test_difficulty_beside_real_data(run):
    terse = [
        "source.sessions=6",
        "source.chatter=[0,0]",
        "source.elaboration=0",
    ]  # no more is lived than is asked about
    results, report = run("difficulty", *terse)
    assert {r.status for r in results} == {"complete"}
    assert {r.source for r in results} == {"simulated_standard", "locomo", "beam", "realmem", "lifebench"}
    assert {r.strategy for r in results} == {"bm25", "rag", "oracle", "random"}
    assert report.index("## Difficulty") < report.index("## beam")
    assert "| oracle has exactly what is attainable | yes |" in report
    for table in (
        "Difficulty of simulated_standard",
        "Rank of the first evidence under rag",
        "turn_recall@10 by kind on",
    ):
        assert f"**{table}" in report


def test_whether_rankings_carry_over(run):
    results, report = run("sim_to_real", "strategy=buffer")  # one family: all of them take minutes
    assert {r.status for r in results} == {"complete"}
    assert len(results) == 2 * 7
    sections = [line[3:] for line in report.splitlines() if line.startswith("## ")]
    assert sections[:2] == ["Carrying over", "recorded users"]
    assert "simulated_standard → recorded users" in report
    assert "cannot tell, 0 resolved pairs of at least 30" in report
    for source in ("locomo", "beam", "realmem", "lifebench", "longmemeval", "deepmemeval"):
        assert f"| {source} |" in report


def test_whether_recall_buys_currency(run):
    results, report = run("currency", "strategy=graph", "limits.sessions=20", "limits.queries=null")
    assert {r.status for r in results} == {"complete"}
    assert len(results) == 3 * 2
    assert "evidence_recall@512 → current_first" in report
    assert "| questions of current_first |" in report
    assert "| beam |" in report


def test_what_is_lost_by_the_approach_that_comes_first(run):
    results, report = run("procedural", "source.tasks=2", "source.outcomes=[1,10]")
    assert {r.status for r in results} == {"complete"}
    assert len(results) == 3 + 3 + 4
    assert report.count("**Regret after as many trials**") == 3
    assert "procedural − procedural_bound, regret@10" in report
    first = {(r.source, r.strategy): r.figure("regret@10")["mean"] for r in results}
    same = [first["trials (3 approaches)", name] for name in ("procedural", "procedural_ratio")]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("name", "left_out"), [("sim_to_real", set()), ("currency", {"agentic", "buffer", "buffer_relevant"})]
)
def test_the_frozen_list_is_what_runs(name, left_out):
    configs = plan([f"experiment={name}", "source=beam"])
    running = [c["strategy"]["name"] for c in configs if c["strategy"]["name"] not in BOUNDS]
    text = (ROOT / "experiments" / name / "README.md").read_text()
    lines = re.findall(r"^\| [^|]+ \| (`.*) \|$", text, re.MULTILINE)
    assert running == [name for line in lines for name in re.findall("`(.+?)`", line)]
    frozen, families = map(
        int, re.search(r"\*\*Configurations\*\*, frozen .*?: (\d+) of (\d+) families", text).groups()
    )
    assert len(set(running)) == len(running) == frozen
    found = {name.partition(" (")[0] for name in running}
    assert len(found) == len(lines) == families
    assert not found & left_out
    differing = {json.dumps([c["strategy"] | {"name": ""}, c["encoder"]]) for c in configs}
    assert len(differing) == len(configs)


def test_the_systems_of_the_guide(run):
    results, report = run("systems", "source.bank=sealed", "encoder=hashing")
    assert {r.strategy for r in results} >= {"cognitive", "semantic", "profile", "minimize+rag", "decay+rag"}
    assert {r.status for r in results} == {"complete"}
    claims = re.findall(
        r"^\| (?:semantic|profile|decay|minimize|episodic|graph|cognitive) .*cannot tell: .* users", report, re.M
    )
    assert len(claims) > 15


def test_late_interaction_and_the_linear_ranking(run):
    results, report = run("retrieval", "encoder=hashing")
    assert {r.status for r in results} == {"complete"}
    assert {r.strategy for r in results} >= {"late", "ranked", "ranked_even", "ranked_real", "hybrid"}
    assert report.index("## recorded users") < report.index("## locomo")
    assert "ranked puts first what holds" in report
    assert "ranked − hybrid, turn_ndcg@10" in report


def test_parts_of_the_linear_ranking(run):
    results, report = run("ranked_parts", "source=locomo")
    assert {r.status for r in results} == {"complete"}
    parts = {r.strategy for r in results}
    assert {"without late interaction", "without words", "rows in full"} <= parts
    assert "**Minus ranked_even, paired by question**" in report


def test_which_memories_the_reader_used(run):
    results, report = run("use", "encoder=hashing", "strategy=bm25")
    more, _ = run("use", "encoder=hashing", "strategy=oracle")
    assert {r.status for r in results} == {"complete"}
    assert {r.strategy for r in more} == {"bm25", "oracle"}
    assert "## Retrieval use on simulated" in report
    assert "| exact Shapley values |" in report
    assert all(r.figure("used@5")["n"] > 5 for r in more)


def test_the_guides_three_measures_stand_side_by_side(run):
    results, report = run("measures", "encoder=hashing")
    assert {r.status for r in results} == {"complete"}
    head = "| strategy | used@5 | satisfaction − none | detectable | memories_added_7d | memories_churn |"
    section = report.split("## The guide's measures on reacting")[1].split("\n## ")[0]
    assert head in section
    rows = {line.split(" | ")[0].strip("|* "): line.split(" | ")[1:] for line in section.splitlines() if "| " in line}
    assert all("–" not in cell for cell in rows["bm25"])
    assert rows["none"][:2] == ["–", "–"]
