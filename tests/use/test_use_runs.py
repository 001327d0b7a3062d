"""Use, measured of finished runs: oracle's memories help, random ones do nothing, placebos seldom pass for used."""

import pytest
from scipy.stats import binom

from memlab import make
from memlab.cli import main
from memlab.config import plan
from memlab.encoders.hashing import Hashing
from memlab.life import recorded
from memlab.loop import live
from memlab.metrics.frames import read_frames
from memlab.metrics.uses import read_uses
from memlab.report.pooled import groups
from memlab.report.use import use_sections
from memlab.results import ResultError, load
from memlab.runs import execute
from memlab.testing import QuotingReader, ask, gold, turn
from memlab.traces import Tracer
from memlab.use.bank import read_bank
from memlab.use.measure import measure
from memlab.use.runs import measure_runs, users_of

NUMBERS = {"queries": 8, "shapley": 6, "bank_turns": 120}
USERS = 6


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three strategies on the same small lives, measured."""
    out = tmp_path_factory.mktemp("use")
    small = [f"source.users={USERS}", "source.sessions=6", "source.queries=14", "encoder=hashing", "reader=choice"]
    lines = [[f"strategy={name}", *small, "workers=1", f"out={out}", "tracking=none"] for name in STRATEGIES]
    folders = [execute(plan(line))[0].folder for line in lines]
    measured = measure_runs(load(folders), make("use/placebo", **NUMBERS))
    return {result.strategy: result for result in measured}


STRATEGIES = ("oracle", "random", "bm25", "none")


def every(result):
    return [use for user in users_of(result) for uses in read_uses(result.folder, user).values() for use in uses]


@pytest.mark.slow
def test_oracles_memories_mostly_help(runs):
    """Where the reader can use evidence at all: what it must count, say, it abstains from whatever it is given."""
    helpful, right = (runs["oracle"].scores[name] for name in ("helpful@5", "choice_accuracy"))
    known = [share for key, share in helpful.items() if right[key]]
    assert len(known) > 15
    assert sum(known) / len(known) > 0.8
    assert runs["oracle"].figure("helpful@5")["mean"] > 3 * runs["oracle"].figure("harmful@5")["mean"]


@pytest.mark.slow
def test_random_memories_mostly_do_nothing(runs):
    assert runs["random"].figure("inert@10")["mean"] > 0.8
    assert runs["random"].figure("helpful@10")["mean"] < runs["bm25"].figure("helpful@10")["mean"]


@pytest.mark.slow
def test_placebos_pass_for_used_no_more_often_than_the_law_allows(runs):
    """At most 2 of 21, since most of what placebos do is nothing and ties are not used."""
    judged = [abs(use.impostor) > use.bar + 1e-9 for result in runs.values() for use in every(result)]
    assert len(judged) > 300
    assert sum(judged) <= binom.ppf(0.999, len(judged), 2 / 21)
    assert sum(judged) > 0, "an instrument that never errs was not put to the test"


@pytest.mark.slow
def test_shares_are_of_one_whole_and_blank_where_nothing_was_read(runs):
    for result in (runs["oracle"], runs["random"], runs["bm25"]):
        for k in (5, 10):
            helpful, harmful, inert, used = (
                result.figure(f"{name}@{k}")["mean"] for name in ("helpful", "harmful", "inert", "used")
            )
            assert helpful + harmful + inert == pytest.approx(1)
            assert used == pytest.approx(helpful + harmful)
    assert runs["none"].figure("used@5") == runs["none"].figure("used@5") | {"mean": None, "n": 0}


@pytest.mark.slow
def test_the_same_questions_are_asked_of_everyone(runs):
    asked = [{(user, q) for user, q in runs[name].scores["used@5"]} for name in ("oracle", "bm25")]
    assert asked[0] <= asked[1], "oracle may have nothing to show for some"
    assert max(sum(user == one for user, _ in asked[1]) for one, _ in asked[1]) <= NUMBERS["queries"]


@pytest.mark.slow
def test_exact_shapley_values_share_out_what_all_memories_do_together(runs):
    checked = [use for use in every(runs["bm25"]) if use.shapley is not None]
    assert len({use.query for use in checked}) == NUMBERS["shapley"]
    assert all(-2 <= use.shapley <= 2 for use in checked)


@pytest.mark.slow
def test_measuring_again_changes_no_byte_and_other_numbers_measure_anew(runs, tmp_path):
    result = runs["bm25"]
    files = [
        *sorted(result.folder.rglob("use/*.parquet")),
        *map(result.folder.joinpath, ("scores.parquet", "summary.json")),
    ]
    before = [file.read_bytes() for file in files]
    measure_runs([result], make("use/placebo", **NUMBERS))
    assert [file.read_bytes() for file in files] == before


@pytest.mark.slow
def test_the_report_says_what_agrees_with_what(runs):
    (section,) = use_sections(groups(list(runs.values())))
    first, _, _, figure, compared = section.blocks
    assert {row.cells[0].text for row in first.rows} >= {"oracle", "random", "bm25"}
    assert [row.cells[0].text for row in compared.rows] == [
        *("exact Shapley values", "words of the reply", "meaning of the reply")
    ]
    shapley = compared.rows[0].cells
    assert shapley[2].value > shapley[3].value, "leaving one out agrees with Shapley values beyond chance"
    assert "oracle: helpful" in figure.alt


@pytest.mark.slow
def test_the_command_prints_it(runs, capsys):
    folders = [str(runs[name].folder) for name in ("oracle", "bm25")]
    assert main(["use", *folders, "--queries", "1", "--shapley", "0", "--workers", "1"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "oracle" in told


# by hand -------------------------------------------------------------------------------------------------------------

TOWNS = ("Boston", "Denver", "Lyon")
HOME = "user: the town where I live is Denver"
AUNT = "user: my aunt has a bakery in Lyon, which she likes"
OTHERS = [f"user: word{n} of an evening with {name}" for n in range(9) for name in ("tea", "cake", "rain")]


class Says:
    """Recalls what it is told to."""

    def __init__(self, *texts) -> None:
        self._texts = texts

    def observe(self, event) -> None:
        pass

    def recall(self, query):
        from memlab.events import Memory, Recall

        said = [
            Memory(id=f"m{n}", text=text, score=1.0, at=query.at, sources=("t0",)) for n, text in enumerate(self._texts)
        ]
        return Recall(memories=tuple(said))

    def memories(self):
        return iter(())


def by_hand(folder, *texts, reader=None):
    """Two users' files, of whom the first is asked for their town and recalls these texts."""
    from dataclasses import replace

    reader = reader or make("reader/choice", encoder=None)
    told = replace(gold("t0", values=("Denver",)), choices=TOWNS)
    for user, said in (("ann", [HOME]), ("bob", OTHERS)):
        events = [turn(n, text) for n, text in enumerate(said)]
        life = recorded(
            user, [*events, ask(90, "In which town do I live?")], {"q90": told if user == "ann" else gold()}
        )
        tracer = Tracer(life)
        live(life, Says(*texts), tracer, limit=100, budget_tokens=512, reader=reader, clock=lambda: 0.0)
        tracer.write(folder)
    return measure(make("use/placebo"), folder, "ann", ["ann", "bob"], reader, Hashing(), 512)


