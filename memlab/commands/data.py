"""`memlab data`: the data sets at hand, or not yet."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from memlab.terminal import download_bars, print_table


def add(commands: Any) -> None:
    """Adds `data` to the commands."""
    data = commands.add_parser("data", help="the data sets: list, get, verify, describe and check them")
    data.set_defaults(call=lambda args: DATA[args.action](args))
    actions = data.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every data set with a card, its licence and where it was found")
    get = actions.add_parser("get", help="fetches a data set's files; resumes, and keeps only what has the checksum")
    get.add_argument("name", metavar="NAME")
    get.add_argument("--to", type=Path, metavar="DIR", help="where they go; default: where memlab looks for them first")
    verify = actions.add_parser("verify", help="reads a file whole and holds checksum and counts against its card")
    verify.add_argument("path", type=Path, metavar="PATH")
    verify.add_argument("--source", default="locomo", metavar="NAME", help="which source reads it; default: locomo")
    describe = actions.add_parser("describe", help="counts, lengths, ages, label repairs and drops")
    describe.add_argument("--json", action="store_true", help="all of it, as JSON")
    convert = actions.add_parser("convert", help="writes a source as lines of our own format, for source=jsonl")
    convert.add_argument("name", metavar="NAME")
    convert.add_argument("--to", type=Path, required=True, metavar="FILE", help="made, never replaced")
    convert.add_argument("overrides", nargs="*", metavar="key=value", help="as for a run: source.path=FILE, seed=1")
    actions.add_parser("facts", help="precision and recall of facts by rules, against labels and marks made by hand")
    apart = actions.add_parser("tell-apart", help="how well a classifier tells turns of one source from another's")
    apart.add_argument("first", metavar="NAME", help="the data set that is set beside the others")
    apart.add_argument("others", metavar="OTHER", nargs="+", help="data sets")
    restraint = actions.add_parser("restraint", help="what layer=minimize keeps of what simulated users did not allow")
    restraint.add_argument("overrides", nargs="*", metavar="key=value", help="as for a run: source.bank=sealed")
    check = actions.add_parser("check", help="lives in order, labels counted, and nothing that tells what is judged")
    for action in (describe, check):
        action.add_argument("names", nargs="*", metavar="NAME", help="data sets; without it: all that are at hand")
        action.add_argument("--path", type=Path, metavar="FILE", help="read this file or folder for the one NAME")


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


def _data_convert(args: argparse.Namespace) -> int:
    from memlab.data.convert import convert
    from memlab.sources.cards import load_card

    lives, lines = convert(args.name, args.overrides, args.to)
    print(f"{args.to}: {lives} lives in {lines:,} lines; read it with source=jsonl source.path={args.to}")
    print(f"licence: {load_card(args.name).licence}")
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


def _data_tell_apart(args: argparse.Namespace) -> int:
    from memlab.data.beside import beside

    tables, verdict = beside([args.first, *args.others])
    for table in tables:
        print_table(*table)
    print(verdict)
    return 0


def _data_facts(args: argparse.Namespace) -> int:
    from memlab.data.stated import table

    print_table(*table())
    return 0


def _data_restraint(args: argparse.Namespace) -> int:
    from memlab.data.restraint import restraint

    columns, rows = restraint(args.overrides)
    print_table("Sensitive facts that were not allowed", columns, rows)
    return 0


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
    "convert": _data_convert,
    "describe": _data_describe,
    "tell-apart": _data_tell_apart,
    "facts": _data_facts,
    "restraint": _data_restraint,
    "check": _data_check,
}
