"""The sections on two orders of strategies: verdict, kinds, sources, contradictions and scores."""

from collections.abc import Sequence
from typing import Any

from memlab.report.carrying import EXCESS, Carries, Claim, Predicts, Side
from memlab.report.carrying_figure import draw_carrying
from memlab.report.cells import Cell, Row, Table, estimate, interval, share, whole
from memlab.report.drawing import Figure
from memlab.stats import ROUNDING
from memlab.stats.agreement import MIN_PAIRS, Agreement
from memlab.stats.mean import Mean

EXPLAINED = (
    "A pair of contestants is resolved where the judge's unadjusted 95 % paired interval excludes 0, over at least 6 "
    "users; agreement is the share of these that the other side's means order alike. Its interval redraws the users "
    "of both sides and keeps the pairs. Regret is what is lost on the judge by taking what the other side puts "
    "first. The ceiling is tau_b between two random halves of the judge's users with the middle 95 % of halvings: a "
    "low one, since each half has half of the users. tau_b's own interval is too short, and lies too low, where "
    "contestants are close: orders that are drawn again are less alike. Kinds and single sources are description."
)


def blocks(claim: Claim, slug: str) -> list[Table | Figure]:
    """All there is to show of a claim: the verdict, the picture, the other tables."""
    first, *others = tables(claim)
    return [first, draw_carrying(slug, claim), *others]


def tables(claim: Claim) -> list[Table]:
    """The verdict, the order of each kind and source, contradictions if there are any, and the scores."""
    shown = (_verdict_table(claim), _by_kind(claim), _by_source(claim), _contradictions(claim), _scores(claim))
    return [table for table in shown if table is not None]


def verdict(claim: Claim) -> str:
    """In words, by the figures; whether a whole interval stands on the same side is said beside it."""
    match claim.wanted:
        case Carries() as wanted:
            return _of_target(claim, wanted)
        case Predicts() as wanted:
            return _of_hypothesis(claim, wanted)


def _of_target(claim: Claim, wanted: Carries) -> str:
    found = claim.found
    words = f"agreement of {share(wanted.target).text}: "
    words += _too_few(found) or _reached(found.agree, wanted.target, least=True)
    out = sorted(claim.left_out)
    floor = f"; left out at the floor: {', '.join(out)}" if out else ""
    return (
        f"{words}; regret of {share(wanted.regret).text}: {_reached(found.regret, wanted.regret, least=False)}{floor}"
    )


def _of_hypothesis(claim: Claim, wanted: Predicts) -> str:
    """Either part may refute by itself; both are needed for the hypothesis, each with its own interval."""
    few, excess = _too_few(claim.found), claim.excess()
    agree = None if few else claim.found.agree
    mean, low, high = (excess.get(name) for name in ("mean", "low", "high"))
    against = []
    if agree is not None and agree.mean >= wanted.refuted - ROUNDING:
        sure = agree.low is not None and agree.low >= wanted.refuted - ROUNDING
        against.append(f"agreement is {share(wanted.refuted).text} or more, {_by_interval(sure)}")
    if mean is not None and mean <= wanted.current + ROUNDING:
        sure = high is not None and high <= wanted.current + ROUNDING
        against.append(f"{_excess_of(claim)} is {share(wanted.current).text} or less, {_by_interval(sure)}")
    if against:
        return "; ".join(
            (f"the hypothesis is false: {against[0]}", *against[1:], *([f"of agreement {few}"] if few else []))
        )
    if few:
        return few
    coin = wanted.coin + ROUNDING
    if agree is None or mean is None or agree.mean > wanted.hypothesis + ROUNDING or abs(mean) > coin:
        return "cannot tell: neither as the hypothesis has it nor refuted"
    alike = agree.high is not None and agree.high <= wanted.hypothesis + ROUNDING
    sure = alike and low is not None and high is not None and -coin <= low <= high <= coin
    return f"as the hypothesis has it, {'and' if sure else 'not'} by both whole intervals"


def _by_interval(sure: bool) -> str:
    return f"{'and' if sure else 'not'} by the whole interval"


def _excess_of(claim: Claim) -> str:
    return f"{EXCESS} of {claim.found.chosen}"


def _asked(claim: Claim) -> str:
    """What the experiment wants to know and, of a hypothesis, when it holds and when it is false."""
    match claim.wanted:
        case Carries():
            return "Does the order carry over?"
        case Predicts() as wanted:
            most, from_, coin, down = (
                share(value).text for value in (wanted.hypothesis, wanted.refuted, wanted.coin, wanted.current)
            )
            return (
                f"Does the order by {wanted.metric} tell that by {wanted.of}? Hypothesis: no; at most {most} of the "
                f"resolved pairs are ordered alike, and {_excess_of(claim)}, first by {wanted.metric}, is within "
                f"{coin} of 0. False if {from_} or more are, or it is {down} or less. Found:"
            )