def test_what_is_said_once_or_twice_is_helpful_what_misleads_is_harmful_and_chatter_is_inert(tmp_path):
    chatter = "user: the kettle is on again"
    found = by_hand(tmp_path, HOME, chatter, AUNT, f"{HOME}, really")
    assert [use.verdict for use in found] == ["helpful", "inert", "harmful", "helpful"]
    assert found[0].group == found[3].group, "near-duplicates share a group, so neither is idle for the other's sake"
    assert found[0].effect == found[3].effect > 0.5


def test_what_was_not_read_is_not_measured(tmp_path):
    assert [use.place for use in by_hand(tmp_path, HOME, "tea " * 600, AUNT)] == [0]


def test_only_the_first_ten_are_judged(tmp_path):
    found = by_hand(tmp_path, *[f"user: kettle number {n} is on" for n in range(12)], HOME)
    assert [use.place for use in found] == list(range(10))


def test_a_reader_without_probabilities_leaves_effects_blank_and_is_judged_by_its_reply(tmp_path):
    found = by_hand(tmp_path, HOME, AUNT, reader=QuotingReader())
    assert [use.effect for use in found] == [None, None]
    assert [use.by_words for use in found] == [True, False]
    assert [use.by_meaning for use in found] == [True, False]


def test_placebos_are_other_users_words_the_same_each_time(tmp_path):
    by_hand(tmp_path, HOME)
    bank, again = (read_bank(tmp_path, "ann", ["ann", "bob"], 0, 6, 12) for _ in range(2))
    assert {one.text for one in bank.said} <= set(OTHERS)
    assert len(bank.said) == 12
    drawn = bank.placebos("q", [0, 3], 5)
    assert drawn == again.placebos("q", [0, 3], 5)
    assert [len(row) for row in drawn] == [2] * 5
    assert len({row[0].text for row in drawn}) == 5
    assert drawn != bank.placebos("r", [0, 3], 5)


