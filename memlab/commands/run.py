"""`memlab run`: runs what is not yet there, prints leaderboards, writes the report, shows the view."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.terminal import print_table, progress_bars


def add(commands: Any) -> None:
    """Adds `run` to the commands."""
    run = commands.add_parser("run", help="run one configuration, an experiment or a sweep; resumes where it stopped")
    run.add_argument("overrides", nargs="*", metavar="group=option|key=value")
    run.add_argument("-m", "--multirun", action="store_true", help="comma lists and ranges span a grid of runs")
    run.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    run.set_defaults(call=_run)


def _run(args: argparse.Namespace) -> int:
    from memlab import build
    from memlab.config import ConfigError, plan
    from memlab.report.page import write_report
    from memlab.results import load
    from memlab.runs import execute
    from memlab.studies.planned import planned

    if args.config_dir is not None and not args.config_dir.is_dir():
        raise ConfigError(f"--config-dir {args.config_dir} is not a folder")
    study = planned(args.overrides, args.config_dir, args.multirun)
    if study is not None:
        return conduct_study(study, args.argv)
    configs = plan(args.overrides, args.config_dir, args.multirun)
    view = build.tracking(configs[0])
    with progress_bars() as progress:
        runs = execute(configs, args.argv, progress)
        results = _with_use(load(run.folder for run in runs), progress)
    good = [result for result in results if result.summary and result.status in ("complete", "partial")]
    show_leaderboards(good)
    out = Path(configs[0]["out"])
    if good and configs[0]["experiment"]:
        page = write_report(results, out / configs[0]["experiment"] / "report")
        print(f"report:  {page}")
    elif good:
        print("\n".join(f"run:     {result.folder}" for result in good))
    return max(tell_failures(runs), _show_view(view, good, out))


def conduct_study(study: Any, argv: Sequence[str]) -> int:
    """Conducts a study, prints what it shows unfolded and says where the page is; 1 if some of it failed."""
    from memlab.report.cells import Table
    from memlab.studies.conduct import conduct

    with progress_bars() as progress:
        found, page = conduct(study, argv, progress)
    for block in (block for part in found.sections for block in part.blocks):
        if isinstance(block, Table) and not block.folded:
            print_table(block.caption, block.columns, ([cell.text for cell in row.cells] for row in block.rows))
    for line in found.verdict:
        print(line)
    print(f"report:  {page}")
    for line in found.failed:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if found.failed else 0


def _with_use(results: Sequence[Any], progress: Any) -> Sequence[Any]:
    """The runs as they are once it is measured what their readers used, where their experiment asks for it (`use`)."""
    from memlab import build
    from memlab.report.pooled import experiment_of
    from memlab.use.runs import measure_runs

    asked = [r for r in results if r.summary and experiment_of(r).get("use") is not None]
    if not asked:
        return results
    numbers = experiment_of(asked[0])["use"] | {"seed": asked[0].config["seed"]}
    measured = measure_runs(asked, build.make("use/placebo", **numbers), asked[0].config["workers"], progress)
    by_folder = {result.folder: result for result in measured}
    return [by_folder.get(result.folder, result) for result in results]


def _show_view(view: Any, good: Sequence[Any], out: Path) -> int:
    if not good or view is None:
        return 0
    try:
        print(f"mlflow:  {view.show(good, out)}")
    except Exception as error:  # noqa: BLE001 (a server may fail in any way; the runs are safe in their files)
        print(f"mlflow:  cannot be shown: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def tell_failures(runs: Sequence[Any]) -> int:
    """Prints what failed or was skipped; 1 if some run failed."""
    worst = 0
    skipped = Counter((run.source, run.errors[""]) for run in runs if run.status == "skipped")
    for (source, error), n in skipped.items():
        print(f"skipped: {n} run{'s' if n > 1 else ''} on {source}: {error}", file=sys.stderr)
    for run in runs:
        if run.status not in ("complete", "skipped"):
            worst = 1
            user, error = next(iter(run.errors.items()), ("", "it has no users"))
            whom = f"{len(run.errors)} of {len(run.users)} users; first {user}: " if user else ""
            print(f"{run.status}: {run.label} on {run.source}: {whom}{error}", file=sys.stderr)
    return worst


def show_leaderboards(results: Sequence[Any]) -> None:
    """Prints the short table of each source."""
    from memlab.report.pooled import groups
    from memlab.report.tables import leaderboard

    for name, group in groups(results).items():
        table = leaderboard(name, group)
        print_table(table.caption, table.columns, ([cell.text for cell in row.cells] for row in table.rows))
