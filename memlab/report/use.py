"""The sections on which memories a reader used, of runs that were measured (`memlab use`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from memlab.metrics.uses import Use, read_uses, verdict
from memlab.report.carrying import Side
from memlab.report.cells import Cell, Row, Table, estimate, share, whole
from memlab.report.colour import readable_on
from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import MIN_LABELLED, name_rows
from memlab.report.pooled import experiment_of
from memlab.report.sections import Section
from memlab.report.tables import figures
from memlab.report.wishes import read
from memlab.results import HEADLINE, Result
from memlab.stats.agreement import agreement
from memlab.stats.measures import Pairing, alike
from memlab.traces import file_safe

USED = "used@5"
FIRST_5 = (HEADLINE, USED, "helpful@5", "harmful@5", "inert@5")
FIRST_10 = ("used@10", "helpful@10", "harmful@10", "inert@10", "used_placebo@10")
BY_REPLY = ("used_by_words@10", "used_by_meaning@10")
BEARING = ("used_current@10", "used_stale@10", "used_forbidden@10", *BY_REPLY)
COLOURS = {"helpful": "#0072b2", "harmful": "#d55e00", "inert": "#b8bcc2"}
EXPLAINED = (
    "A memory is used where leaving it out, with its near-duplicates and their places empty, moves the reader's "
    "balance (the probability of right options minus that of wrong ones) further than at least 19 of 20 placebos "
    "in its place do: turns of other users, the same for every strategy. It is *helpful* where it raises the "
    "balance, else *harmful*. Shares are of the first 5 or 10 memories that the reader was given, over a sample "
    "of the questions with options. *used_placebo* is the instrument's own error, at most 2 of 21 on average: the"
    " share of one more placebo that would be taken for used. *used_current*, *used_stale* and *used_forbidden* "
    "are used and bear out what holds, what no longer does, or what was not to be kept. *by_words* and "
    "*by_meaning* go by the reply alone, as they must with a chat model."
)


@dataclass(frozen=True, slots=True)
class OrderedBy:
    """The key `ordered_by` of an experiment's yaml: whether one metric's order of strategies is another's.

    Attributes:
        metric: The one that is judged; `of` the one that judges.
    """

    metric: str
    of: str


def use_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """One for each set of questions on which use was measured; mostly none."""
    found = []
    for name, results in groups.items():
        single = [r for r in results if not r.parts]
        shown = [r for r in single if r.figure(USED).get("n")]
        told = [r for r in single if r not in shown and r.figure(BY_REPLY[0]).get("n")]
        slug = f"use-{file_safe(name)}"
        blocks: list[Any] = [_figures(told, BY_REPLY, "By the reply alone: of the first 10 memories")] if told else []
        if shown:
            tables = [*_tables(shown), draw_use(slug, shown), _alike_table(shown), *_order_tables(name, results)]
            blocks = [*tables, *blocks]
        if blocks:
            kept = tuple(block for block in blocks if block is not None)
            found.append(Section(f"Retrieval use on {name}", slug, kept, EXPLAINED))
    return tuple(found)


def draw_use(slug: str, results: Sequence[Result]) -> Figure:
    """One bar per strategy: helpful, harmful and inert among the first 5 memories, in the leaderboard's order."""
    shown = list(reversed(results))
    with canvas(7.2, 0.36 * len(shown) + 1.3) as (drawing, axes):
        for place, result in enumerate(shown):
            left = 0.0
            for name, colour in COLOURS.items():
                value = result.figure(f"{name}@5")["mean"]
                axes.barh(place, value, left=left, height=0.66, color=colour)
                if value >= MIN_LABELLED:
                    text = f"{value:.2f}".removeprefix("0")
                    ink = readable_on(colour)
                    axes.text(left + value / 2, place, text, ha="center", va="center", fontsize=8, color=ink)
                left += value
        keys = [axes.barh(0, 0, color=colour, label=name) for name, colour in COLOURS.items()]
        legend = {"ncols": 3, "loc": "lower left", "bbox_to_anchor": (-0.01, 1.0), "borderaxespad": 0.2}
        axes.legend(handles=keys, frameon=False, fontsize=8, handlelength=1, handleheight=1, **legend)
        axes.set_title(f"{shown[0].source}: what the first 5 memories did to the reader", pad=24)
        name_rows(axes, shown)
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of the first 5 memories that the reader was given")
        alt = f"What the first 5 memories did to the reader on {shown[0].source}: " + "; ".join(
            f"{r.strategy}: " + ", ".join(f"{name} {r.figure(f'{name}@5')['mean']:.2f}" for name in COLOURS)
            for r in results
        )
        return finish(drawing, slug, "use", "what memories did to the reader", alt)


