"""`memlab check`: the conformance suite on one strategy, or one law of it asked many times over."""

import argparse
from collections import Counter
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any

LEFT_OUT = {
    "process": "is a program of one's own",
    "graph_bolt": "needs a server; its tests start one and hold it to the same law",
    "worker": "works while it is asked, so that what it recalls depends on the machine",
}
PAGE = """# Erasure

What is erased counts as never said. Small simulated lives are lived in which something is erased again and again; after
each erasure and at the end, every question of the life and every turn that was said, erased or kept, as a question, is
asked, and the answer is held against that of a twin that never heard the erased turns. A gap of 0 says that none
differed. Here are all strategies and, around `rag`, all layers that need neither a model nor a server, over the hashing
encoder. `memlab check --probes {n} --to {to}` made this page, `make erasure` makes it anew.

| strategy | erasure_gap | seconds |
|---|---:|---:|
{rows}

Left out: {left_out}.{missing}
"""


def add(commands: Any) -> None:
    """Adds `check` to the commands."""
    check = commands.add_parser("check", help="the conformance suite on one strategy: what it owes, law by law")
    check.add_argument("overrides", nargs="*", metavar="strategy=NAME|key=value")
    check.add_argument("--probes", type=int, metavar="N", help="only the law of erasure, with N later recalls or more")
    check.add_argument("--to", type=Path, metavar="FILE", help="with --probes: of every strategy and layer, as a page")
    check.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    check.set_defaults(call=_check)


def _check(args: argparse.Namespace) -> int:
    from memlab.checks import check, in_lines, subject
    from memlab.config import ConfigError

    if args.to is not None and (args.probes is None or args.overrides or args.config_dir):
        raise ConfigError("--to writes a page of every strategy: give it --probes, and name no strategy and no folder")
    if args.probes is not None and args.probes < 1:
        raise ConfigError(f"--probes is {args.probes}; it must be at least 1 recall")
    if args.to is not None:
        return _write_page(args)
    chosen = subject(args.overrides, args.config_dir)
    if args.probes is not None:
        result = _probed(chosen, args.probes)
        print("\n".join(in_lines(result)) if result.status == "failed" else result.message)
        return 1 if result.status == "failed" else 0
    results = check(chosen, told=lambda result: print("\n".join(in_lines(result)), flush=True))
    counts = Counter(result.status for result in results)
    print(f"{chosen.name}: " + ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in counts.items()))
    return 1 if counts["failed"] else 0


def _probed(chosen: Any, n_probes: int) -> Any:
    """What came of the law of erasure, asked so many times."""
    from memlab.checks import check
    from memlab.checks.erasing import erased_turns_count_as_never_said_whatever_is_asked as law

    (result,) = check(chosen, [update_wrapper(partial(law, n_probes=n_probes), law)])
    return result


def _write_page(args: argparse.Namespace) -> int:
    """Writes one row a strategy, each as it comes; rows that the page has are kept: the same command resumes."""
    from memlab.checks import subject
    from memlab.config import options

    strategies = [[f"strategy={name}"] for name in options("strategy") if name not in LEFT_OUT]
    layers = [["strategy=rag", f"layer={name}"] for name in options("layer") if name not in LEFT_OUT]
    rows = _rows(args.to)
    args.to.parent.mkdir(parents=True, exist_ok=True)
    order = {" in ".join(f"`{word.partition('=')[2]}`" for word in line): line for line in strategies + layers}
    for name, line in order.items():
        if name not in rows:
            result = _probed(subject(line), args.probes)
            rows[name] = f"| {name} | {result.message.removeprefix('erasure_gap ')} | {result.seconds:.0f} |"
            print(rows[name], flush=True)
            table = "\n".join(rows[name] for name in order if name in rows)
            left_out = ", ".join(f"`{name}` {reason}" for name, reason in LEFT_OUT.items())
            still = ", ".join(name for name in order if name not in rows)
            missing = f" Not asked yet, the same command goes on with them: {still}." if still else ""
            page = PAGE.format(n=args.probes, to=args.to, rows=table, left_out=left_out, missing=missing)
            args.to.write_text(page)
    return 0 if all(" | 0 of " in row for row in rows.values()) else 1


def _rows(page: Path) -> dict[str, str]:
    """The rows of a page by name; none where there is no page."""
    lines = page.read_text().splitlines() if page.exists() else ()
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| `")}
