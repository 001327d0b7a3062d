"""What the study of the A/B machinery shows: false findings, bias, coverage and power, and one picture."""

from collections.abc import Mapping, Sequence

from memlab.report.cells import Cell, Row, Table, share, whole
from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY
from memlab.studies.ab_level import MEANS, NAIVE, PEEKING, SOUND, VALID, Found, bound
from memlab.studies.ab_truth import Judged

LEAST_COVERAGE = 0.93
DOUBT = 0.01  # that any of the estimates is called biased by chance


def level_table(outcome: str, level: Mapping[str, Found], alpha: float) -> Table:
    """How many of the A/A experiments each analysis rejects, a column for each set of them; naive ones below.

    Args:
        level: What was found, by the set's name.
    """
    most = _bounds(level, alpha)
    rows = []
    for name in (*SOUND, *NAIVE):
        counts = [int(found[name].sum()) for found in level.values()]
        within = all(count <= least for count, least in zip(counts, most, strict=True))
        row = Cell(name), *map(whole, counts), Cell("yes" if within else "no")
        rows.append(Row(row) if name in SOUND else Row(row, "reference"))
    rows.append(Row((Cell("bound"), *map(whole, most), Cell("")), "reference"))
    caption = f"A/A experiments that find a difference in {outcome}, at {alpha:g}"
    return Table(caption, ("analysis", *level, "within all"), tuple(rows), folded=False, sortable=False)


def _bounds(level: Mapping[str, Found], alpha: float) -> list[int]:
    return [bound(len(found[MEANS]), alpha) for found in level.values()]


def truth_table(size: int, found: Sequence[Judged]) -> Table:
    """Every estimator on every outcome, for experiments of one size."""
    rows = tuple(
        Row(
            (
                *(Cell(f"{one.outcome}, {one.estimator}"), share(one.truth)),
                Cell(f"{share(one.bias).text} ±{share(2 * one.noise).text}", one.bias),
                *(share(one.coverage), share(one.width), share(one.power), whole(one.stopped)),
            )
        )
        for one in found
    )
    columns = ("estimate", "truth", "bias", "coverage", "width", "power", "stops after")
    draws = found[0].draws if found else 0
    return Table(f"{draws:,} experiments of {size:,} users in two arms", columns, rows, folded=False, sortable=False)


def power_figure(found: Sequence[Judged]) -> Figure:
    """The width of each estimator's interval on the first outcome, against the size of the experiment."""
    outcome = found[0].outcome
    own = [one for one in found if one.outcome == outcome]
    names = list(dict.fromkeys(one.estimator for one in own))
    with canvas(7.2, 3.4) as (drawing, axes):
        for place, name in enumerate(names):
            line = [one for one in own if one.estimator == name]
            sizes, widths = [one.users for one in line], [one.width or 0.0 for one in line]
            style = "--" if name.startswith("always valid") else "-"
            axes.plot(sizes, widths, style, marker="o", color=COLOURS[place % len(COLOURS)], markersize=4, label=name)
        axes.axhline(abs(own[0].truth), color=GREY, linewidth=0.8)
        axes.annotate("true effect", (own[-1].users, abs(own[0].truth)), (0, 3), textcoords="offset points", ha="right")
        sizes = sorted({one.users for one in own})
        axes.set_xscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_xlabel("users in two arms")
        axes.set_ylabel(f"{outcome}: width of the interval")
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
        axes.set_title("what an experiment of so many users can say")
        told = (f"{one.estimator}, {one.users} users {share(one.width).text}" for one in own)
        alt = "Width of intervals: " + "; ".join(told)
        return finish(drawing, "ab", "widths", "what an experiment can say", alt)


def verdict(level: Mapping[str, Found], truth: Sequence[Judged], alpha: float) -> tuple[str, ...]:
    """Lines: the level fixed and always valid, what peeking does, who is over a bound and where, bias, coverage."""
    first, *_ = level.values()
    most = _bounds(level, alpha)
    over = [
        f"level: {name} is over the bound {least:,} with {int(found[name].sum()):,} {which}"
        for (which, found), least in zip(level.items(), most, strict=True)
        for name in SOUND
        if found[name].sum() > least
    ]
    far = too_far(len(truth))
    biased = [one for one in truth if abs(one.bias) > far * one.noise + 1e-12]
    short = [one for one in truth if one.coverage < LEAST_COVERAGE]
    fixed, valid, naive = (int(first[name].sum()) for name in (MEANS, VALID, PEEKING))
    worst = min(truth, key=lambda one: one.coverage)
    return (
        f"A/A: {fixed} of {len(first[MEANS]):,} reject, always valid {valid}, bound {most[0]}; peeking {naive}",
        *(over or ["level: kept by every analysis that memlab offers"]),
        f"bias: {len(biased)} of {len(truth)} estimates are off by more than {far:.1f} Monte Carlo errors",
        f"coverage: {len(short)} of {len(truth)} under {LEAST_COVERAGE}; least {worst.coverage:.3f}, "
        f"{worst.outcome}, {worst.estimator}, {worst.users}",
    )


def too_far(estimates: int) -> float:
    """How many Monte Carlo errors none of so many unbiased estimates exceeds in 99 of 100 studies (Bonferroni).

    >>> round(too_far(1), 2), round(too_far(63), 2)
    (2.58, 3.78)
    """
    from scipy import stats

    return float(stats.norm.isf(DOUBT / (2 * estimates)))
