"""`memlab plan`: how many users and seeds a study needs."""

import argparse
from pathlib import Path
from typing import Any

from memlab.terminal import print_table

SEEDS = (1, 2, 4, 8)


def add(commands: Any) -> None:
    """Adds `plan` to the commands."""
    plan = commands.add_parser("plan", help="how many users and seeds a study needs for a difference to be found")
    plan.add_argument("--effect", type=_positive, required=True, metavar="X", help="the true difference, such as .03")
    plan.add_argument("--metric", metavar="NAME", help="default: the headline")
    plan.add_argument(
        "--runs", nargs="+", type=Path, metavar="RUNS", help="runs whose spread counts; else declared ones"
    )
    plan.add_argument("--baseline", default="bm25", metavar="NAME", help="of the runs; default: bm25")
    plan.add_argument(
        "--power", type=_share, default=0.8, metavar="P", help="share of studies that find it; default: .8"
    )
    plan.set_defaults(call=_plan)


def _plan(args: argparse.Namespace) -> int:
    from memlab.report.planning import from_runs, typical
    from memlab.results import HEADLINE, load

    metric = args.metric or HEADLINE
    found = list(from_runs(load(args.runs), args.baseline, metric)) if args.runs else typical(metric)
    about = (
        f"{metric}: users in all, for a true difference of {args.effect:g} to be found in {args.power:.0%} of studies"
    )
    columns = ("pair", "sd users", "sd seeds", *(f"{n} seed{'s' if n > 1 else ''}" for n in SEEDS))
    print_table(about, columns, (_row(one, args.effect, args.power) for one in found))
    for line in _words(found):
        print(line)
    return 0 if found else 1


def _row(one: Any, effect: float, power: float) -> tuple[str, ...]:
    from memlab.stats.planning import need

    spread = {"user_sd": one.user_sd, "seed_sd": one.seed_sd or 0.0, "longer": one.longer, "measured": one.users}
    needs = [need(effect, seeds=seeds, power=power, **spread) for seeds in SEEDS]
    if one.seed_sd is None:
        needs = needs[:1]
    cells = [_users(found) for found in needs] + ["–"] * (len(SEEDS) - len(needs))
    return (one.name, f"{one.user_sd:.3f}", "–" if one.seed_sd is None else f"{one.seed_sd:.3f}", *cells)


def _users(found: Any) -> str:
    if found.users is None:
        return "never"
    return f"{found.users:,}" if found.seeds == 1 else f"{found.seeds} × {found.each:,}"


def _words(found: Any) -> list[str]:
    """What the table rests on, and what it cannot say."""
    by, what = ("question", "questions") if all(one.by == "question" for one in found) else ("user", "sessions")
    lines = [
        f"Paired by {by}, two-sided at 5 %; users like those it is from, with as many",
        f"{what}. sd: standard deviation of the difference over users, and over seeds",
        "(– where it is not known). One seed: the study is of users of that seed alone;",
        "2 × 40: two seeds of 40 users each.",
    ]
    few = sorted({one.users for one in found if one.users < 20})
    if few:
        lines += [f"From {few[0]} users the answer is rough: it may be off by half."]
    for one in found:
        if one.parts is not None:
            told = ", ".join(f"{part} {variance**0.5:.3f}" for part, variance in one.parts.told.items())
            lines += [f"{one.name}: {told}"]
            lines += [f"  cannot tell of: {', '.join(one.parts.untold)} (vary them)"] if one.parts.untold else []
    return lines if found else ["No two runs can be set against each other: there is nothing to plan from."]


def _positive(text: str) -> float:
    return _number(text, 0, float("inf"), "a number above 0")


def _share(text: str) -> float:
    return _number(text, 0.05, 1, "a number between .05 and 1")


def _number(text: str, least: float, most: float, wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = least
    if not least < value < most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
    return value
