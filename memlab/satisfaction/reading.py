"""Reads a log of exposures and outcomes, simulated or of a product, and refuses what would bend an estimate.

The schema is in docs/ab.md. Nothing is dropped and nothing mended: what is wrong is refused with the rows that are.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from memlab.satisfaction.columns import Columns, Mask, read_columns
from memlab.satisfaction.design import Design
from memlab.satisfaction.log import Exposures, Log, Places, Words

COVARIATE, SEGMENT = "covariate_", "segment_"
EXPOSED, LIVED = ("user", "arm", "at"), ("user", "session", "at")
ARM, BURN_IN = "arm", "burn_in"


def read_log(exposures: Path, outcomes: Path, design: Design) -> Log:
    """A checked log; its rows stay in the order of the files.

    Args:
        exposures: CSV or parquet with `user`, `arm` and `at`, the time of the first exposure; columns `covariate_…`
            hold numbers known before it, `segment_…` words.
        outcomes: CSV or parquet with `user`, `session`, `at`, and a column for each outcome; `burn_in` marks sessions
            before the exposure, `arm` says under which arm it was lived, which only paired logs need.
        design: Says which arms there are, whether each user lives under both, and what must be known of a session.

    Raises:
        LogError: A column is missing; a value is blank, NaN, no number, no time or a time without a zone; a user is
            exposed twice, in two arms, in an unknown arm, or has outcomes and no exposure; an outcome precedes the
            exposure and is not marked `burn_in`, or is marked and does not; a user's session is there twice, or out
            of order; what was not held was resolved.
        OSError: A file is not there.
    """
    shown, lived = read_columns(exposures), read_columns(outcomes)
    who = _exposures(shown, design.arms, design.paired)
    lived.need([*LIVED, design.primary, *([ARM] if design.paired else [])])
    whose = _whose(lived, who)
    session, at = lived.numbers("session", "number each user's sessions 0, 1, 2 …"), lived.times("at")
    lived.refuse(session != np.round(session), "session is no whole number", "number each user's sessions 0, 1, 2 …")
    marked = lived.numbers(BURN_IN, "write true or false") if BURN_IN in lived.raw else np.zeros(lived.rows)
    before = marked > 0
    _check_times(lived, at < who.at[whose], before)
    _check_order(lived, whose, session, at)
    names = [name for name in lived.raw if name not in (*LIVED, ARM, BURN_IN)]
    numbers = [name for name in names if name == design.primary or lived.holds_numbers(name)]
    measured = {name: lived.numbers(name, _if_blank(name, design)) for name in numbers}
    if {"held", "resolved"} <= measured.keys():
        odd = (measured["held"] == 0) & (measured["resolved"] > 0)
        lived.refuse(odd, "resolved is not 0 though the session was not held", "what is not held counts as unresolved")
    read = {*EXPOSED, *who.covariates, *who.segments}
    unused = [f"{shown.file}: {name}" for name in shown.raw if name not in read]
    unused += [f"{lived.file}: {name}" for name in names if name not in measured]
    return Log(
        exposures=who,
        whose=whose,
        session=session.astype(np.int64),
        at=at,
        before=before,
        outcomes=measured,
        unused=tuple(unused),
        paired=design.paired,
    )


def arms_in(exposures: Path) -> list[str]:
    """The arms that an exposure log names, in order of name.

    Raises:
        LogError: It has no such column, or a row does not say its arm.
    """
    shown = read_columns(exposures)
    shown.need(EXPOSED)
    return sorted(set(shown.words(ARM)))


def _exposures(shown: Columns, arms: Collection[str], paired: bool) -> Exposures:
    shown.need(EXPOSED)
    users, own, at = shown.words("user"), shown.words(ARM), shown.times("at")
    unknown = np.array([arm not in arms for arm in own])
    named = ", ".join(sorted(set(own[unknown]))[:3])
    shown.refuse(unknown, f"arm is none of {', '.join(arms)} but {named}", "name both arms with a=… b=…")
    shown.refuse(_again(users, own), "a user is exposed to the same arm again", "keep the first exposure alone")
    if not paired:
        two = "a user may be in one arm only, or the experiment is a paired one (paired=true)"
        shown.refuse(_again(users), "a user is in two arms", two)
    else:
        count = {user: 0 for user in users}
        for user in users:
            count[user] += 1
        alone = np.array([count[user] < len(arms) for user in users])
        shown.refuse(alone, "a user is not in every arm", "in a paired experiment each user lives under all arms")
    return Exposures(
        users=users,
        arms=own,
        at=at,
        covariates={name: shown.numbers(name) for name in shown.raw if name.startswith(COVARIATE)},
        segments={name: shown.words(name) for name in shown.raw if name.startswith(SEGMENT)},
    )


def _whose(lived: Columns, who: Exposures) -> Places:
    """Of each row of outcomes the place of its exposure."""
    users = lived.words("user")
    places = {(user, arm): place for place, (user, arm) in enumerate(zip(who.users, who.arms, strict=True))}
    alone = dict(zip(who.users, who.arms, strict=True))
    arms = lived.words(ARM) if ARM in lived.raw else np.array([alone.get(user, "") for user in users], dtype=object)
    lost = np.array([user not in alone for user in users])
    lived.refuse(lost, "a user has outcomes and no exposure", "add the exposure, or leave out who took no part")
    elsewhere = np.array([(user, arm) not in places for user, arm in zip(users, arms, strict=True)])
    lived.refuse(elsewhere, "the arm is another than the one that the user was exposed to", "both logs must agree")
    return np.array([places[user, arm] for user, arm in zip(users, arms, strict=True)], np.intp)


def _if_blank(name: str, design: Design) -> str | None:
    """What would be right where an outcome is blank; None where it may be, as all but the one that decides may."""
    if name != design.primary or design.of(name).per == "occurrence":
        return None
    return f"it must be known of every scheduled session, or be declared: outcomes.{name}.per=occurrence"


def _check_times(lived: Columns, early: Mask, before: Mask) -> None:
    marked = BURN_IN in lived.raw
    lived.refuse(
        early & ~before,
        "an outcome precedes the user's exposure",
        f"mark sessions of the burn-in in a column {BURN_IN}, or leave them out"
        if not marked
        else f"{BURN_IN} must be true for sessions before the exposure",
    )
    late = "what the arm may have moved is no pre-period; it must precede the exposure"
    lived.refuse(before & ~early, "a session is marked burn_in and does not precede the exposure", late)


def _check_order(lived: Columns, whose: Places, session: np.ndarray, at: np.ndarray) -> None:
    order = np.lexsort((session, whose))
    same = whose[order][1:] == whose[order][:-1]
    again, back = np.zeros(lived.rows, bool), np.zeros(lived.rows, bool)
    again[order[1:]] = same & (session[order][1:] == session[order][:-1])
    back[order[1:]] = same & (at[order][1:] < at[order][:-1])
    lived.refuse(again, "a user's session is there a second time", "one row for each user and scheduled session")
    lived.refuse(back, "a session is earlier than one of a lower number", "session numbers must rise with time")


def _again(*columns: Words) -> Mask:
    """Whether a row says what an earlier row has said in these columns."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for row in zip(*columns, strict=True):
        found.append(row in seen)
        seen.add(row)
    return np.array(found, bool)
