"""`memlab report`, `compare` and `show`: what finished runs say."""

import argparse
import json
from pathlib import Path
from typing import Any

from memlab.terminal import print_table, text_width


def add(commands: Any) -> None:
    """Adds `report`, `compare` and `show` to the commands."""
    report = commands.add_parser("report", help="tables and figures of finished runs")
    report.add_argument("runs", nargs="+", type=Path, metavar="RUNS", help="run or experiment folders")
    report.add_argument("--to", type=Path, metavar="DIR", help="where the report goes; default: RUNS/report")
    report.set_defaults(call=_report)

    compare = commands.add_parser("compare", help="paired differences against a baseline, with intervals")
    compare.add_argument("runs", nargs="+", type=Path, metavar="RUNS", help="run or experiment folders")
    compare.add_argument("--baseline", required=True, metavar="NAME", help="the strategy to compare with")
    compare.add_argument("--by-kind", action="store_true", help="one metric by kind of question; default: the headline")
    compare.add_argument("--metric", metavar="NAME", help="this metric alone, such as turn_recall@10")
    compare.add_argument("--bootstrap", action="store_true", help="bootstrap-t intervals in place of t intervals")
    compare.add_argument("--json", action="store_true", help="rows as JSON")
    compare.set_defaults(call=_compare)

    show = commands.add_parser("show", help="one question of a run: evidence, what was recalled, why it was missed")
    show.add_argument("run", type=Path, metavar="RUN", help="a run's folder")
    show.add_argument("query", nargs="?", metavar="QUERY", help="its id, or USER/ID; without it: the missed questions")
    show.add_argument("--json", action="store_true", help="all of it, as JSON")
    show.set_defaults(call=_show)


def _report(args: argparse.Namespace) -> int:
    from memlab.report.page import write_report
    from memlab.results import load

    print(write_report(load(args.runs), args.to or args.runs[0] / "report"))
    return 0


def _compare(args: argparse.Namespace) -> int:
    from memlab.report.compare import compare
    from memlab.results import load

    rows = compare(load(args.runs), args.baseline, args.by_kind, args.metric, args.bootstrap)
    if args.json:
        print(json.dumps(rows, indent=1))
        return 0
    for source, metric, kind in dict.fromkeys((row["source"], row["metric"], row["kind"]) for row in rows):
        own = [row for row in rows if (row["source"], row["metric"], row["kind"]) == (source, metric, kind)]
        columns = ("strategy", "diff.", "95 % interval", "p (Holm)", "n", "users", "detect-\nable", "verdict")
        about = (
            f"{source}, {metric}{f', {kind}' if kind else ''}: minus {args.baseline}, paired by {own[0]['paired_by']}"
        )
        print_table(about, columns, map(_compared, own))
    print("p: by flipping the signs of users. (Holm): p adjusted over all comparisons that")
    print("the experiment names beforehand; all others are exploratory, and have none.")
    print("users: for how many the strategy is better : worse, of how many.")
    print("detectable: the least true difference that four of five such comparisons find;")
    print("blank where one is found. better and worse take an interval without 0 and,")
    print("where named, a Holm p of at most .05. Users it would need: with whom four of")
    print("five studies find a difference as large as this.")
    return 0


def _compared(row: dict[str, Any]) -> tuple[str, ...]:
    from memlab.report.cells import least, p_value, plus

    interval = "–" if row["low"] is None else f"{plus(row['low'])} {plus(row['high'])}"
    adjusted = "" if row["p_holm"] is None else f" ({p_value(row['p_holm']).text})"
    counts = (f"{row['n']:,}", f"{row['users_better']}:{row['users_worse']} of {row['users']}")
    told = (least(row["detectable"], row["verdict"]).text, row["verdict"])
    return (row["strategy"], plus(row["mean"]), interval, p_value(row["p"]).text + adjusted, *counts, *told)


def _show(args: argparse.Namespace) -> int:
    from memlab.report.lines import overview_lines, question_lines
    from memlab.report.show import one_run, overview, question

    run = one_run(args.run)
    found = overview(run) if args.query is None else question(run, args.query)
    lines = overview_lines if args.query is None else question_lines
    print(json.dumps(found, indent=1) if args.json else "\n".join(lines(found, text_width())))
    return 0
