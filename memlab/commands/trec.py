"""`memlab export` and `import`: rankings in the formats of TREC."""

import argparse
import json
from pathlib import Path
from typing import Any

from memlab.terminal import progress_bars


def add(commands: Any) -> None:
    """Adds `export` and `import` to the commands."""
    export = commands.add_parser("export", help="a run's rankings and judgements as TREC run and qrels files")
    export.add_argument("--trec", type=Path, required=True, metavar="RUN", help="a run's folder")
    export.add_argument("--to", type=Path, required=True, metavar="DIR", help="where the files go")
    export.set_defaults(call=_export)

    foreign = commands.add_parser("import", help="scores a ranking made elsewhere, a TREC run file, on a source")
    foreign.add_argument("--trec", type=Path, required=True, metavar="FILE", help="named as export names things")
    foreign.add_argument("--source", required=True, metavar="NAME", help="the source that it ranks")
    foreign.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder of runs that it joins")
    foreign.add_argument("overrides", nargs="*", metavar="key=value", help="as in the runs that it is to stand beside")
    foreign.set_defaults(call=_import)


def _export(args: argparse.Namespace) -> int:
    from memlab.report.show import one_run
    from memlab.trec import export

    print(json.dumps(export(one_run(args.trec), args.to), indent=1))
    return 0


def _import(args: argparse.Namespace) -> int:
    from memlab.commands.run import show_leaderboards, tell_failures
    from memlab.results import load
    from memlab.trec import import_run

    with progress_bars() as progress:
        run, counts = import_run(args.trec, args.source, args.overrides, args.to, args.argv, progress)
    show_leaderboards([result for result in load([run.folder]) if result.summary])
    print("\n".join(f"{name}: {count}" for name, count in counts.items()) + f"\nrun:     {run.folder}")
    return tell_failures([run])
