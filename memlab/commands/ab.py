"""`memlab ab`: an A/B experiment on simulated users, or on a product's logs; a verdict in three lines, and a page."""

import argparse
import textwrap
from pathlib import Path
from typing import Any

from memlab.terminal import progress_bars, text_width

ABOUT = """memlab ab a=none b=hybrid users=100 lives simulated users under two arms and
says what came out. An arm is a strategy, with what is changed after commas
(b=hybrid,layer=[decay]), or a yaml with a list of overrides. users, sessions,
burn_in, split, holdout, paired, salt, primary, looks and confidence are those
of configs/ab/standard.yaml; all else is for every arm.
memlab ab --log EXPOSURES OUTCOMES reads the logs of a product: docs/ab.md has
their columns."""


def add(commands: Any) -> None:
    """Adds `ab` to the commands."""
    ab = commands.add_parser(
        "ab",
        help="an A/B experiment on satisfaction: simulated users, or a product's logs",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ab.add_argument("overrides", nargs="*", metavar="a=…|b=…|key=value")
    ab.add_argument("--log", nargs=2, type=Path, metavar=("EXPOSURES", "OUTCOMES"), help="CSV or parquet; runs nothing")
    ab.add_argument("--primary", metavar="NAME", help="the outcome that decides; the same as primary=NAME")
    ab.add_argument("--to", type=Path, metavar="DIR", help="where the report goes; default: beside the logs")
    ab.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    ab.set_defaults(call=_ab)


def _ab(args: argparse.Namespace) -> int:
    from memlab.studies.ab import asked

    words = [*args.overrides, *([f"primary={args.primary}"] if args.primary else [])]
    wanted = asked(words, args.config_dir, from_log=args.log is not None)
    return _from_log(wanted, args) if args.log is not None else _simulated(wanted, args)


def _from_log(wanted: Any, args: argparse.Namespace) -> int:
    from memlab.studies.ab import log_design, read

    design = log_design(wanted, args.log[0])
    exposures, outcomes = args.log
    found, log = read(exposures, outcomes, design)
    facts = f"Data: {args.log[0].name} and {args.log[1].name}, {len(log.whose):,} rows of outcomes."
    return _tell(found, args.to or args.log[0].parent / "report", facts)


def _simulated(wanted: Any, args: argparse.Namespace) -> int:
    from memlab.commands.run import tell_failures
    from memlab.studies.ab import live, read

    with progress_bars() as progress:
        done = live(wanted, args.argv, progress)
    failed = tell_failures([one.run for one in done.lived])
    if not all(one.rows for one in done.lived):  # nobody of an arm has lived: there is nothing to compare
        return max(1, failed)
    found, log = read(*done.logs(), done.design)
    sources = ", ".join(dict.fromkeys(one.run.source for one in done.lived))
    facts = f"Data: simulated users ({sources}), seed {done.seed}; {len(log.whose):,} rows of outcomes."
    code = _tell(found, args.to or done.folder / "report", facts)
    print(f"logs:    {done.folder}")
    return max(code, failed)


def _tell(found: Any, folder: Path, facts: str) -> int:
    from memlab.identity import provenance
    from memlab.report.ab import page
    from memlab.report.ab_verdict import verdict
    from memlab.report.page import provenance_line, write_page

    for line in verdict(found):
        for part in textwrap.wrap(line, text_width(), subsequent_indent=" " * 9, break_long_words=False):
            print(part)
    title = f"memlab ab: {found.design.b} over {found.design.a}"
    print(f"report:  {write_page(page(found, title, provenance_line(provenance()), facts), folder)}")
    return 0
