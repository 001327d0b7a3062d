"""Figures of an A/B experiment: what whoever peeks would have seen, and all effects on one scale."""

from typing import Any

import numpy as np

from memlab.report.ab_verdict import alarm, signed
from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY
from memlab.satisfaction.analysis import Analysis
from memlab.satisfaction.effects import Effect
from memlab.satisfaction.looks import first_stop

MOST_TICKS = 10


def draw_looks(slug: str, found: Analysis) -> Figure | None:
    """The difference so far with the interval that holds at all looks, and at the right the one that decides."""
    looks = found.looks
    shown = [(place, look) for place, look in enumerate(looks) if look.low is not None and look.high is not None]
    if not shown:
        return None
    x = [place for place, _ in shown]
    low, high = ([getattr(look, end) for _, look in shown] for end in ("low", "high"))
    stop = None if alarm(found) else first_stop(looks, found.design.confidence)
    with canvas(7.2, 3.4) as (drawing, axes):
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.fill_between(x, low, high, color=COLOURS[0], alpha=0.15, linewidth=0, label="holds at all looks")
        axes.plot(x, [look.difference for _, look in shown], "o-", color=COLOURS[0], markersize=4, linewidth=1.2)
        _decides(axes, len(looks), found.primary)
        if stop is not None:
            axes.axvline(stop, color=COLOURS[1], linewidth=1, linestyle="--", label="one could have stopped")
        steps = range(0, len(looks), max(1, -(-len(looks) // MOST_TICKS)))
        names = [looks[place].when.removeprefix("after session ").removeprefix("by ") for place in steps]
        slanted = {"rotation": 30, "ha": "right"} if any(len(name) > 3 for name in names) else {}
        axes.set_xticks([*steps], names, **slanted)
        axes.set_xlabel("look" if looks[0].when.startswith("by") else "sessions since the exposure")
        axes.set_ylabel(f"{found.design.primary},\n{found.design.b} − {found.design.a}")
        axes.set_ylim(*_without_the_widest(low, high))
        axes.grid(axis="y", alpha=0.25)
        axes.legend(frameon=False, fontsize=8, loc="best")
        axes.set_title("what whoever peeks would have seen")
        alt = f"{found.design.primary}, {found.design.b} minus {found.design.a}, look by look: " + "; ".join(
            f"{look.when} {look.difference:.3f} [{look.low:.3f}, {look.high:.3f}]" for _, look in shown
        )
        return finish(drawing, slug, "looks", "what whoever peeks would have seen", alt)


def draw_effects(slug: str, found: Analysis) -> Figure | None:
    """Every outcome's difference in standard deviations of users, with its interval, better to the right."""
    shown = [(one, scale) for one in (found.primary, *found.others) if (scale := _spread(one)) is not None]
    if len(shown) < 2:
        return None
    with canvas(7.2, 0.36 * len(shown) + 1.3) as (drawing, axes):
        axes.axvline(0, color=GREY, linewidth=0.8)
        for place, (one, scale) in enumerate(reversed(shown)):
            better = -1 if one.outcome.higher_is_better is False else 1
            ends = [better * end / scale for end in (one.mean.low, one.mean.high) if end is not None]
            colour = COLOURS[0] if one is found.primary else GREY
            axes.plot(ends, [place, place], color=colour, linewidth=2.5, alpha=0.5)
            axes.plot(better * one.mean.mean / scale, place, "o", color=colour, markersize=6)
        names = [f"{one.outcome.name}{_mark(one)}" for one, _ in reversed(shown)]
        axes.set_yticks(range(len(shown)), names)
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", alpha=0.25)
        axes.set_xlabel(f"{found.design.b} − {found.design.a}, in standard deviations of users; better to the right")
        axes.set_title("all outcomes; the one that decides in blue")
        alt = "Differences by outcome: " + "; ".join(f"{one.outcome.name} {signed(one.mean)}" for one, _ in shown)
        return finish(drawing, slug, "effects", "all outcomes", alt)


def _decides(axes: Any, place: int, one: Effect) -> None:
    if one.mean.low is not None and one.mean.high is not None:
        ends = ([one.mean.mean - one.mean.low], [one.mean.high - one.mean.mean])
        axes.errorbar([place], [one.mean.mean], yerr=ends, fmt="s", color="black", capsize=3, markersize=4)
        axes.annotate("decides", (place, one.mean.high), (0, 4), textcoords="offset points", ha="center", fontsize=8)


def _without_the_widest(low: list[float], high: list[float]) -> tuple[float, float]:
    """Limits that hold most looks and cut the first, whose interval may be many times as wide as the last."""
    reach = 2.5 * (high[-1] - low[-1])
    middle = (high[-1] + low[-1]) / 2
    bottom, top = max(min(low), middle - reach), min(max(high), middle + reach)
    edge = 0.06 * (top - bottom)
    return min(bottom, 0) - edge, max(top, 0) + edge


def _spread(one: Effect) -> float | None:
    """The standard deviation of users in the arms, from their intervals' errors; None where users do not differ."""
    if one.a is None or one.b is None or one.mean.low is None:
        return None
    parts = [side.error**2 * side.users for side in (one.a, one.b) if side.error is not None]
    spread = float(np.sqrt(sum(parts) / len(parts))) if parts else 0.0
    return spread if spread > 1e-9 else None


def _mark(one: Effect) -> str:
    return "" if one.outcome.higher_is_better is not None else " (no direction)"
