"""All that is said of a source's difficulty, in order: first what should be so and whether it is, then the figures."""

from collections.abc import Sequence

from memlab.report.cells import Cell, Row, Table
from memlab.report.difficulty.kinds import better
from memlab.report.difficulty.levels import levels
from memlab.report.difficulty.means import bounds, means
from memlab.report.difficulty.ranks import ranks
from memlab.report.difficulty.wanted import Finding, compared
from memlab.results import Result

EXPLAINED = (
    "Whether one source is as hard as others: compared are point estimates within a span, and what cannot be told is "
    "not called alike. Ranks are of the first turn of any of a question's evidence; a share is marked ▲ (▼) where it "
    "lies above the upper (below the lower) ends of the intervals of all sources that make the span. Sources differ in "
    "how many turns there are to choose from. By kind, intervals are 95 % each; better without brackets holds for all "
    "kinds of a source together (Bonferroni). A kind's own metric is the headline where its questions have evidence; "
    "where none can be answered it is the abstention AUROC of its questions against all that can be, on which a coin "
    "has .5 and the floor is .55; below a coin the confidence is turned round: it tells the two apart, and is greater "
    "where nothing can be answered. n is of the kind's own questions."
)
WORDS = {True: "yes", False: "no", None: "cannot tell"}


def difficulty(results: Sequence[Result]) -> list[Table]:
    """The tables for every experiment that asks for them; mostly none. Reads the scores of its runs."""
    tables: list[Table] = []
    for wanted, runs in compared(results):
        pieces = [means(wanted, runs), *(ranks(wanted, runs, strategy) for strategy in wanted.strategies)]
        pieces += [better(wanted, runs), bounds(wanted, runs), levels(wanted, runs)]
        tables.append(_verdicts(wanted.of, [finding for piece in pieces for finding in piece.findings]))
        tables += [table for piece in pieces for table in piece.tables]
    return tables


def _verdicts(of: str, findings: Sequence[Finding]) -> Table:
    named = [f"{'primary: ' if finding.primary else ''}{finding.what}" for finding in findings]
    cells = [(Cell(name), Cell(WORDS[f.holds]), Cell(f.told)) for name, f in zip(named, findings, strict=True)]
    return Table(
        f"Difficulty of {of}", ("claim", "holds", "found"), tuple(map(Row, cells)), folded=False, sortable=False
    )
