"""What `memlab data` takes on the command line."""

import argparse
from pathlib import Path


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Adds the actions of `memlab data` to its parser; which one was asked for is `args.action`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every data set with a card, its licence and where it was found")
    get = actions.add_parser("get", help="fetches a data set's files; resumes, and keeps only what has the checksum")
    get.add_argument("name", metavar="NAME")
    get.add_argument("--to", type=Path, metavar="DIR", help="where they go; default: where memlab looks for them first")
    verify = actions.add_parser("verify", help="reads a file whole and holds checksum and counts against its card")
    verify.add_argument("path", type=Path, metavar="PATH")
    verify.add_argument("--source", default="locomo", metavar="NAME", help="which source reads it; default: locomo")
    describe = actions.add_parser("describe", help="counts, lengths, ages, label repairs and drops")
    describe.add_argument("--json", action="store_true", help="all of it, as JSON")
    check = actions.add_parser("check", help="lives in order, labels counted, and nothing that tells what is judged")
    for action in (describe, check):
        action.add_argument("names", nargs="*", metavar="NAME", help="data sets; without it: all that are at hand")
        action.add_argument("--path", type=Path, metavar="FILE", help="read this file or folder for the one NAME")
