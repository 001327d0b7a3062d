"""`memlab explain`: what a strategy, layer or store is, what it costs and when to use it."""

import argparse
import textwrap
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Adds `explain` to the commands."""
    explain = commands.add_parser("explain", help="what a strategy, layer or store is, costs and is good for")
    explain.add_argument("names", nargs="*", metavar="NAME", help="none: all of them, a line each")
    explain.add_argument("--to", type=Path, metavar="FILE", help="writes the page of all of them")
    explain.add_argument("--report", type=Path, default=Path("reports/leaderboard"), help="the kept leaderboard")
    explain.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    explain.set_defaults(call=_explain)


def _explain(args: argparse.Namespace) -> int:
    from memlab.config import ConfigError, nearest
    from memlab.report.catalogue import entries, in_lines, page, read_leaderboard

    found = entries(args.config_dir)
    known = {one.name for one in found}
    for name in args.names:
        if name not in known:
            raise ConfigError(f"there is no strategy, layer or store {name!r}; {nearest(name, known)}")
    if args.to is not None:
        args.to.write_text(page(found, read_leaderboard(args.report)))
        print(f"{args.to}: {len(found)} entries")
    elif args.names:
        texts = [in_lines(one) for one in found if one.name in args.names]
        print(
            "\n\n".join(
                "\n".join(textwrap.fill(line, 80, subsequent_indent="  " * line.startswith(" ")) for line in lines)
                for lines in texts
            )
        )
    else:
        for one in found:
            print(f"{one.group:<9}{one.name:<17}{textwrap.shorten(one.idea, 54, placeholder=' …')}")
    return 0
