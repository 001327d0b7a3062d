"""Who is first, and how sure that is: a table and a picture of places, for users enough to tell."""

from collections.abc import Sequence

from memlab.report.cells import Cell, Row, Table, share
from memlab.report.drawing import Figure
from memlab.report.pairing import pairable
from memlab.report.places_figure import draw_places
from memlab.report.wishes import higher_is_better
from memlab.results import HEADLINE, Result
from memlab.stats.ordering import ordering
from memlab.stats.ranks import Places, places


def places_of(name: str, results: Sequence[Result]) -> Places | None:
    """The places of the contestants by the headline; None under 6 users, or with fewer than two contestants.

    Costs a paired comparison and 10,000 flips for each pair: seconds for two dozen strategies.

    Args:
        name: Of the runs: it seeds resamples and flips.
        results: Runs that were asked the same questions.
    """
    names = [r.strategy for r in results]
    scores = {
        r.strategy: scored
        for r in results
        if not r.is_bound and names.count(r.strategy) == 1 and (scored := pairable(r, HEADLINE))
    }
    if len(scores) < 2 or not set.intersection(*(set(scored) for scored in scores.values())):
        return None
    order = ordering(scores, higher_is_better(results[0], HEADLINE) is not False, results[0].strata)
    return places(order, f"{name} {HEADLINE}")


def draw(slug: str, name: str, found: Places | None) -> Figure | None:
    """The picture of places; None without any."""
    return None if found is None else draw_places(slug, name, HEADLINE, found)


def table(found: Places | None) -> Table | None:
    """Places, chances of being first, and who is not told from whom; None without any."""
    return None if found is None else _table(found)


def _table(found: Places) -> Table:
    rows = []
    for place, one in enumerate(found.places):
        rivals = sorted(other for pair in found.open if place in pair for other in pair if other != place)
        open_to = ", ".join(found.places[other].strategy for other in rivals)
        interval = Cell(f"{one.low:g} to {one.high:g}")
        rows.append(
            Row((Cell(one.strategy), Cell(f"{one.place:g}", one.place), interval, share(one.best), Cell(open_to)))
        )
    caption = (
        f"Places by {HEADLINE}, over {found.users} users; who is not told apart by paired tests of all pairs (Holm)"
    )
    columns = ("strategy", "place", "95 % interval", "P(best)", "not told from")
    return Table(caption, columns, tuple(rows), sortable=False)
