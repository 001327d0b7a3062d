"""Figures of a report: PNG files drawn by matplotlib, without a display."""

from collections.abc import Sequence
from pathlib import Path

from memlab.report.tables import BOUNDS, HEADLINE
from memlab.results import Result
from memlab.stats.age import by_octave

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#a5682a")
GREY = "#8a8a8a"


def draw_leaderboard(results: Sequence[Result], path: Path) -> bool:
    """The headline with its interval, one line per strategy, the best on top; False where none was judged."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [r for r in reversed(results) if r.figure(HEADLINE).get("mean") is not None]
    if not shown:
        return False
    figure, axes = pyplot.subplots(figsize=(7.2, 0.42 * len(shown) + 1.4), layout="constrained")
    for place, result in enumerate(shown):
        found = result.figure(HEADLINE)
        colour = GREY if result.strategy in BOUNDS else COLOURS[0]
        if found["low"] is not None:
            axes.plot(
                [max(found["low"], 0), min(found["high"], 1)], [place, place], color=colour, linewidth=2.5, alpha=0.5
            )
        axes.plot(found["mean"], place, "o", color=colour, markersize=7)
        axes.annotate(
            f"{found['mean']:.3f}", (found["mean"], place), (0, 7), textcoords="offset points", ha="center", fontsize=8
        )
    axes.set_yticks(range(len(shown)), [r.strategy for r in shown])
    axes.set_ylim(-0.7, len(shown) - 0.2)
    axes.set_xlim(-0.03, 1.05)
    axes.grid(axis="x", alpha=0.25)
    axes.set_xlabel(f"{HEADLINE}, 95 % interval over users")
    axes.set_title(
        f"{shown[0].source}: evidence within 512 tokens (floor, chance and ceiling in grey)", fontsize=10, loc="left"
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=140)
    pyplot.close(figure)
    return True


def draw_age(results: Sequence[Result], path: Path) -> bool:
    """The headline against the age of the evidence, in octaves; False where all evidence is of one age."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    curves = {}
    for result in results:
        octaves = by_octave(result.scores.get(HEADLINE, {}), result.scores.get("evidence_age_days", {}))
        if result.strategy not in ("none", "oracle") and len(octaves) > 1:
            curves[result.strategy] = [octave for octave in octaves if octave.mean.n >= 10]
    if not any(len(curve) > 1 for curve in curves.values()):
        return False
    figure, axes = pyplot.subplots(figsize=(7.2, 4.2), layout="constrained")
    coloured = sorted(name for name in curves if name not in BOUNDS)
    for name, curve in curves.items():
        colour = GREY if name in BOUNDS else COLOURS[coloured.index(name) % len(COLOURS)]
        style = {"random": ":", "full_history": "--"}.get(name, "-")
        x = [(octave.low_days + octave.high_days) / 2 for octave in curve]
        axes.plot(x, [octave.mean.mean for octave in curve], style, marker="o", color=colour, label=name, markersize=4)
        if name not in BOUNDS:
            low = [octave.mean.low if octave.mean.low is not None else octave.mean.mean for octave in curve]
            high = [octave.mean.high if octave.mean.high is not None else octave.mean.mean for octave in curve]
            axes.fill_between(
                x, [max(0, v) for v in low], [min(1, v) for v in high], color=colour, alpha=0.12, linewidth=0
            )
    axes.set_xscale("log")
    axes.set_ylim(-0.03, 1.03)
    ticks = [tick for tick in (0.5, 2, 5, 11, 23, 47, 95, 191, 383, 767, 1535) if tick <= max(axes.get_xlim())]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("days since the evidence was last said (middle of each octave)")
    axes.set_ylabel(HEADLINE)
    axes.set_title(
        f"{results[0].source}: recall against the age of the evidence, bands are 95 % intervals",
        fontsize=10,
        loc="left",
    )
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=140)
    pyplot.close(figure)
    return True
