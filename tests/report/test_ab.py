"""The page of an A/B experiment: what its words ask for."""

from dataclasses import replace

import pytest
from make_log import design, made

from memlab.report.ab import ab_section
from memlab.report.cells import Table
from memlab.satisfaction.analysis import analyse
from memlab.satisfaction.reading import read_log


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Two arms and a third that is held out, the second arm better throughout."""
    plan = design(a="rag")
    log = made(users=160, a="rag", effect=0.2)
    return analyse(read_log(*log.parquet(tmp_path_factory.mktemp("ab")), plan), plan)


def cells(found, caption):
    """A table's rows by name, each by column."""
    tables = (block for block in ab_section(found, "").blocks if isinstance(block, Table))
    table = next(table for table in tables if caption in table.caption)
    return {
        row.cells[0].text: dict(zip(table.columns, (cell.text for cell in row.cells), strict=True))
        for row in table.rows
    }


def test_a_word_asks_for_the_adjusted_p_that_stands_beside_it(found):
    assert cells(found, "Other outcomes")["resolved"]["exploratory"] == "better"
    assert {row["exploratory"] for row in cells(found, "by kind of user").values()} == {"better"}
    segments = tuple(replace(one, p=0.071) for one in found.segments)
    unsure = replace(found, adjusted=dict.fromkeys(found.adjusted, 0.071), segments=segments)
    told = cells(unsure, "Other outcomes")["resolved"]
    assert (told["p, adjusted"], told["exploratory"]) == (".071", "cannot tell")
    assert {row["exploratory"] for row in cells(unsure, "by kind of user").values()} == {"cannot tell"}
    nobody = replace(unsure, adjusted={})
    assert cells(nobody, "Other outcomes")["resolved"]["exploratory"] == "better"


def test_no_table_has_a_verdict_while_there_is_an_alarm(found):
    wrong = replace(found, lost_p=1e-6)
    for caption in ("Other outcomes", "by kind of user", "those held out"):
        assert {row["exploratory"] for row in cells(wrong, caption).values()} == {"no verdict"}


def test_what_could_have_been_seen_stands_beside_what_is_not_resolved(found):
    outcomes = cells(found, "Other outcomes")
    assert (outcomes["resolved"]["detectable"], outcomes["held"]["detectable"]) == ("", "–")
    assert float(outcomes["turns_to_resolution"]["detectable"]) > 0.1
    over = cells(found, "those held out")
    assert (over["rag over none"]["exploratory"], over["hybrid over none"]["exploratory"]) == ("cannot tell", "better")
    assert float(over["rag over none"]["detectable"]) > 0
    assert over["hybrid over none"]["detectable"] == ""
    unsure = replace(found, segments=tuple(replace(one, p=0.5) for one in found.segments))
    for own, told in zip(unsure.segments, cells(unsure, "by kind of user").values(), strict=True):
        assert float(told["detectable"]) == pytest.approx(own.effect.detectable, abs=0.0005)
    nobody = replace(found, segments=tuple(replace(one, effect=None) for one in found.segments))
    assert {row["detectable"] for row in cells(nobody, "by kind of user").values()} == {"–"}
