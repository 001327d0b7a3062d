"""`memlab health`: a run's memories over the life, and which alarms rose when."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from memlab.terminal import print_table

ROWS = 20
COLUMNS = ("session", "total", "added 7d", "read 7d", "stale share", "archived", "churn", "kB", "recall ms")


def add(commands: Any) -> None:
    """Adds `health` to the commands."""
    health = commands.add_parser("health", help="a run's memories over the life, and which alarms rose when")
    health.add_argument("run", type=Path, metavar="RUN", help="a run's folder")
    health.add_argument("--user", metavar="U", help="this user alone; default: the mean over users")
    health.set_defaults(call=_health)


def _health(args: argparse.Namespace) -> int:
    from memlab.build import make
    from memlab.config import nearest
    from memlab.health import alarms, days
    from memlab.report.show import one_run
    from memlab.results import ResultError

    result = one_run(args.run)
    lives = days(result)
    if args.user is not None and args.user not in lives:
        raise ResultError(f"{args.run} has no user {args.user!r}; {nearest(args.user, lives)}")
    chosen = {args.user: lives[args.user]} if args.user is not None else lives
    whom = args.user or f"{len(lives)} user{'s' if len(lives) > 1 else ''}, means"
    rows = list(_rows(chosen))
    print_table(f"{result.strategy} on {result.source}: {whom}", COLUMNS, _some(rows))
    print("7d: in the last 7 days of event time. stale: of what is held as current.")
    thresholds = make("health/alarms")
    risen = [alarms(own, thresholds) for own in chosen.values()]
    for name in dict.fromkeys(name for first in risen for name in first):
        sessions = sorted(first[name] for first in risen if name in first)
        when = f"first in session {sessions[0]}"
        when += (
            "" if args.user is not None else f" (median {median(sessions):g}), {len(sessions)} of {len(risen)} users"
        )
        print(f"alarm: {name}: {when}")
    if not any(risen):
        print("no alarm rose")
    return 0


def _rows(lives: Mapping[str, Sequence[Any]]) -> Any:
    """One row a session, each figure the mean over the users of whom it is known."""
    from memlab.report.health import by_session

    names = ("total", "added", "accessed", "stale_share", "archived", "churn", "active_bytes", "recall_ms")
    curves = [by_session(lives, name) for name in names]
    for session in curves[0]:
        found = [curve[session].mean if session in curve else None for curve in curves]
        shares = (_number(found[3], ".3f"), _number(found[4], ",.0f"), _number(found[5], ".3f"))
        size = None if found[6] is None else found[6] / 1000
        yield (
            *(str(session), *(_number(value, ",.0f") for value in found[:3]), *shares),
            *(_number(size, ",.1f"), _number(found[7], ",.2f")),
        )


def _some(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows, or as many as fit a screen at even distance, the first and the last among them."""
    if len(rows) <= ROWS:
        return rows
    return [rows[round(place * (len(rows) - 1) / (ROWS - 1))] for place in range(ROWS)]


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else f"{value:{form}}"
