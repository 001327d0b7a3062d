"""Orders that carry over or do not: the section's figures, its words, and when there is none."""

import json
from dataclasses import asdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from write_run import figure, write_run

from memlab.metrics.base import Score
from memlab.report.carrying import claims
from memlab.report.carrying_figure import draw_carrying
from memlab.report.carrying_tables import tables, verdict
from memlab.report.page import write_report
from memlab.report.pooled import groups
from memlab.results import HEADLINE, ResultError, load
from memlab.runs import SCORES

CONTESTANTS = [f"s{place}" for place in range(9)]
PEOPLE = {"made": 8, "one": 4, "two": 4, "beside": 7}
CARRIES = {"from": "made", "to": "people", "metric": HEADLINE, "target": 0.9, "regret": 0.02}
LESS = "unsupported_share"
PREDICTS = {"source": "made", "metric": HEADLINE, "of": "current_first"}
PREDICTS |= {"hypothesis": 0.65, "refuted": 0.8, "coin": 0.05, "current": -0.15}


def rows(source, place, swapped):
    """A strategy's scores: the better the later its name; recorded users have s7 and s8 the other way round."""
    rank = {7: 8, 8: 7}.get(place, place) if swapped and source != "made" else place
    for user in range(PEOPLE[source]):
        for question in range(4):
            kind = "when" if question % 2 else "order"
            mean = 0.1 * rank + 0.001 * ((user * 3 + place) % 5)
            turned = 0.9 - 0.1 * place + 0.001 * ((user + place) % 5)
            about = {"user": f"u{user}", "query": f"q{question}", "kind": kind}
            yield asdict(Score(name=HEADLINE, value=mean, **about))
            yield asdict(Score(name=LESS, value=mean, **about))
            if question % 2:
                yield asdict(Score(name="current_first", value=turned, **about))


def write_source(folder, configs, source, strategy, place, swapped, excess, reach):
    means = {
        HEADLINE: figure(0.1 * place),
        LESS: figure(0.1 * place),
        "current_first": figure(0.9 - 0.1 * place),
        "stale_excess": figure(excess, reach=reach),
    }
    write_run(folder, strategy, means | {"recalled_tokens": figure(9.0, 50)})
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config |= {"source": {"name": source}, "experiment": "mine", "config_dir": str(configs)}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    summary = json.loads((folder / "summary.json").read_text())
    summary["run"] |= {"users": PEOPLE[source], "data": source * 3}
    (folder / "summary.json").write_text(json.dumps(summary))
    table = pa.Table.from_pylist([row | {"score_version": 1} for row in rows(source, place, swapped)], schema=SCORES)
    pq.write_table(table, folder / "scores.parquet")


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Writes an experiment's runs, once for the same wishes, and gives them back."""
    written = {}

    def make(asked, contestants=CONTESTANTS, swapped=False, excess=0.01, reach=0.03):
        wishes = json.dumps([asked, contestants, swapped, excess, reach])
        if wishes not in written:
            home = tmp_path_factory.mktemp("carrying")
            configs = home / "configs" / "experiment"
            configs.mkdir(parents=True)
            mine = {"name": "mine", "runs": [], "pooled": [{"name": "people", "sources": ["one", "two"]}]} | asked
            (configs / "mine.yaml").write_text(yaml.safe_dump(mine))
            for source in PEOPLE:
                for place, strategy in enumerate([*contestants, "oracle"]):
                    folder = home / "runs" / f"{source}-{strategy}"
                    write_source(folder, configs.parent, source, strategy, place, swapped, excess, reach)
            written[wishes] = load([home / "runs"])
        return written[wishes]

    return make


@pytest.fixture(scope="module")
def claim_of(make):
    """The one claim of an experiment's runs, made once for the same wishes."""
    made = {}

    def claim_of(asked, **others):
        wishes = json.dumps([asked, others])
        if wishes not in made:
            (made[wishes],) = claims(groups(make(asked, **others)))
        return made[wishes]

    return claim_of


def cells(claim, caption):
    """The rows of the one table whose caption begins so, as text by column."""
    (table,) = [table for table in tables(claim) if table.caption.startswith(caption)]
    return [dict(zip(table.columns, (cell.text for cell in row.cells), strict=True)) for row in table.rows]


def test_whoever_is_no_better_than_random_order_is_in_no_pair(claim_of):
    """People have 8 users; a source of 4 alone tells nobody to be at the floor."""
    claim = claim_of({"carries": CARRIES}, contestants=["s0", "s1", "random", "s3", "s4", "s5"])
    assert claim.left_out == {"s0", "s1"}
    assert claim.strategies == {"s3", "s4", "s5"}
    assert claim.found.pairs == 3
    assert "left out at the floor: s0, s1" in verdict(claim)
    (four,) = (judge for judge, _ in claim.beside if judge.name.startswith("one"))
    assert not four.at_floor
    both = claim_of({"predicts": PREDICTS}, contestants=["s0", "s1", "random", "s3", "s4", "s5"])
    assert both.strategies == {"s0", "s1", "s3", "s4", "s5"}


