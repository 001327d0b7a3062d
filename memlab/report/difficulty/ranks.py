"""At which ranks evidence is first met: shares of questions in octaves of the rank, source by source."""

from collections.abc import Mapping, Sequence

from memlab.report.cells import Cell, Row, Table, estimate, reference, share, whole
from memlab.report.difficulty.wanted import Finding, Piece, Runs, Wanted, beyond
from memlab.results import Key, Result
from memlab.stats.mean import Mean, clustered_mean

INVERSE_RANK = "turn_mrr"
LOST = "not recalled"


def ranks(wanted: Wanted, runs: Runs, strategy: str) -> Piece:
    """One strategy's shares by source, those outside what the others show marked.

    A share is outside where it lies above the upper ends, or below the lower ends, of the intervals of all sources that
    make the span; a source of one user has no interval, and its share stands for both ends.
    """
    sources = [source for source in (wanted.of, *wanted.others(runs)) if strategy in runs[source]]
    found = {s: ranked for s in sources if (ranked := first_ranks(runs[s][strategy], wanted.metric))}
    span = [source for source in wanted.span(runs) if source in found]
    what = f"no share of first ranks under {strategy} on {wanted.of} lies outside the intervals of {_named(span)}"
    if wanted.of not in found:
        return Piece([], [Finding(what, None, "no question has a rank")])
    limit = runs[wanted.of][strategy].config["query"].get("limit") or 0
    labels = octaves(max(limit, *(rank for ranked in found.values() for rank in ranked.values())))
    shares = {source: rank_shares(ranked, len(labels)) for source, ranked in found.items()}
    own, caption = shares[wanted.of], f"Rank of the first evidence under {strategy}: shares of the questions that "
    if not span:
        table = _table(f"{caption}{wanted.metric} judges", labels, shares, {}, [])
        return Piece([table], [Finding(what, None, "no source beside it")])
    ends = [_ends([shares[source][place] for source in span]) for place in range(len(own))]
    outside = [beyond(mean.mean, *end) for mean, end in zip(own, ends, strict=True)]
    told = [
        f"{name} {share(abs(by)).text} {'above' if by > 0 else 'below'}{_reaching(mean, *end)}"
        for name, mean, end, by in zip((*labels, LOST), own, ends, outside, strict=True)
        if by
    ]
    table = _table(f"{caption}{wanted.metric} judges", labels, shares, {wanted.of: outside}, ends)
    return Piece([table], [Finding(what, not told, "; ".join(told) or f"{len(own)} of {len(own)} shares inside")])


def _table(
    caption: str,
    labels: Sequence[str],
    shares: Mapping[str, Sequence[Mean]],
    outside: Mapping[str, Sequence[float]],
    ends: Sequence[tuple[float, float]],
) -> Table:
    rows = []
    for source, means in shares.items():
        marks = ["▲" if by > 0 else "▼" if by < 0 else "" for by in outside.get(source, [0.0] * len(means))]
        cells = [_marked(estimate(mean), mark) for mean, mark in zip(means, marks, strict=True)]
        rows.append(Row((Cell(source), *cells, whole(means[0].n), whole(means[0].users))))
    for place, name in enumerate(("lower end", "upper end") if ends else ()):
        rows.append(reference(name, [*(share(end[place]) for end in ends), Cell(""), Cell("")]))
    return Table(caption, ("source", *labels, LOST, "n", "users"), tuple(rows), folded=False, sortable=False)


def first_ranks(result: Result, metric: str) -> dict[Key, int]:
    """The rank of the first evidence of each question that a metric judges, 0 where none was recalled."""
    judged, inverse = result.scores.get(metric, {}), result.scores.get(INVERSE_RANK, {})
    return {key: round(1 / inverse[key]) if inverse[key] else 0 for key in sorted(judged.keys() & inverse.keys())}


def octaves(deepest: int) -> list[str]:
    """The names of the bins up to a rank, each reaching twice as deep as the one before.

    >>> octaves(10)
    ['1', '2–3', '4–7', '8–10']
    """
    bins = ((2**n, min(2 ** (n + 1) - 1, deepest)) for n in range(deepest.bit_length()))
    return [str(low) if low == high else f"{low}–{high}" for low, high in bins]


def rank_shares(ranks: Mapping[Key, int], bins: int) -> list[Mean]:
    """The share of questions in each octave of the rank and, last, of those without one, with intervals over users.

    >>> [mean.mean for mean in rank_shares({("a", "1"): 1, ("a", "2"): 3, ("b", "1"): 2, ("b", "2"): 0}, bins=2)]
    [0.25, 0.5, 0.25]
    """
    places = {key: rank.bit_length() - 1 if rank else bins for key, rank in ranks.items()}
    users = [user for user, _ in places]
    return [clustered_mean([float(place == n) for place in places.values()], users) for n in range(bins + 1)]


def _ends(shares: Sequence[Mean]) -> tuple[float, float]:
    low = min(mean.mean if mean.low is None else mean.low for mean in shares)
    return max(low, 0.0), max(mean.mean if mean.high is None else mean.high for mean in shares)


def _named(sources: Sequence[str]) -> str:
    return " and ".join(sources) or "any other"


def _reaching(mean: Mean, low: float, high: float) -> str:
    """What to add where a share lies outside, and its own interval does not."""
    reaches = mean.low is not None and mean.high is not None and mean.low <= high and mean.high >= low
    return " (its own interval reaches inside)" if reaches else ""


def _marked(cell: Cell, mark: str) -> Cell:
    return Cell(f"{cell.text} {mark}", cell.value, cell.low, cell.high) if mark else cell
