"""Places of strategies as a picture: an interval each, and bars that join those whom paired tests do not tell apart."""

from memlab.report.drawing import Figure, canvas, finish
from memlab.report.figures import COLOURS, GREY
from memlab.stats.ranks import Places

BAR = 0.55  # between bars, in places


def draw_places(slug: str, source: str, metric: str, found: Places) -> Figure:
    """A line per strategy, the best on top: its place, the interval over users, and at the right the bars that join."""
    rows = found.places
    n, across = len(rows), len(found.groups)
    with canvas(7.2, 0.3 * n + 1.4) as (drawing, axes):
        for row, one in enumerate(rows):
            axes.plot([one.low, one.high], [-row, -row], color=COLOURS[0], linewidth=2.5, alpha=0.5)
            axes.plot(one.place, -row, "o", color=COLOURS[0], markersize=6)
        for column, (first, last) in enumerate(found.groups):
            x = n + 0.8 + BAR * column
            axes.plot([x, x], [-first + 0.25, -last - 0.25], color=GREY, linewidth=3, solid_capstyle="butt")
        axes.set_yticks([-row for row in range(n)], [one.strategy for one in rows])
        axes.set_ylim(-n + 0.4, 0.6)
        axes.set_xlim(0.5, n + 0.9 + BAR * across)
        axes.set_xticks([place for place in range(1, n + 1) if n <= 15 or place % 5 == 0 or place == 1])
        axes.grid(axis="x", alpha=0.25)
        axes.set_xlabel(f"place by {metric}, 95 % interval over {found.users} users")
        axes.set_title(
            f"{source}: grey bars join strategies that are not told apart\n(paired tests of all pairs, Holm)"
        )
        alt = f"Places by {metric} on {source}, with 95 % intervals: " + ", ".join(
            f"{one.strategy} {one.place:g} [{one.low:g}, {one.high:g}]" for one in rows
        )
        joined = "; ".join(f"{rows[first].strategy} to {rows[last].strategy}" for first, last in found.groups)
        alt += f". Not told apart: {joined or 'none'}."
        return finish(drawing, slug, "places", "places", alt)
