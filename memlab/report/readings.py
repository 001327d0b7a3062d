"""What reading the labels in another way changes: the same runs, on the questions that both readings score."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memlab.identity import NOT_IDENTITY, PLACES
from memlab.report.cells import Cell, Part, Row, Table, interval, share, whole
from memlab.results import HEADLINE, Key, Result
from memlab.stats import ROUNDING
from memlab.stats.mean import clustered_mean
from memlab.stats.paired import paired_difference

ORDER = ("published", "judged", "audited")
METRICS = (HEADLINE, "turn_recall@10", "turn_ndcg@10")
EXPLAINED = (
    "Runs that differ in nothing but how the source's labels are read. Means and differences, later minus earlier, are "
    "over the questions that both readings score; changed: how many of these have another score. Questions that only "
    "one reading scores move the figures of the sections above, not these."
)
ASKING = ("source", "limits", "query", "seed", "data")


@dataclass(frozen=True, slots=True)
class Reading:
    """A run and how it reads the labels.

    Attributes:
        audit: The digest of the audit that is laid over the labels; empty without one.
        alike: What the run is but for its reading: runs that are equal in it are set side by side.
    """

    result: Result
    labels: str
    audit: str
    alike: Mapping[str, Any]

    @property
    def asked(self) -> str:
        """What decides which questions are asked of which lives, as text."""
        return _text({part: self.alike[part] for part in ASKING})


def readings(results: Sequence[Result]) -> list[Table]:
    """One table for every source and step from a reading to the next that runs are alike but for; mostly none.

    Readings are in the order published, judged, audited; one that no run has is stepped over. Of several runs with the
    same reading the newest counts, but each audit is a reading of its own. Reads the scores of the runs set side by
    side. What is detectable stands beside differences that are not resolved.
    """
    steps: dict[tuple[str, str, str], list[tuple[Reading, Reading]]] = {}
    read = [reading for result in results if (reading := _reading(result)) is not None]
    for earlier, later in _steps(read):
        words = _words(later, read)
        steps.setdefault((later.asked, earlier.labels, words), []).append((earlier, later))
    tables = []
    for (asked, before, after), pairs in sorted(steps.items(), key=lambda step: _place(step[0])):
        name = _name(json.loads(asked), [json.loads(other) for other, _, _ in steps])
        rows = tuple(row for pair in sorted(pairs, key=_rank) for metric in METRICS for row in _row(*pair, metric))
        counts = (f"n {before}", f"n {after}", "n both", "changed")
        columns = ("strategy, metric", *counts, before, after, "difference", "detectable")
        caption = f"{name}: labels={after} against {before}, on the questions that both score"
        tables += [Table(caption, columns, rows, folded=False, sortable=False)] if rows else []
    return tables


def _reading(result: Result) -> Reading | None:
    """None for a run without results, or of a source whose labels are read in one way."""
    labels = result.config["source"].get("labels")
    if labels not in ORDER or result.status not in ("complete", "partial") or not result.summary:
        return None
    data, audit = result.summary["run"]["data"], ""
    if labels == "audited" and "audit" in result.config["source"]:  # an audit adds its own digest to that of the data
        data, _, audit = data.rpartition("+")
    source = {name: value for name, value in result.config["source"].items() if name not in (*PLACES, "labels")}
    kept = {name: node for name, node in result.config.items() if name not in NOT_IDENTITY | {"experiment"}}
    return Reading(result, labels, audit, kept | {"source": source, "data": data})


def _steps(read: Sequence[Reading]) -> Iterator[tuple[Reading, Reading]]:
    """Readings of runs that are alike, each with the nearest that precedes it."""
    newest: dict[str, dict[tuple[int, str], Reading]] = {}
    for reading in sorted(read, key=lambda reading: reading.result.manifest["started"]):
        own = newest.setdefault(_text(reading.alike), {})
        own[ORDER.index(reading.labels), reading.audit] = reading
    for own in newest.values():
        for place, audit in own:
            before = [other for other in own if other[0] < place]
            if before:
                yield own[max(before)], own[place, audit]


def _row(earlier: Reading, later: Reading, metric: str) -> Iterator[Row]:
    """Later minus earlier; nothing where no question is scored under both."""
    before, after = (reading.result.scores.get(metric, {}) for reading in (earlier, later))
    both = sorted(before.keys() & after.keys())
    if not both:
        return
    changed = sum(abs(after[key] - before[key]) > ROUNDING for key in both)
    found = paired_difference(after, before, None)
    mean = found.mean
    resolved = not changed or (mean.low is not None and mean.high is not None and not mean.low <= 0 <= mean.high)
    part: Part = "bound" if later.result.is_bound else "contestant"
    counts = [whole(n) for n in (len(before), len(after), len(both), changed)]
    means = [share(_mean(scores, both)) for scores in (before, after)]
    difference = interval({"mean": mean.mean, "low": mean.low, "high": mean.high})
    least = share(None if resolved else found.detectable)
    yield Row((Cell(f"{later.result.strategy}, {metric}"), *counts, *means, difference, least), part)


def _mean(scores: Mapping[Key, float], keys: Sequence[Key]) -> float:
    return clustered_mean([scores[key] for key in keys], [user for user, _ in keys]).mean


def _words(reading: Reading, read: Sequence[Reading]) -> str:
    """How a reading is called: by its labels, and by its audit where there are several."""
    several = len({other.audit for other in read if other.audit}) > 1
    return f"{reading.labels} ({reading.audit[:8]})" if several and reading.audit else reading.labels


def _name(asked: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """The source's name and, where its runs with other questions are shown too, in what these differ."""
    own, source = _flat(asked), asked["source"]["name"]
    rivals = [_flat(other) for other in others if other["source"]["name"] == source]
    differing = [f"{name}={value}" for name, value in own.items() if any(r.get(name) != value for r in rivals)]
    return f"{source} ({', '.join(differing)})" if differing else source


def _flat(asked: Mapping[str, Any]) -> dict[str, Any]:
    flat = {f"{part}.{name}": value for part in ("limits", "query") for name, value in asked[part].items()}
    return asked["source"] | flat | {"seed": asked["seed"], "data": asked["data"][:8]}


def _rank(pair: tuple[Reading, Reading]) -> tuple[float, str]:
    result = pair[1].result
    return -(result.figure(HEADLINE).get("mean") or 0.0), result.strategy


def _place(step: tuple[str, str, str]) -> tuple[str, str, int, str]:
    asked, before, after = step
    return json.loads(asked)["source"]["name"], asked, ORDER.index(before), after


def _text(of: object) -> str:
    return json.dumps(of, sort_keys=True, default=str)
