"""`memlab use`: which memories the readers of finished runs used."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.terminal import print_table, progress_bars

SHOWN = ("used@5", "helpful@5", "harmful@5", "inert@5", "used_placebo@10")
BY_REPLY = ("used_by_words@10", "used_by_meaning@10")


def add(commands: Any) -> None:
    """Adds `use` to the commands."""
    use = commands.add_parser(
        "use",
        help="which memories the readers of finished runs used",
        description="Reads a sample of the questions again, without each memory and with placebos in its place, and "
        "puts used@k, helpful@k, harmful@k and inert@k into the runs' scores. Wants runs with a reader that gives "
        "probabilities (reader=choice) on a source with options; of others only the reply is gone by.",
    )
    use.add_argument("runs", nargs="+", type=Path, metavar="RUNS", help="run or experiment folders")
    use.add_argument("--queries", type=int, metavar="N", help="questions of each user; default: that of the yaml")
    use.add_argument("--shapley", type=int, metavar="N", help="questions of a run with exact Shapley values")
    use.add_argument("--workers", type=int, metavar="N", help="processes; default: one per core")
    use.set_defaults(call=_use)


def _use(args: argparse.Namespace) -> int:
    from memlab import build
    from memlab.report.pooled import experiment_of, groups
    from memlab.results import ResultError, load
    from memlab.use.runs import measure_runs

    results = load(args.runs)
    finished = [r for r in results if r.summary]
    if not finished:
        raise ResultError(f"{args.runs[0]} holds no finished run; `memlab run` first")
    numbers = {name: value for name in ("queries", "shapley") if (value := getattr(args, name)) is not None}
    own = experiment_of(finished[0]).get("use") or {}
    measuring = build.make("use/placebo", **own | numbers | {"seed": finished[0].config["seed"]})
    with progress_bars() as progress:
        measured = measure_runs(finished, measuring, args.workers, progress)
    for source, group in groups(measured).items():
        for shown in (SHOWN, BY_REPLY):
            _print(source, shown, [result for result in group if _shown_by(result) is shown])
    kinds = [_shown_by(result) for result in measured]
    if SHOWN in kinds:
        print("helpful: raises the reader's balance of right over wrong options beyond what")
        print("placebos do; harmful: lowers it; used_placebo: how many placebos pass for used.")
    if BY_REPLY in kinds:
        print("used_by_words, used_by_meaning: nearer to the reply than placebos are; a reader")
        print("that gives no probabilities tells no more.")
    return 0


def _shown_by(result: Any) -> tuple[str, ...]:
    """What a run has to show: effects, or where its reader gives no probabilities what its replies tell."""
    no_effects = not result.figure(SHOWN[0]).get("n") and result.figure(BY_REPLY[0]).get("n")
    return BY_REPLY if no_effects else SHOWN


def _print(source: str, shown: tuple[str, ...], results: Sequence[Any]) -> None:
    if results:
        n = max(result.figure(shown[0]).get("n", 0) for result in results)
        rows = ([result.strategy, *(_cell(result.figure(name)) for name in shown)] for result in results)
        print_table(f"{source}: {n:,} questions; ± half the 95 % interval over users", ("strategy", *shown), rows)


def _cell(figure: dict[str, Any]) -> str:
    from memlab.report.cells import reach

    return reach(figure).text
