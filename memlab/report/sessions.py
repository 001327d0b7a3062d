"""The sections on how sessions went, of users who react."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from memlab.report.cells import Table, reference, span
from memlab.report.compare import baselines
from memlab.report.sections import Section
from memlab.report.tables import figures, versus
from memlab.results import Result
from memlab.traces import file_safe

WENT = ("resolved", "satisfaction", "turns_to_resolution", "thumbs", "return_gap_days")
ANNOYED = ("repeats", "corrections", "objections", "intrusions")
EXPLAINED = (
    "Means over the sessions that were scheduled after the warm-up, as many for each user; intervals over users. "
    "*resolved* goes by the gold and is the one to decide by. A session that was not held counts as unresolved, and "
    "nobody repeats or objects in it: counts of annoyance are lower where users stay away. *satisfaction* is a sum of "
    "the others, its weights declared in configs/metric/satisfaction.yaml and all assumed: it says nothing of real "
    "users. *turns_to_resolution* is one more than users ever ask where nothing was resolved; *return_gap_days* is "
    "known of sessions that were held. What is asked hangs on the replies, so users are paired, not questions."
)


def sessions_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """One for each set of runs whose users react; mostly none."""
    sections = []
    for name, results in groups.items():
        shown = [r for r in results if not r.parts and r.reacts]
        if shown:
            blocks = tuple(_tables(shown))
            sections.append(Section(f"Sessions on {name}", f"sessions-{file_safe(name)}", blocks, EXPLAINED))
    return tuple(sections)


def _tables(results: Sequence[Result]) -> Iterator[Table]:
    for metrics, title in ((WENT, "How sessions went"), (ANNOYED, "What annoyed, times in a session")):
        table = figures(results, metrics, title).without(("chance", "attainable", "n of N"))
        judged = [[r.figure(metric) for r in results] for metric in metrics]
        counts = (reference(name, [span(own, name) for own in judged]) for name in ("n", "users"))
        yield replace(table, rows=(*table.rows, *counts), folded=False)
    for base in baselines(results):
        against = versus(results, base, (*WENT, *ANNOYED))
        if against is not None:
            yield against
