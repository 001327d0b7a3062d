"""What is exported is scored by ir-measures as memlab scores it; what is imported, as what it was made from."""

import json
from collections import Counter

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import R, nDCG

from memlab.cli import main
from memlab.life import Gold, Nugget
from memlab.metrics.ndcg import ndcg_at
from memlab.metrics.recall import recall_at
from memlab.report.show import one_run
from memlab.results import load
from memlab.strategies.replayed import query_name
from memlab.testing import turn
from memlab.trec import _with_one_for_all, export

from build_run import life, memory, write_run  # isort: skip

SIMULATED = ["source.users=2", "source.sessions=8", "source.queries=24", "source.ask_from=0.1", "encoder=hashing"]
LEVELS = ("turn", "session")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Finished runs by strategy; questions begin when there are not yet 40 turns to choose from."""
    out = tmp_path_factory.mktemp("runs")
    names = "bm25,random,full_history,none"
    assert main(["run", "-m", f"strategy={names}", f"out={out}", "tracking=none", "workers=1", *SIMULATED]) == 0
    return {result.strategy: result for result in load([out / "sweep"])}


def questions(runs):
    """How many were asked in each run."""
    (asked,) = {result.figure("recalled_tokens")["of"] for result in runs.values()}
    assert asked > 30
    return asked


def rescored(folder, level):
    """By measure and query, what ir-measures says of exported files; silence is 0."""
    qrels = list(ir_measures.read_trec_qrels(str(folder / f"{level}.qrels")))
    run = list(ir_measures.read_trec_run(str(folder / f"{level}.run")))
    if not qrels:
        return {}
    asked = {line.query_id: 0.0 for line in qrels}
    found = {"ndcg": dict(asked), "recall": dict(asked)}
    for value in ir_measures.iter_calc([nDCG @ 10, R @ 10], qrels, run):
        found["ndcg" if value.measure == nDCG @ 10 else "recall"][value.query_id] = value.value
    return found


def agree(result, folder):
    """Exports a run, has it scored again, and holds every query against `scores.parquet`; returns what was told."""
    told = export(result, folder)
    for level in LEVELS:
        again = rescored(folder, level)
        for name in ("ndcg", "recall"):
            ours = {query_name(*key): value for key, value in result.scores.get(f"{level}_{name}@10", {}).items()}
            assert again.get(name, {}) == pytest.approx(ours, abs=1e-9)
            if ours:
                assert told[level][f"{name}@10"] == pytest.approx(sum(ours.values()) / len(ours))
        assert told[level]["judged"] == len(again.get("ndcg", {}))
    return told


@pytest.mark.parametrize("name", ["bm25", "random", "full_history", "none"])
def test_every_simulated_query_is_scored_again_to_the_same(runs, tmp_path, name):
    told = agree(runs[name], tmp_path)
    assert told["turn"]["too few turns to choose from"] > 0
    assert told["turn"]["nuggets stated by several"] > 0
    assert told["turn"]["places traded"] > 0 or name == "none"
    assert all(sum(list(told[level].values())[:4]) == questions(runs) for level in LEVELS)


def test_the_same_questions_are_judged_alike_whatever_the_run(runs, tmp_path):
    written = {name: tmp_path / name for name in runs}
    for name, folder in written.items():
        export(runs[name], folder)
    for level in LEVELS:
        assert len({(folder / f"{level}.qrels").read_bytes() for folder in written.values()}) == 1
    assert (written["none"] / "turn.run").read_text() == ""


def test_the_locomo_sample_is_scored_again_to_the_same(sample, tmp_path):
    line = ["source=locomo", f"source.path={sample}", "strategy=bm25", "tracking=none", "workers=1"]
    assert main(["run", *line, f"out={tmp_path}"]) == 0
    told = agree(one_run(tmp_path / "single"), tmp_path / "trec")
    assert told["session"]["judged"] == 4
    assert told["session"]["without evidence"] == told["turn"]["without evidence"] == 2
    assert told["turn"]["too few turns to choose from"] == 4


@pytest.mark.slow
def test_the_development_conversations_are_scored_again_to_the_same(locomo_dev, tmp_path):
    line = ["source=locomo", f"source.path={locomo_dev}", "strategy=bm25", "tracking=none"]
    assert main(["run", *line, f"out={tmp_path}"]) == 0
    told = agree(one_run(tmp_path / "single"), tmp_path / "trec")
    assert told["turn"]["judged"] > 500


@given(st.data())
def test_alternatives_trade_places_and_the_figures_stay(data):
    names = data.draw(st.permutations([f"t{i}" for i in range(14)]))
    ranked = names[: data.draw(st.integers(0, 14))]
    cuts = sorted(data.draw(st.sets(st.integers(1, 8), min_size=1, max_size=4)))
    pool = data.draw(st.permutations(names))
    nuggets = [frozenset(pool[a:b]) for a, b in zip([0, *cuts], cuts, strict=False)]
    traded = _with_one_for_all(ranked, nuggets)
    assert len(traded) == len(set(traded)) == len(ranked)
    ones = [frozenset([min(nugget, key=lambda n: (len(n), n))]) for nugget in nuggets]
    for k in (1, 3, 10):
        assert ndcg_at(traded, ones, k) == pytest.approx(ndcg_at(ranked, nuggets, k))
        assert recall_at(traded, ones, k) == pytest.approx(recall_at(ranked, nuggets, k))


def test_nuggets_that_share_a_turn_are_left_out_and_counted(tmp_path):
    gold = Gold(
        kind="count", answers=("2",), evidence=tuple(Nugget(turns=frozenset(n)) for n in (["t0", "t1"], ["t1"]))
    )
    result = write_run(tmp_path / "run", [memory("m", "x", "t1")], life("a b/c", gold), life("d", gold))
    told = export(result, tmp_path)
    assert told["turn"]["too few turns to choose from"] == 2
    assert told["session"]["judged"] == 2  # both are of session 0, which is one nugget there
    assert (tmp_path / "session.qrels").read_text() == "a%20b%2Fc/q7 0 session-0 1\nd/q7 0 session-0 1\n"
    assert (tmp_path / "turn.run").read_text().splitlines()[0] == "a%20b%2Fc/q7 Q0 t1 1 1 recites"


def imported(file, to, *more):
    return main(
        ["import", "--trec", str(file), "--source", "simulated", "--to", str(to), "workers=1", *SIMULATED, *more]
    )


def test_what_was_exported_comes_back_with_the_same_figures_beside_the_others(runs, tmp_path, capsys):
    told = export(runs["bm25"], tmp_path)
    file, home = tmp_path / "turn.run", tmp_path / "mine"
    file.write_text(file.read_text().replace(" bm25\n", " from%20afar\n"))
    assert imported(file, home) == 0
    printed = capsys.readouterr().out
    result = one_run(home)
    assert f"run:     {result.folder}" in printed
    assert "from afar" in printed
    assert "not ranked: " in printed
    assert result.strategy == "from afar"
    for name in ("turn_ndcg@10", "turn_recall@10", "turn_mrr@10"):
        assert result.scores[name] == pytest.approx(runs["bm25"].scores[name])
    assert result.figure("turn_recall@10")["mean"] == pytest.approx(told["turn"]["recall@10"])
    assert result.figure("evidence_recall@512")["mean"] > 0.9 * runs["bm25"].figure("evidence_recall@512")["mean"]
    capsys.readouterr()
    folders = [str(home), *(str(run.folder) for run in runs.values())]
    assert main(["compare", *folders, "--baseline", "bm25", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    (row,) = [r for r in rows if r["strategy"] == "from afar" and r["metric"] == "turn_recall@10"]
    assert row["mean"] == 0.0
    assert row["n"] == told["turn"]["judged"]
    assert main(["report", *folders, "--to", str(tmp_path / "report")]) == 0
    assert "from afar" in (tmp_path / "report" / "README.md").read_text()


def test_a_file_that_was_moved_is_the_same_run(runs, tmp_path):
    export(runs["bm25"], tmp_path)
    (tmp_path / "copy.run").write_bytes((tmp_path / "turn.run").read_bytes())
    assert [imported(tmp_path / name, tmp_path / "mine") for name in ("turn.run", "copy.run")] == [0, 0]
    assert len(list((tmp_path / "mine").glob("*/manifest.json"))) == 1


def lines_of(run, tmp_path):
    export(run, tmp_path)
    return (tmp_path / "turn.run").read_text().splitlines(keepends=True)


def counted(tmp_path, lines, *more):
    file = tmp_path / "changed.run"
    file.write_text("".join(lines))
    assert imported(file, tmp_path / "mine", *more) == 0
    (found,) = (tmp_path / "mine").glob("*/import.json")
    return json.loads(found.read_text()), one_run(tmp_path / "mine")


def test_queries_without_a_rank_are_judged_as_silence(runs, tmp_path):
    lines = lines_of(runs["full_history"], tmp_path)
    silent = next(query_name(*key) for key, value in runs["full_history"].scores["turn_recall@10"].items() if value > 0)
    counts, result = counted(tmp_path, [line for line in lines if not line.startswith(f"{silent} ")])
    before = runs["full_history"].scores["turn_recall@10"]
    assert counts["not ranked"] == 1
    assert counts["asked"] == questions(runs)
    assert {key for key, value in result.scores["turn_recall@10"].items() if value != before[key]} == {
        tuple(silent.split("/"))
    }


def test_queries_that_the_limits_leave_out_are_counted(runs, tmp_path):
    lines = lines_of(runs["full_history"], tmp_path)
    counts, result = counted(tmp_path, lines, "limits.queries=5", "limits.users=1")
    assert (counts["asked"], counts["not asked"]) == (5, questions(runs) - 5)
    assert result.summary["run"]["users"] == 1


def test_turns_that_are_not_yet_said_are_passed_over_and_counted(runs, tmp_path):
    lines = lines_of(runs["full_history"], tmp_path)
    first = lines[0].split()[0]
    said = {line.split()[2] for line in lines if line.split()[0] == first}
    later = next(line.split()[2] for line in lines if line.startswith("user-000/") and line.split()[2] not in said)
    counts, result = counted(
        tmp_path, [f"{first} Q0 {later} 0 999 ahead\n", *(x.replace("full_history", "ahead") for x in lines)]
    )
    assert counts["not held when asked for"] == 1
    assert result.scores["turn_recall@10"] == runs["full_history"].scores["turn_recall@10"]


def test_scores_decide_and_ranks_that_contradict_them_are_counted(runs, tmp_path):
    lines = lines_of(runs["bm25"], tmp_path)
    by_query = Counter(line.split()[0] for line in lines)
    turned = ["{0} {1} {2} {3} -{3} {5}\n".format(*line.split()) for line in reversed(lines)]
    counts, result = counted(tmp_path, turned)
    assert (counts["ranks against scores"], counts["tied"]) == (0, 0)
    assert result.scores["turn_ndcg@10"] == pytest.approx(runs["bm25"].scores["turn_ndcg@10"])
    against = ["{0} {1} {2} {3} {3} {5}\n".format(*line.split()) for line in lines]
    (tmp_path / "two").mkdir()
    counts, other = counted(tmp_path / "two", against)
    assert counts["ranks against scores"] == sum(n > 1 for n in by_query.values())
    assert other.figure("turn_ndcg@10")["mean"] < result.figure("turn_ndcg@10")["mean"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: [a[0], *a[2:]], "has 5 columns; it must have six"),
        (lambda a: ["e7133c51", *a[1:]], "query 'e7133c51' must be named USER/QUERY"),
        (lambda a: ["user-009/e7", *a[1:]], "simulated has no user 'user-009'; the nearest of 2 known"),
        (lambda a: ["user-000/none", *a[1:]], "user-000/none is never asked; of its user's queries the nearest of"),
        (lambda a: [*a[:2], "s999t99", *a[3:]], "ranks turn 's999t99', which is never said; the nearest of"),
        (lambda a: [*a[:4], "nan", a[5]], "score nan is not finite"),
        (lambda a: [*a[:3], "first", *a[4:]], "rank 'first' and score"),
        (lambda a: [*a[:5], "another"], "under one tag"),
    ],
)
def test_a_malformed_line_is_one_error_that_names_it(runs, tmp_path, capsys, change, message):
    lines = lines_of(runs["bm25"], tmp_path)
    lines[1] = " ".join(change(lines[1].split())) + "\n"
    (tmp_path / "bad.run").write_text("".join(lines))
    assert imported(tmp_path / "bad.run", tmp_path / "mine") == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line
    assert ("line 2" in line) == ("s999t99" not in line)
    assert not (tmp_path / "mine").exists()


def test_a_turn_ranked_twice_an_empty_file_and_a_strategy_are_refused(runs, tmp_path, capsys):
    lines = lines_of(runs["bm25"], tmp_path)
    for content, message in (([lines[0], *lines], "is ranked twice for user-000/"), ([], "holds no line")):
        (tmp_path / "bad.run").write_text("".join(content))
        assert imported(tmp_path / "bad.run", tmp_path / "mine") == 2
        assert message in capsys.readouterr().err
    assert imported(tmp_path / "turn.run", tmp_path / "mine", "strategy=bm25") == 2
    assert "the strategy is the run file" in capsys.readouterr().err


def test_ranked_turns_have_their_own_text_and_erased_ones_are_gone(tmp_path):
    from memlab.events import Erasure
    from memlab.stores.sqlite import SqliteStore
    from memlab.strategies.replayed import RankingError, Replayed, read_rankings
    from memlab.testing import ask

    file = tmp_path / "a.run"
    file.write_text("ann/q5 Q0 t0 1 3 tag\nann/q5 Q0 t1 2 -1 tag\nbob/q5 Q0 t2 1 1 tag\n")
    digest = read_rankings(file).sha256
    ranked = Replayed(SqliteStore(None), "ann", str(file), digest)
    for n in range(3):
        ranked.observe(turn(n, f"text {n}"))
    found = ranked.recall(ask(5, "?")).memories
    assert [(m.id, m.text, m.score) for m in found] == [("t0", "text 0", 4.0), ("t1", "text 1", 0.0)]
    ranked.observe(Erasure(at=ask(6, "").at, session=0, turns=frozenset({"t0"})))
    assert [m.id for m in ranked.recall(ask(5, "?")).memories] == ["t1"]
    with pytest.raises(RankingError, match="import it anew"):
        Replayed(SqliteStore(None), "ann", str(file), "0" * 64)
