"""The leak linter: every law on one data set, told line by line like the conformance suite's."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from memlab.checks import CheckFailed, NotApplicable, Result, in_lines
from memlab.checks.suite import Status
from memlab.data.exact import EXACT_LAWS
from memlab.data.laws import LAWS, Law
from memlab.data.survey import Survey, surveys
from memlab.sources import MissingData


def check_data(data: Survey) -> Iterator[Result]:
    """What came of each law, in order; a law that the card exempts is told with its reason."""
    for law in (*LAWS, *(EXACT_LAWS if data.card.exact else ())):
        began = time.perf_counter()
        status, message = _kept(law, data)
        yield Result(law.__name__, status, message, time.perf_counter() - began)


def _kept(law: Law, data: Survey) -> tuple[Status, str]:
    reason = data.card.exempt.get(law.__name__)
    if reason is not None:
        return "not_applicable", f"exempt: {reason}"
    try:
        return "passed", law(data)
    except NotApplicable as error:
        return "not_applicable", f"not applicable: {error}"
    except CheckFailed as error:
        return "failed", f"{error}. The law: {(law.__doc__ or '').splitlines()[0]}"


def check_all(wanted: Sequence[str], path: Path | None = None) -> Iterator[tuple[list[str], bool]]:
    """Lines to show, and whether they tell of a failure: each data set's laws one by one, then how many it keeps.

    Args:
        wanted: Names; none for all that have a card, where those not at hand are told and pass.
        path: Read instead of the data folder's; needs exactly one name.

    Raises:
        SourceError: What was asked for by name is unknown or cannot be read.
    """
    for name, found in surveys(wanted, path):
        if not isinstance(found, Survey):
            missing = isinstance(found, MissingData)
            yield [f"{name}: not at hand" if missing else f"{name}: {found}", ""], not missing
            continue
        yield [f"{name}, {len(found.lives):,} lives, {len(found.asked):,} questions"], False
        counts: Counter[str] = Counter()
        for result in check_data(found):
            counts[result.status] += 1
            yield in_lines(result), result.status == "failed"
        yield [f"{name}: " + ", ".join(f"{n} {s.replace('_', ' ')}" for s, n in counts.items()), ""], False