def test_an_order_that_carries_over(claim_of):
    claim = claim_of({"carries": CARRIES})
    words = "agreement of .900: reached, and by the whole interval; regret of .020: reached, and by the whole interval"
    assert verdict(claim) == words
    (row,) = cells(claim, f"Does the order carry over? {words} (9 contestants, people puts s8 first, made s8)")
    assert row["from → to"] == "made → people"
    assert row["agreement"] == "1.000 [1.000, 1.000]"
    assert row["resolved of all"] == "36 of 36"
    assert row["regret"] == ".000 [.000, .000]"
    assert row["tau_b"] == row["ceiling"] == "1.000 [1.000, 1.000]"
    assert not any(table.caption.startswith("Resolved pairs") for table in tables(claim))


def test_what_is_not_ordered_alike_is_listed_and_costs(claim_of):
    claim = claim_of({"carries": CARRIES}, swapped=True)
    assert claim.found.agree.mean == pytest.approx(35 / 36)
    (row,) = cells(claim, "Resolved pairs that are not ordered alike: 1 of 36")
    assert row["resolved pair"] == "s7 > s8"
    assert (row["people"], row["made"]) == (".099 [.099, .099]", "-.100 [-.102, -.098]")
    assert "; regret of .020: not reached" in verdict(claim)
    scores = cells(claim, "Scores and places")
    assert [row["strategy"] for row in scores][:2] == ["s7", "s8"]  # in the judge's order


def test_kinds_and_sources_are_described(claim_of):
    claim = claim_of({"carries": CARRIES}, swapped=True)
    kinds = cells(claim, "The order that each kind of question gives")
    assert [(row["kind"], row["n"], row["puts first"]) for row in kinds] == [
        ("order", "16", "s8"),
        ("when", "16", "s8"),
    ]
    sources = {row["source"]: row for row in cells(claim, "Each source by itself")}
    assert set(sources) == {"one", "two", "beside"}
    assert (sources["one"]["resolved of all"], sources["one"]["agreement"]) == ("0 of 36", "–")  # four users
    assert (sources["beside"]["users"], sources["beside"]["resolved of all"]) == ("7", "36 of 36")
    assert sources["one"]["alike of all untied pairs"] == "35 of 36"


def test_too_few_pairs_give_no_verdict(claim_of):
    claim = claim_of({"carries": CARRIES}, contestants=CONTESTANTS[:4])
    assert verdict(claim).startswith(
        "agreement of .900: cannot tell, 6 resolved pairs of at least 30; regret of .020: r"
    )


def test_bounds_are_in_no_pair_and_what_one_side_lacks_neither(make):
    results = make({"carries": CARRIES})
    (claim,) = claims(groups([r for r in results if (r.source, r.strategy) != ("made", "s4")]))
    assert claim.strategies == set(CONTESTANTS) - {"s4"}
    assert claim.found.pairs == 28


@pytest.mark.parametrize("lacking", ["made", "one"])
def test_without_a_side_there_is_no_section(make, lacking):
    results = make({"carries": CARRIES})
    assert list(claims(groups([r for r in results if r.source != lacking]))) == []


def test_an_experiment_that_asks_for_nothing_has_no_section(make):
    assert list(claims(groups(make({})))) == []


def test_one_metric_against_another(claim_of):
    claim = claim_of({"predicts": PREDICTS})
    words = "at most .650 of the resolved pairs are ordered alike, and stale_excess of s8, first by evidence_recall@512"
    words += ", is within .050 of 0. False if .800 or more are, or it is -.150 or less"
    (row,) = cells(
        claim, f"Does the order by {HEADLINE} tell that by current_first? Hypothesis: no; {words}. Found: as the"
    )
    assert row["from → to"] == f"{HEADLINE} → current_first"
    assert row["agreement"] == ".000 [.000, .000]"
    assert row["stale_excess of s8, n 40"] == ".010 [-.020, .040]"
    assert row["tau_b"].startswith("-1.000")
    assert verdict(claim) == "as the hypothesis has it, and by both whole intervals"
    kinds = cells(claim, "The order that each kind of question gives")
    assert [(row["kind"], row["n"]) for row in kinds] == [
        ("questions of current_first", "16"),
        ("order", "16"),
        ("when", "16"),
    ]
    assert {row["source"] for row in cells(claim, "Each source by itself")} == {"people", "one", "two", "beside"}