def _tables(results: Sequence[Result]) -> Iterator[Table]:
    titles = ("Of the first 5 memories", "Of the first 10 memories", "What the used ones bear out; use by the reply")
    for metrics, title in zip((FIRST_5, FIRST_10, BEARING), titles, strict=True):
        yield _figures(results, metrics, title, folded=metrics is BEARING)


def _figures(results: Sequence[Result], metrics: Sequence[str], title: str, folded: bool = False) -> Table:
    return replace(figures(results, metrics, title).without(("chance", "attainable")), folded=folded)


def _alike_table(results: Sequence[Result]) -> Table | None:
    """Whether other measures of use agree with the reader's, over all runs together."""
    measured = [(user, uses) for r in results for user, uses in _questions(r)]
    compared = {
        "exact Shapley values": [_by_shapley(user, uses) for user, uses in measured],
        "words of the reply": [_by_reply(user, uses, "lexical", "by_words") for user, uses in measured],
        "meaning of the reply": [_by_reply(user, uses, "nearness", "by_meaning") for user, uses in measured],
    }
    rows = []
    for name, pairings in compared.items():
        found, n = alike(pairings), sum(bool(pairing.verdicts) for pairing in pairings)
        if found is not None:
            cells = (estimate(found.correlation), estimate(found.equal), share(found.by_chance))
            rows.append(Row((Cell(name), *cells, whole(n), whole(found.equal.n), whole(found.equal.users))))
    columns = ("measure", "rank correlation", "equal verdicts", "by chance", "questions", "memories", "users")
    caption = (
        "Use as measured by leaving one out, against other measures: helpful, harmful or inert for Shapley "
        "values, used or not for the reply; rank correlation of effects (with the reply: of their sizes) within "
        "questions"
    )
    return Table(caption, columns, tuple(rows), folded=False, sortable=False) if rows else None


def _questions(result: Result) -> Iterator[tuple[str, tuple[Use, ...]]]:
    for user in sorted({user for user, _ in result.kinds}):
        for uses in read_uses(result.folder, user).values():
            yield user, uses


def _by_shapley(user: str, uses: Sequence[Use]) -> Pairing:
    """One thing for each group of near-duplicates, since they share both figures."""
    first = {use.group: use for use in reversed(uses) if use.shapley is not None and use.effect is not None}
    both = [(use.effect or 0.0, use.shapley or 0.0, use.bar) for use in first.values()]
    verdicts = [(str(verdict(one, bar)), str(verdict(other, bar))) for one, other, bar in both]
    return Pairing(user, [one for one, _, _ in both], [other for _, other, _ in both], verdicts)


def _by_reply(user: str, uses: Sequence[Use], figure: str, used: str) -> Pairing:
    known = [use for use in uses if use.effect is not None and getattr(use, figure) is not None]
    sizes = [abs(use.effect or 0.0) for use in known]
    verdicts = [(str(use.verdict != "inert"), str(getattr(use, used))) for use in known]
    return Pairing(user, sizes, [getattr(use, figure) for use in known], verdicts)


def _order_tables(name: str, results: Sequence[Result]) -> Iterator[Table]:
    """Whether one metric's order is another's, where the runs' experiment asks for it (its key `ordered_by`)."""
    wish = experiment_of(results[0]).get("ordered_by")
    if wish is None:
        return
    wanted = read(OrderedBy, "ordered_by", wish, results[0], ("metric", "of"))
    judge, other = (Side(name, tuple(results), metric) for metric in (wanted.of, wanted.metric))
    both = judge.strategies & other.strategies
    if len(both) < 2:
        return
    found = agreement(judge.order(both, True), other.order(both, True), name=wanted.of, together=True, ceiling=False)
    cells = [estimate(found.agree), Cell(f"{found.resolved:,} of {found.pairs:,}", found.resolved)]
    cells += [estimate(found.tau), Cell(found.best), Cell(found.chosen)]
    columns = ("from → to", "agreement", "resolved of all", "tau_b", f"first by {wanted.of}", f"by {wanted.metric}")
    caption = (
        f"Is the order by {wanted.metric} that by {wanted.of}? Of the pairs that the latter tells apart; description"
    )
    row = Row((Cell(f"{wanted.metric} → {wanted.of}"), *cells))
    yield Table(caption, columns, (row,), folded=False, sortable=False)
