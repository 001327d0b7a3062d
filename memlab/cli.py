"""The command line: it parses, calls and prints; nothing is decided here."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.data.arguments import add_actions
from memlab.terminal import download_bars, print_table, progress_bars, text_width

EXAMPLES = """examples:
  memlab run experiment=leaderboard              every strategy on every source at hand
  memlab run experiment=leaderboard limits=smoke the same, in seconds
  memlab run strategy=hybrid source=locomo       one run
  memlab run -m strategy=bm25,rag seed=0,1       a grid of runs
  memlab compare runs/leaderboard --baseline bm25
  memlab show runs/single/RUN                    its missed questions; with QUERY, one of them explained
  memlab check strategy=hybrid                   does it keep every law?
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0 if all went well, 1 if some run did not, 2 for wrong input."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if rest and (args.command not in ("run", "check") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if args.command in ("run", "check"):
        args.overrides += rest
        args.argv = list(sys.argv[1:] if argv is None else argv)
    try:
        code = args.call(args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("interrupted; finished users are kept, the same command resumes", file=sys.stderr)
        return 1
    except Exception as error:
        if not _is_input_error(error):
            raise
        print(f"memlab {args.command}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    from memlab import __version__

    parser = argparse.ArgumentParser(
        prog="memlab",
        description="Benchmarks the memory of personal AI assistants, offline.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"memlab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run one configuration, an experiment or a sweep; resumes where it stopped")
    run.add_argument("overrides", nargs="*", metavar="group=option|key=value")
    run.add_argument("-m", "--multirun", action="store_true", help="comma lists and ranges span a grid of runs")
    run.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    run.set_defaults(call=_run)

    report = commands.add_parser("report", help="tables and figures of finished runs")
    report.add_argument("runs", nargs="+", type=Path, metavar="RUNS", help="run or experiment folders")
    report.add_argument("--to", type=Path, metavar="DIR", help="where the report goes; default: RUNS/report")
    report.set_defaults(call=_report)

    compare = commands.add_parser("compare", help="paired differences against a baseline, with intervals")
    compare.add_argument("runs", nargs="+", type=Path, metavar="RUNS", help="run or experiment folders")
    compare.add_argument("--baseline", required=True, metavar="NAME", help="the strategy to compare with")
    compare.add_argument("--by-kind", action="store_true", help="the headline alone, by kind of question")
    compare.add_argument("--json", action="store_true", help="rows as JSON")
    compare.set_defaults(call=_compare)

    show = commands.add_parser("show", help="one question of a run: evidence, what was recalled, why it was missed")
    show.add_argument("run", type=Path, metavar="RUN", help="a run's folder")
    show.add_argument("query", nargs="?", metavar="QUERY", help="its id, or USER/ID; without it: the missed questions")
    show.add_argument("--json", action="store_true", help="all of it, as JSON")
    show.set_defaults(call=_show)

    check = commands.add_parser("check", help="the conformance suite on one strategy: what it owes, law by law")
    check.add_argument("overrides", nargs="*", metavar="strategy=NAME|key=value")
    check.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    check.set_defaults(call=_check)

    data = commands.add_parser("data", help="the data sets: list, get, verify, describe and check them")
    add_actions(data)
    data.set_defaults(call=lambda args: DATA[args.action](args))
    return parser


def _run(args: argparse.Namespace) -> int:
    from memlab import build
    from memlab.config import ConfigError, plan
    from memlab.report.page import write_report
    from memlab.results import load
    from memlab.runs import execute

    if args.config_dir is not None and not args.config_dir.is_dir():
        raise ConfigError(f"--config-dir {args.config_dir} is not a folder")
    configs = plan(args.overrides, args.config_dir, args.multirun)
    view = build.tracking(configs[0])
    with progress_bars() as progress:
        runs = execute(configs, args.argv, progress)
    results = load(run.folder for run in runs)
    good = [result for result in results if result.summary and result.status in ("complete", "partial")]
    _show_leaderboards(good)
    out = Path(configs[0]["out"])
    if good and configs[0]["experiment"]:
        page = write_report(results, out / configs[0]["experiment"] / "report")
        print(f"report:  {page}")
    elif good:
        print("\n".join(f"run:     {result.folder}" for result in good))
    return max(_tell_failures(runs), _show_view(view, good, out))


def _show_view(view: Any, good: Sequence[Any], out: Path) -> int:
    if not good or view is None:
        return 0
    try:
        print(f"mlflow:  {view.show(good, out)}")
    except Exception as error:  # noqa: BLE001 (a server may fail in any way; the runs are safe in their files)
        print(f"mlflow:  cannot be shown: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def _tell_failures(runs: Sequence[Any]) -> int:
    worst = 0
    skipped = Counter((run.source, run.errors[""]) for run in runs if run.status == "skipped")
    for (source, error), n in skipped.items():
        print(f"skipped: {n} run{'s' if n > 1 else ''} on {source}: {error}", file=sys.stderr)
    for run in runs:
        if run.status not in ("complete", "skipped"):
            worst = 1
            user, error = next(iter(run.errors.items()))
            whom = f"{len(run.errors)} of {len(run.users)} users; first {user}: " if user else ""
            print(f"{run.status}: {run.label} on {run.source}: {whom}{error}", file=sys.stderr)
    return worst


def _report(args: argparse.Namespace) -> int:
    from memlab.report.page import write_report
    from memlab.results import load

    print(write_report(load(args.runs), args.to or args.runs[0] / "report"))
    return 0


def _compare(args: argparse.Namespace) -> int:
    from memlab.report.compare import compare
    from memlab.results import load

    rows = compare(load(args.runs), args.baseline, args.by_kind)
    if args.json:
        print(json.dumps(rows, indent=1))
        return 0
    for source, metric, kind in dict.fromkeys((row["source"], row["metric"], row["kind"]) for row in rows):
        own = [row for row in rows if (row["source"], row["metric"], row["kind"]) == (source, metric, kind)]
        columns = ("strategy", "difference", "95 % interval", "n", "better:worse users", "verdict")
        about = f"{source}, {metric}{f', {kind}' if kind else ''}: minus {args.baseline}, paired by question"
        print_table(about, columns, map(_compared, own))
    print("Verdicts are unadjusted: an experiment's README names its primary comparison,")
    print("all others are exploratory.")
    return 0


def _compared(row: dict[str, Any]) -> tuple[str, ...]:
    interval = "–" if row["low"] is None else f"{row['low']:+.3f} {row['high']:+.3f}"
    sides = f"{row['users_better']}:{row['users_worse']}"
    verdict = row["verdict"].split(":")[0]
    return row["strategy"], f"{row['mean']:+.3f}", interval, str(row["n"]), sides, verdict


def _show(args: argparse.Namespace) -> int:
    from memlab.report.lines import overview_lines, question_lines
    from memlab.report.show import one_run, overview, question

    run = one_run(args.run)
    found = overview(run) if args.query is None else question(run, args.query)
    lines = overview_lines if args.query is None else question_lines
    print(json.dumps(found, indent=1) if args.json else "\n".join(lines(found, text_width())))
    return 0


def _check(args: argparse.Namespace) -> int:
    from memlab.checks import check, in_lines, subject

    chosen = subject(args.overrides, args.config_dir)
    results = check(chosen, told=lambda result: print("\n".join(in_lines(result)), flush=True))
    counts = Counter(result.status for result in results)
    print(f"{chosen.name}: " + ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in counts.items()))
    return 1 if counts["failed"] else 0


def _data_list(args: argparse.Namespace) -> int:
    from memlab.data.listing import listed

    print_table("Data sets", ("name", "licence", "where"), listed())
    return 0


def _data_get(args: argparse.Namespace) -> int:
    from memlab.data.fetch import about, card_of, fetch, folder_for

    card = card_of(args.name)
    for line in about(card):
        print(line, flush=True)
    with download_bars() as progress:
        files = [fetch(download, args.to or folder_for(card), progress) for download in card.download]
    print("\n".join(f"kept:     {file}" for file in files))
    return 0


def _data_verify(args: argparse.Namespace) -> int:
    from memlab.data.listing import verified

    for line in verified(args.source, args.path):
        print(line)
    return 0


def _data_describe(args: argparse.Namespace) -> int:
    from memlab.data.describe import describe_all, tables

    described = list(describe_all(args.names, args.path))
    if args.json:
        print(json.dumps(described, indent=1))
    else:
        for table in tables(described):
            print_table(*table)
    for unread in (one for one in described if one["error"]):
        print(unread["error"], file=sys.stderr)
    return 1 if any(one["error"] and one["at_hand"] for one in described) else 0


def _data_check(args: argparse.Namespace) -> int:
    from memlab.data.check import check_all

    worst = 0
    for lines, failed in check_all(args.names, args.path):
        print("\n".join(lines), flush=True)
        worst = max(worst, int(failed))
    return worst


DATA = {
    "list": _data_list,
    "get": _data_get,
    "verify": _data_verify,
    "describe": _data_describe,
    "check": _data_check,
}


def _show_leaderboards(results: Sequence[Any]) -> None:
    from memlab.report.tables import leaderboard
    from memlab.results import comparable

    for name, group in comparable(results).items():
        table = leaderboard(name, group)
        print_table(table.caption, table.columns, ([cell.text for cell in row.cells] for row in table.rows))


def _is_input_error(error: Exception) -> bool:
    import sqlite3

    from yaml import YAMLError

    from memlab.config import ConfigError
    from memlab.life import LifeError
    from memlab.results import ResultError
    from memlab.sources import SourceError

    return isinstance(error, ConfigError | SourceError | ResultError | LifeError | OSError | sqlite3.Error | YAMLError)


if __name__ == "__main__":
    sys.exit(main())
