"""The report of a set of runs: a Markdown page with its figures beside it, and one HTML page that holds everything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.report.cells import Table
from memlab.report.health import health_sections
from memlab.report.html import render
from memlab.report.measures import measures_sections
from memlab.report.pooled import groups
from memlab.report.sections import (
    Report,
    Section,
    bounds_sections,
    carrying_sections,
    difficulty_sections,
    labels_sections,
    section,
)
from memlab.report.sessions import sessions_sections
from memlab.report.use import use_sections
from memlab.results import Result, ResultError

NOTES = (
    """**evidence_recall@512** is the headline: the share of what must be known for the answer that stands, borne
out by the text itself, within the first 512 tokens of what was recalled. Means are over questions; intervals are
95 % t intervals over users, who are the unit of uncertainty, longer on the side where some users are far out; ± is half
of one, and both ends are given where one is half as far again as the other. Under 6 users there is no verdict.""",
    """**turn_recall@10** and its kin are for comparison with papers: they rank source turns and ignore length. A
question counts only with at least 40 turns to choose from; *chance* is the analytic mean of random order.""",
    """**answer_recall@512** asks whether the answer's words are in the recalled text, wherever they came from; it
is judged only where the evidence states the answer word for word.""",
    """**stale_excess** is how much more often than chance the first memory states a superseded value: 0 is
chance, below 0 prefers what holds today. Blank where the first memory is neither.""",
    """**Why questions are missed**: a question with evidence is *found* when all of its evidence is within the first
512 tokens, no superseded value stands before the current one, and a reader, if there is one, answers right; so
*found* is at most the headline. Else it counts for the first cause that applies. *never stored*: nothing that is
held cites it, or what was recalled of it has lost it; *not recalled*: a memory that is held cites it, but is not
among those recalled (100 at most by default); *below the budget*: recalled, but after the 512 tokens; *stale
above*: all there, below a superseded value; *read wrong*: all there, and the reader answered wrong or not at
all.""",
    """**Restraint** is no ranking: *none* recalls nothing, so it keeps back everything, and is useless. A
strategy that gives no confidence with what it recalls does not abstain. Abstention is judged only where some
questions can be answered and some cannot.""",
    """*detectable* is the smallest true difference that a paired comparison with the baseline resolves in four of five
studies (80 % power, two-sided at 5 %); below the strategies stands that of the least precise comparison among
contestants. Questions are paired, but users' own means where users react, since what they are asked hangs on the
strategy too. In tables of differences ▲ is better and ▼ worse, by an unadjusted 95 % interval over at least 6 users:
exploratory. What the experiment names beforehand is tested: *p* by flipping the signs of users' differences, *after
Holm* over all that it names on the same questions; *better* and *worse* then take an interval without 0 and a p of at
most .05 after Holm, and *cannot tell* says with how many users four of five studies would find a difference as large as
the one that was seen.""",
    """**Places** are by the headline; their intervals are from 1,999 resamples of the users, and *P(best)* is the share
of these in which a strategy is first; with few users both promise too much. Two strategies are told apart where their
paired 95 % interval leaves out 0 and the p-value, after Holm over all pairs, is at most .05; grey bars join neighbours
no two of whom are.""",
    """Sources that are **pooled** are strata: a mean is over all their questions, its interval from the spread of users
about their own source's mean (a source with one user is taken to be what the others show), with Satterthwaite's degrees
of freedom.""",
    """*none*, *random*, *full_history* and *oracle* are bounds, not contestants. *attainable* is what the oracle
gets.""",
    """Latencies are measured on one machine, without encoding, and enter no identity; compare them within one
report only.""",
)


def write_report(results: Sequence[Result], folder: Path) -> Path:
    """Writes `index.html`, `README.md` and its PNG figures into a folder and returns the HTML page's path.

    Raises:
        ResultError: No run has results.
    """
    found = groups(results)
    if not found:
        raise ResultError("no run has results to report; `memlab run` first, and see the manifests of failed runs")
    names = sorted({r.config["experiment"] or "single" for r in results})
    sources = tuple(section(source, group) for source, group in found.items())
    claims = bounds_sections(found) + carrying_sections(found) + difficulty_sections(results)
    parts = (measures_sections, sessions_sections, use_sections, health_sections)
    sections = claims + sources + sum((told(found) for told in parts), ()) + labels_sections(results)
    newest = max((r.manifest for r in results), key=lambda manifest: manifest["started"])
    title = f"memlab report: {', '.join(names)}"
    return write_page(Report(title, provenance_line(newest), sections, _missing(results), NOTES), folder)


def write_page(report: Report, folder: Path) -> Path:
    """Writes a report in both forms, with its figures beside them, and returns the HTML page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(_markdown(report, folder))
    page = folder / "index.html"
    page.write_text(render(report))
    return page


def _markdown(report: Report, folder: Path) -> str:
    """The page's text; its figures are written beside it."""
    parts = [f"# {report.title}\n", f"{report.provenance}\n"]
    for part in report.sections:
        parts += _section(part, folder)
    if report.missing:
        parts.append("## Runs without complete results\n\n" + "\n".join(f"* {line}" for line in report.missing) + "\n")
    notes = (f"* {note}".replace("\n", "\n  ") for note in report.notes)
    return "\n".join([*parts, "## How to read it\n\n" + "\n".join(notes) + "\n"])


def _section(part: Section, folder: Path) -> list[str]:
    lines = [f"## {part.name}\n"]
    for block in part.blocks:
        if isinstance(block, Table):
            lines.append(block.markdown())
        else:
            file = f"{part.slug}-{block.name}.png"
            (folder / file).write_bytes(block.png)
            lines.append(f"![{block.title}]({file})\n")
    return [*lines, f"{part.facts}\n"]


def _missing(results: Sequence[Result]) -> tuple[str, ...]:
    lines = []
    for result in results:
        if result.status != "complete":
            errors = [f"{user or 'run'}: {error}" for user, error in result.manifest["errors"].items()]
            lines.append(f"{result.strategy} on {result.source}: {result.status}. {' '.join(errors[:3])}")
    return tuple(lines)


def provenance_line(record: dict[str, Any]) -> str:
    """Commit, Python and packages in one line, as a manifest has them."""
    commit = (record["commit"] or "an installed package")[:12] + (
        " with uncommitted changes" if record["dirty"] else ""
    )
    packages = ", ".join(f"{name} {version}" for name, version in record["packages"].items())
    return f"Commit {commit}; Python {record['host']['python']}; {packages}."