def test_who_is_alone_is_not_measured(tmp_path):
    by_hand(tmp_path, HOME)
    reader = make("reader/choice", encoder=None)
    assert measure(make("use/placebo"), tmp_path, "ann", ["ann"], reader, Hashing(), 512) == []


def test_what_was_measured_is_seen_by_metrics_alone(tmp_path):
    from memlab.metrics.uses import write_uses

    found = by_hand(tmp_path, HOME, AUNT)
    (before,) = read_frames(tmp_path, ["ann"]).asked
    write_uses(tmp_path, "ann", found, "x")
    (after,) = read_frames(tmp_path, ["ann"]).asked
    assert (before.uses, after.uses) == ((), tuple(found))
    assert after.ideal_asked.uses == ()


def test_a_reader_that_is_composed_of_others_is_measured_as_what_it_chooses_by(tmp_path):
    small = ["source.users=2", "source.sessions=4", "source.queries=6", "encoder=hashing", "workers=1", "tracking=none"]
    measured = []
    for reader in ("replier", "choice"):
        line = ["strategy=bm25", f"reader={reader}", "+reader.encoder=null", *small, f"out={tmp_path}"]
        (run,) = execute(plan([word for word in line if reader == "choice" or "+reader" not in word]))
        measured += measure_runs(load([run.folder]), make("use/placebo", queries=3))
    assert measured[0].figure("used_by_words@10")["n"] > 0
    for name in ("used@10", "helpful@10", "harmful@10"):
        assert measured[0].figure(name)["n"] > 0
        assert measured[0].scores[name] == measured[1].scores[name]


def test_runs_without_a_reader_are_refused(tmp_path):
    small = ["source.users=2", "source.sessions=3", "source.queries=3", "encoder=hashing", "workers=1", "tracking=none"]
    (run,) = execute(plan(["strategy=bm25", *small, f"out={tmp_path}"]))
    with pytest.raises(ResultError, match="no run has a reader, so nothing was used"):
        measure_runs(load([run.folder]), make("use/placebo"))


@pytest.mark.parametrize(
    ("number", "value", "message"),
    [
        ("queries", 0, "queries is 0"),
        ("outdo", 21, "from 1 to the number of placebos"),
        ("bank_turns", 20, "over the 20"),
    ],
)
def test_numbers_out_of_range_are_refused(number, value, message):
    with pytest.raises(Exception, match=message):
        make("use/placebo", **{number: value})
