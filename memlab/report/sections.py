"""What a report says of each source, in order: the one list that Markdown and HTML share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memlab.report import carrying_tables, places, tables
from memlab.report.bounds import EXPLAINED as BOUNDS
from memlab.report.bounds import beside, bounds
from memlab.report.carrying import claims
from memlab.report.cells import Table
from memlab.report.compare import baselines, named
from memlab.report.difficulty import EXPLAINED as DIFFICULTY
from memlab.report.difficulty import difficulty
from memlab.report.drawing import Figure
from memlab.report.figures import draw_age, draw_leaderboard, draw_why
from memlab.report.pooled import experiment_of
from memlab.report.readings import EXPLAINED, readings
from memlab.report.reliability import draw_reliability
from memlab.results import HEADLINE, Result
from memlab.traces import file_safe


@dataclass(frozen=True, slots=True)
class Section:
    """Tables and figures of the runs on one source.

    Attributes:
        slug: Its name for files and for ids in a page.
        facts: About the data, in one line.
    """

    name: str
    slug: str
    blocks: tuple[Table | Figure, ...]
    facts: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report, before it has a form.

    Attributes:
        missing: Runs without complete results, each with its errors.
        notes: How to read it, in Markdown's emphasis.
    """

    title: str
    provenance: str
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def section(name: str, results: Sequence[Result]) -> Section:
    """Draws and tabulates one source's runs; a block without figures to show is left out.

    Where the experiment asks for orders (`memlab.report.carrying`), of dozens of contestants, it is kept short.
    """
    slug = file_safe(name)
    short = experiment_of(results[0]).keys() & {"carries", "predicts"}
    blocks = _short(name, slug, results) if short else _whole(name, slug, results)
    counted = results[0].manifest["source"].items()
    facts = "; ".join(f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in counted)
    return Section(name, slug, tuple(block for block in blocks if block is not None), f"Data: {facts}.")


def _short(name: str, slug: str, results: Sequence[Result]) -> list[Table | Figure | None]:
    return [
        tables.leaderboard(name, results),
        draw_leaderboard(slug, results),
        tables.by_source(results, HEADLINE) if results[0].parts else tables.by_kind(results, HEADLINE),
        tables.figures(results, tables.STALENESS, "Staleness") if _has_stale(results) else None,
    ]


def _whole(name: str, slug: str, results: Sequence[Result]) -> list[Table | Figure | None]:
    age = None if results[0].parts else draw_age(slug, results)
    placed = places.places_of(name, results)
    return [
        tables.leaderboard(name, results),
        draw_leaderboard(slug, results),
        places.draw(slug, name, placed),
        tables.by_source(results, HEADLINE) if results[0].parts else tables.by_kind(results, HEADLINE),
        tables.differences(named(name, results)),
        places.table(placed),
        *(tables.versus(results, base) for base in baselines(results)),
        *(tables.versus_by_kind(results, base) for base in baselines(results) if not results[0].parts),
        age,
        tables.age_slopes(results) if age else None,
        draw_why(slug, results),
        tables.why(results),
        *(() if results[0].parts else (tables.by_kind(results, metric, folded=True) for metric in tables.BY_KIND)),
        tables.figures(results, tables.BUDGETS, "Within a budget of tokens"),
        tables.figures(results, tables.RANKING, "Rankings of sources"),
        None if results[0].parts else tables.macro(results),
        tables.figures(results, tables.STALENESS, "Staleness") if _has_stale(results) else None,
        tables.figures(results, tables.REGRET, "Regret after as many trials") if _has_regret(results) else None,
        tables.restraint(results),
        draw_reliability(slug, results),
        None if results[0].parts else tables.cost(results),
    ]


def carrying_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """Whether one order of strategies is another's, as far as the runs' experiments ask; mostly none.

    Args:
        groups: As `memlab.report.pooled.groups` has them.
    """
    found = list(claims(groups))
    slugs = [f"carrying-{n}" if n else "carrying" for n in range(len(found))]
    shown = [tuple(carrying_tables.blocks(claim, slug)) for claim, slug in zip(found, slugs, strict=True)]
    names = ["One metric by another" if claim.together else "Carrying over" for claim in found]
    explained = carrying_tables.EXPLAINED
    return tuple(Section(name, slug, own, explained) for name, slug, own in zip(names, slugs, shown, strict=True))


def labels_sections(results: Sequence[Result]) -> tuple[Section, ...]:
    """What another reading of the labels changes, over all sources; none where runs are alike in one reading only."""
    blocks = tuple(readings(results))
    return (Section("Readings of the labels", "readings", blocks, EXPLAINED),) if blocks else ()


def difficulty_sections(results: Sequence[Result]) -> tuple[Section, ...]:
    """Whether one source is as hard as others, where the runs' experiment asks for it (its key `difficulty`)."""
    blocks = tuple(difficulty(results))
    return (Section("Difficulty", "difficulty", blocks, DIFFICULTY),) if blocks else ()


def bounds_sections(groups: Mapping[str, Sequence[Result]]) -> tuple[Section, ...]:
    """What an experiment claims beforehand, and whether it came out, for each set of questions; mostly none."""
    found = {name: table for name, results in groups.items() if (table := bounds(results)) is not None}
    told = {name: (f"claims-{file_safe(name)}", table) for name, table in found.items()}
    sections = tuple(Section(f"Claims on {name}", slug, (table,), BOUNDS) for name, (slug, table) in told.items())
    both = beside(found)
    return sections if both is None else (*sections, Section("Claims, side by side", "claims", (both,), BOUNDS))


def _has_regret(results: Sequence[Result]) -> bool:
    return any(result.figure(metric).get("n") for result in results for metric in tables.REGRET)


def _has_stale(results: Sequence[Result]) -> bool:
    return any(result.figure("stale_first").get("n") for result in results)
