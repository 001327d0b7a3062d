"""The command line: it parses, calls and prints; nothing is decided here."""

import argparse
import os
import sys
from collections.abc import Sequence

from memlab.commands import ab, chat, check, data, explain, fit, health, memory, plan, results, run, trec, use

EXAMPLES = """examples:
  memlab run experiment=leaderboard              every strategy on every source at hand
  memlab run experiment=leaderboard limits=smoke the same, in seconds
  memlab run strategy=hybrid source=locomo       one run
  memlab run -m strategy=bm25,rag seed=0,1       a grid of runs
  memlab compare runs/leaderboard --baseline bm25
  memlab plan --effect .03                       users and seeds that a study needs
  memlab show runs/single/RUN                    its missed questions; with QUERY, one of them explained
  memlab ab a=none b=hybrid users=100            are users better served? an A/B experiment
  memlab check strategy=hybrid                   does it keep every law?
  memlab chat strategy=hybrid store.path=me.db   an assistant that remembers
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0 if all went well, 1 if some run did not, 2 for wrong input."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    if rest and (not hasattr(args, "overrides") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if hasattr(args, "overrides"):
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
    for group in (run, results, plan, ab, use, health, check, chat, explain, fit, memory, trec, data):
        group.add(commands)
    return parser


def _is_input_error(error: Exception) -> bool:
    import sqlite3

    from yaml import YAMLError

    from memlab.config import ConfigError
    from memlab.control import ControlError
    from memlab.life import LifeError
    from memlab.results import ResultError
    from memlab.satisfaction.columns import LogError
    from memlab.sources import SourceError

    ours = (ConfigError, ControlError, SourceError, ResultError, LifeError, LogError)
    return isinstance(error, (*ours, OSError, sqlite3.Error, YAMLError))


if __name__ == "__main__":
    sys.exit(main())
