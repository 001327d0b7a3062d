"""`memlab check`: the conformance suite on one strategy."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Adds `check` to the commands."""
    check = commands.add_parser("check", help="the conformance suite on one strategy: what it owes, law by law")
    check.add_argument("overrides", nargs="*", metavar="strategy=NAME|key=value")
    check.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    check.set_defaults(call=_check)


def _check(args: argparse.Namespace) -> int:
    from memlab.checks import check, in_lines, subject

    chosen = subject(args.overrides, args.config_dir)
    results = check(chosen, told=lambda result: print("\n".join(in_lines(result)), flush=True))
    counts = Counter(result.status for result in results)
    print(f"{chosen.name}: " + ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in counts.items()))
    return 1 if counts["failed"] else 0