FALSE = "the hypothesis is false: "
AGREE = "agreement is .800 or more, and by the whole interval"
CURRENT = "stale_excess of s8 is -.150 or less"


@pytest.mark.parametrize(
    ("changed", "excess", "reach", "words"),
    [
        ({"of": HEADLINE}, 0.01, 0.03, f"{FALSE}{AGREE}"),
        ({}, -0.15, 0.03, f"{FALSE}{CURRENT}, not by the whole interval"),
        ({}, -0.2, 0.03, f"{FALSE}{CURRENT}, and by the whole interval"),
        ({"of": HEADLINE}, -0.2, 0.1, f"{FALSE}{AGREE}; {CURRENT}, not by the whole interval"),
        ({}, 0.1, 0.03, "cannot tell: neither as the hypothesis has it nor refuted"),
        ({}, -0.1, 0.03, "cannot tell: neither as the hypothesis has it nor refuted"),
        ({}, 0.01, 0.05, "as the hypothesis has it, not by both whole intervals"),
        (
            {"of": HEADLINE, "hypothesis": 1.0, "refuted": 1.1},
            0.01,
            0.03,
            "as the hypothesis has it, and by both whole",
        ),
    ],
)
def test_the_words_follow_the_figures(claim_of, changed, excess, reach, words):
    claim = claim_of({"predicts": PREDICTS | changed}, excess=excess, reach=reach)
    assert verdict(claim).startswith(words)


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        (0.01, "cannot tell, 6 resolved pairs of at least 30"),
        (-0.2, f"{FALSE}stale_excess of s3 is -.150 or less, and by the whole interval; of agreement cannot tell, 6"),
    ],
)
def test_the_first_memorys_age_refutes_where_pairs_are_too_few(claim_of, excess, words):
    claim = claim_of({"predicts": PREDICTS}, contestants=CONTESTANTS[:4], excess=excess)
    assert verdict(claim).startswith(words)


def test_where_less_is_better_the_least_comes_first(claim_of):
    claim = claim_of({"carries": CARRIES | {"metric": LESS}})
    assert (claim.found.best, claim.found.chosen) == ("s0", "s0")
    scores = cells(claim, "Scores and places")
    assert [row["strategy"] for row in scores] == CONTESTANTS
    assert [row["place"] for row in scores] == [f"{place}" for place in range(1, 10)]
    assert "best by the latter first: s0 0.000 and" in draw_carrying("s", claim).alt


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"carries": "yes"}, "carries is 'yes'; it must have the keys from, to, target, regret, metric"),
        ({"carries": CARRIES | {"goal": 1}}, "carries: there is no key 'goal'; the nearest of 5 known"),
        ({"carries": {"from": "made", "to": "people", "target": 0.9}}, "carries: regret is missing"),
        ({"carries": CARRIES | {"target": "high"}}, "carries: target is 'high'; it must be a number"),
        ({"carries": CARRIES | {"to": ["people"]}}, "carries: to is .*; it must be a name"),
        ({"carries": CARRIES | {"metric": "evidence_recal@512"}}, "carries: metric: there is no metric"),
        (
            {"carries": CARRIES | {"metric": "recalled_tokens"}},
            "carries: metric: neither more nor less of recalled_tokens is better",
        ),
        ({"predicts": PREDICTS | {"of": "curent_first"}}, "predicts: of: there is no metric 'curent_first'"),
        ({"predicts": {"source": "made"}}, "predicts: metric is missing"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused(make, asked, words):
    with pytest.raises(ResultError, match=f"experiment mine: {words}"):
        list(claims(groups(make(asked))))


def test_what_is_asked_both_ways_is_told_both_ways(make):
    found = list(claims(groups(make({"carries": CARRIES, "predicts": PREDICTS}))))
    assert [claim.together for claim in found] == [False, True]


def test_the_picture_names_everybody_once_and_apart(claim_of):
    from xml.etree import ElementTree

    claim = claim_of({"carries": CARRIES}, swapped=True)
    figure = draw_carrying("s", claim)
    texts = [text for text in ElementTree.fromstring(figure.inline).iter("text") if text.text in CONTESTANTS]
    assert sorted(text.text for text in texts) == CONTESTANTS
    assert "s8 0.800 and" in figure.alt


def test_the_section_comes_first_and_the_sources_are_short(make, tmp_path):
    page = write_report(make({"carries": CARRIES}), tmp_path / "report")
    text = (page.parent / "README.md").read_text()
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["Carrying over", "people"]
    assert "(carrying-scores.png)" in text
    assert (page.parent / "carrying-scores.png").exists()
    assert "Within a budget of tokens" not in text
