"""All checks in order, and the one loop that runs them: a check that fails or raises is told, the suite goes on."""

import textwrap
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from memlab.checks.asking import (
    asking_changes_nothing,
    events_it_does_not_need_pass,
    nothing_is_recalled_before_the_first_turn,
    odd_texts_survive,
    scores_fall,
    the_limit_is_kept,
)
from memlab.checks.erasing import erased_turns_count_as_never_said
from memlab.checks.forgetting import erased_text_is_gone, forgotten_memories_do_not_come_back
from memlab.checks.lasting import (
    nothing_acknowledged_is_lost,
    reopened_it_recalls_the_same,
    users_in_one_file_stay_apart,
)
from memlab.checks.living import (
    cutting_a_life_leaves_earlier_traces,
    other_users_change_nothing,
    removing_a_probe_changes_no_other_trace,
    the_oracle_reaches_what_is_attainable,
    the_same_seed_gives_the_same_traces,
)
from memlab.checks.sources import (
    a_turn_said_again_is_held_once,
    erasing_a_source_changes_the_memory,
    sources_were_observed,
    texts_come_from_their_sources,
    what_is_recalled_is_listed,
)
from memlab.checks.subject import CheckFailed, NotApplicable, Subject

Check = Callable[[Subject], str | None]
Status = Literal["passed", "failed", "not_applicable"]

CHECKS: tuple[Check, ...] = (
    nothing_is_recalled_before_the_first_turn,
    asking_changes_nothing,
    the_limit_is_kept,
    scores_fall,
    odd_texts_survive,
    events_it_does_not_need_pass,
    sources_were_observed,
    what_is_recalled_is_listed,
    texts_come_from_their_sources,
    erasing_a_source_changes_the_memory,
    a_turn_said_again_is_held_once,
    erased_turns_count_as_never_said,
    erased_text_is_gone,
    forgotten_memories_do_not_come_back,
    the_same_seed_gives_the_same_traces,
    cutting_a_life_leaves_earlier_traces,
    removing_a_probe_changes_no_other_trace,
    other_users_change_nothing,
    the_oracle_reaches_what_is_attainable,
    reopened_it_recalls_the_same,
    users_in_one_file_stay_apart,
    nothing_acknowledged_is_lost,
)
EXEMPT: dict[tuple[str, str], str] = {}  # (strategy, check): the reason, a full sentence


@dataclass(frozen=True)
class Result:
    """What came of one check.

    Attributes:
        name: The check's.
        message: What was seen, the law and what to change; or why the check does not apply; or what was done.
        seconds: What it took, measured.
    """

    name: str
    status: Status
    message: str
    seconds: float


def check(
    subject: Subject, checks: Sequence[Check] = CHECKS, told: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """Runs the checks on one strategy, in order; what one raises is a failure with its text and place.

    The whole suite takes seconds, and up to two minutes for a strategy that writes slowly; it leaves no file. One
    subject is best checked once per process: what a strategy wrongly kept in a class is still there the second time.

    Args:
        told: Called with each result as it comes.
    """
    results = []
    for one in checks:
        results.append(_result(subject, one))
        told(results[-1])
    return results


def _result(subject: Subject, one: Check) -> Result:
    name, began = one.__name__, time.perf_counter()
    status: Status = "passed"
    reason = EXEMPT.get((subject.name, name))
    try:
        if reason is not None:
            raise NotApplicable(f"exempt: {reason}")
        message = one(subject) or ""
    except NotApplicable as error:
        status, message = "not_applicable", f"not applicable: {error}"
    except CheckFailed as error:
        status, message = "failed", f"{error}. The law: {_law(one)}"
    except Exception as error:  # noqa: BLE001 (a strategy may raise anything; the suite goes on and says so)
        status, message = "failed", f"{_raised(error)}. The law: {_law(one)}"
    return Result(name, status, message, time.perf_counter() - began)


def _law(one: Check) -> str:
    return (one.__doc__ or one.__name__).strip().splitlines()[0]


def _raised(error: Exception) -> str:
    """What was raised and where."""
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1]
    return f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno}, in {where.name})"


def in_lines(result: Result, width: int = 80) -> list[str]:
    """A result for a terminal: one line; below a failure, indented, what it says.

    >>> in_lines(Result("scores_fall", "passed", "", 0.25))[0]
    'passed  scores_fall                                                        0.2 s'
    """
    label = {"passed": "passed", "failed": "FAILED", "not_applicable": "n/a"}[result.status]
    room = width - 16
    lines = [f"{label:<7} {result.name:<{room}} {result.seconds:>5.1f} s"]
    return lines + textwrap.wrap(result.message, width - 8, initial_indent=" " * 8, subsequent_indent=" " * 8)
