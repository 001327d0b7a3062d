"""The report of a set of runs: one Markdown page with its figures beside it."""

from collections.abc import Sequence
from pathlib import Path

from memlab.report import tables
from memlab.report.figures import draw_age, draw_leaderboard
from memlab.results import Result, ResultError, comparable
from memlab.traces import file_safe

READING = """## How to read it

* **evidence_recall@512** is the headline: the share of what must be known for the answer that stands, borne out by the
  text itself, within the first 512 tokens of what was recalled. Means are over questions; intervals are 95 % t
  intervals over users, who are the unit of uncertainty. Under 6 users there is no verdict.
* **turn_recall@10** and its kin are for comparison with papers: they rank source turns and ignore length. A question
  counts only with at least 40 turns to choose from; *chance* is the analytic mean of random order.
* **answer_recall@512** asks whether the answer's words are in the recalled text, wherever they came from; it is judged
  only where the evidence states the answer word for word.
* **stale_excess** is how much more often than chance the first memory states a superseded value: 0 is chance, below 0
  prefers what holds today. Blank where the first memory is neither.
* *none*, *random*, *full_history* and *oracle* are bounds, not contestants. *attainable* is what the oracle gets.
* Latencies are measured on one machine, without encoding, and enter no identity; compare them within one report only.
"""


def write_report(results: Sequence[Result], folder: Path) -> Path:
    """Writes `README.md` and PNG figures into a folder and returns the page's path.

    Raises:
        ResultError: No run has results.
    """
    groups = comparable(results)
    if not groups:
        raise ResultError("no run has results to report; `memlab run` first, and see the manifests of failed runs")
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({r.config["experiment"] or "single" for r in results})
    parts = [f"# memlab report: {', '.join(names)}\n", _provenance(results)]
    for source, group in groups.items():
        parts += _section(source, group, folder)
    if missing := _missing(results):
        parts.append("## Runs without complete results\n\n" + "\n".join(missing) + "\n")
    parts.append(READING)
    page = folder / "README.md"
    page.write_text("\n".join(parts))
    return page


def _section(source: str, group: Sequence[Result], folder: Path) -> list[str]:
    slug = file_safe(source)
    parts = [f"## {source}\n", tables.leaderboard(source, group).markdown()]
    if draw_leaderboard(group, folder / f"{slug}-leaderboard.png"):
        parts.append(f"![leaderboard]({slug}-leaderboard.png)\n")
    parts.append(tables.by_kind(group, tables.HEADLINE).markdown())
    if draw_age(group, folder / f"{slug}-age.png"):
        parts += [f"![recall against age]({slug}-age.png)\n", tables.age_slopes(group).markdown()]
    parts.append(tables.figures(group, tables.BUDGETS, "Within a budget of tokens").markdown())
    parts.append(tables.figures(group, tables.RANKING, "Rankings of sources").markdown())
    if any(r.figure("stale_first").get("n") for r in group):
        parts.append(tables.figures(group, tables.STALENESS, "Staleness").markdown())
    parts.append(tables.cost(group).markdown())
    facts = group[0].manifest["source"]
    parts.append("Data: " + "; ".join(f"{name} {value}" for name, value in facts.items()) + ".\n")
    return parts


def _missing(results: Sequence[Result]) -> list[str]:
    lines = []
    for result in results:
        if result.status != "complete":
            errors = [f"{user or 'run'}: {error}" for user, error in result.manifest["errors"].items()]
            lines.append(f"* {result.strategy} on {result.source}: {result.status}. {' '.join(errors[:3])}")
    return lines


def _provenance(results: Sequence[Result]) -> str:
    newest = max((r.manifest for r in results), key=lambda manifest: manifest["started"])
    commit = (newest["commit"] or "an installed package")[:12] + (
        " with uncommitted changes" if newest["dirty"] else ""
    )
    packages = ", ".join(f"{name} {version}" for name, version in newest["packages"].items())
    return f"Commit {commit}; Python {newest['host']['python']}; {packages}.\n"