def _too_few(found: Agreement) -> str:
    """Why there is no verdict; empty where there is one."""
    if found.resolved >= MIN_PAIRS:
        return ""
    users = f"; about {found.needed:,} users would give these" if found.needed else ""
    return f"cannot tell, {found.resolved} resolved pairs of at least {MIN_PAIRS}{users}"


def _reached(found: Mean | None, target: float, least: bool) -> str:
    if found is None:
        return "cannot tell"
    gap = (found.mean - target) * (1 if least else -1)
    if gap < -ROUNDING:
        return "not reached"
    far = found.low if least else found.high
    sure = far is not None and (far >= target if least else far <= target)
    return f"reached, {_by_interval(sure)}"


def _verdict_table(claim: Claim) -> Table:
    found = claim.found
    cells = [*_figures(found), estimate(found.ceiling)]
    columns = ["from → to", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "ceiling"]
    if claim.together:
        excess = claim.excess()
        cells.append(interval(excess))
        columns.append(f"{_excess_of(claim)}, n {whole(excess.get('n', 0)).text}")
    judge, other = _called(claim, claim.judge), _called(claim, claim.other)
    row = Row((Cell(f"{other} → {judge}"), *cells))
    first = f"{len(claim.strategies)} contestants, {judge} puts {found.best} first, {other} {found.chosen}"
    caption = f"{_asked(claim)} {verdict(claim)} ({first})"
    return Table(caption, tuple(columns), (row,), folded=False, sortable=False)


def _by_kind(claim: Claim) -> Table | None:
    rows = []
    for name, part in claim.parts():
        if not claim.strategies <= part.strategies:
            continue
        found = claim.against(part)
        n = min(len(part.scores(r)) for r in part.runs if r.strategy in claim.strategies)
        rows.append(Row((Cell(name), *_figures(found), Cell(found.chosen), whole(n))))
    if not rows:
        return None
    caption = f"The order that each kind of question gives, against that of {_called(claim, claim.judge)}: description"
    columns = ("kind", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "puts first", "n")
    return Table(caption, columns, tuple(rows), folded=False)


def _by_source(claim: Claim) -> Table | None:
    rows = []
    for name, found in claim.described():
        if found is None:
            rows.append(Row((Cell(name), *[Cell("–")] * 8)))
            continue
        alike = Cell(f"{found.alike:,} of {found.untied:,}", found.alike / max(1, found.untied))
        rows.append(Row((Cell(name), whole(found.regret.users), *_figures(found), estimate(found.ceiling), alike)))
    if not rows:
        return None
    columns = ("source", "users", "agreement", "resolved of all", "both resolve: agree", "regret", "tau_b", "ceiling")
    caption = "Each source by itself: description; no pair is resolved under 6 users"
    return Table(caption, (*columns, "alike of all untied pairs"), tuple(rows), folded=False)


def _contradictions(claim: Claim) -> Table | None:
    if not claim.found.contradictions:
        return None
    rows = [
        Row((Cell(f"{c.better} > {c.worse}"), estimate(c.judge), estimate(c.other))) for c in claim.found.contradictions
    ]
    columns = ("resolved pair", _called(claim, claim.judge), _called(claim, claim.other))
    caption = f"Resolved pairs that are not ordered alike: {len(rows):,} of {claim.found.resolved:,}, differences"
    return Table(caption, columns, tuple(rows))


def _scores(claim: Claim) -> Table:
    sides = [claim.other, claim.judge]
    runs = [{r.strategy: r for r in side.runs if r.strategy in claim.strategies} for side in sides]
    figures = [
        {name: r.figure(side.metric) for name, r in found.items()} for side, found in zip(sides, runs, strict=True)
    ]
    judge, other = (order.ranked for order in claim.ordered)
    ranks = [other, judge]
    rows = [
        Row(
            (
                Cell(name),
                *(cell for found, rank in zip(figures, ranks, strict=True) for cell in _placed(found, rank, name)),
            )
        )
        for name in judge
    ]
    names = [column for side in sides for column in (_called(claim, side), "place")]
    return Table("Scores and places", ("strategy", *names), tuple(rows))


def _placed(found: dict[str, dict[str, Any]], rank: Sequence[str], name: str) -> tuple[Cell, Cell]:
    place = rank.index(name) + 1
    return interval(found[name]), whole(place)


def _figures(found: Agreement) -> list[Cell]:
    return [
        estimate(found.agree),
        Cell(f"{found.resolved:,} of {found.pairs:,}", found.resolved),
        Cell(f"{found.both:,}: {found.both_agree:,}", found.both),
        estimate(found.regret),
        estimate(found.tau),
    ]


def _called(claim: Claim, side: Side) -> str:
    return side.metric if claim.together else side.name
