"""What became of each scheduled session of users who react: what several metrics count, found once per frames."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from memlab.events import UserId
from memlab.metrics.choice_accuracy import is_right
from memlab.metrics.frames import Asked, Felt, RunFrames
from memlab.text import contains, sole

SECONDS_PER_DAY = 86_400
Key = tuple[UserId, str | None]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One scheduled session after the warm-up, held or not.

    Attributes:
        at: When it was scheduled.
        resolved: Whether a reply in it was right, by the gold; not where the user found nothing to ask for.
        turns_to_resolution: How often the user asked until then; one more than they would have asked at most where it
            is unresolved, so that giving up early does not look quick.
        repeats: How often the user said or asked the same again; `corrections` how often they put a reply right,
            `objections` how often they complained.
        intrusions: Replies that brought up something sensitive without need.
        thumbs: The user's own verdict, -1, 0 or 1.
        return_gap_days: Days until the next session that the user held; until the last that was scheduled where none
            follows. None for a session that was not held, and for the last.
    """

    user: UserId
    session: int
    at: datetime
    held: bool
    resolved: bool
    turns_to_resolution: int
    repeats: int
    corrections: int
    objections: int
    intrusions: int
    thumbs: int
    return_gap_days: float | None


@lru_cache(maxsize=1)  # several metrics ask, one after the other, of the same frames
def sittings(run: RunFrames) -> Sequence[Sitting]:
    """Every scheduled session after the warm-up, user by user in order; none for users who do not react."""
    asked: dict[Key, Asked] = {(one.life.user, one.query): one for one in run.asked}
    by_user: dict[UserId, list[Felt]] = defaultdict(list)
    for felt in run.felt:
        by_user[felt.user].append(felt)
    found: list[Sitting] = []
    for rows in by_user.values():
        wholes = sorted((felt for felt in rows if felt.query is None), key=lambda felt: felt.session)
        replies = [felt for felt in rows if felt.query is not None]
        for whole in wholes:
            if whole.is_due:
                found.append(_sitting(whole, [r for r in replies if r.session == whole.session], wholes, asked))
    return found


def _sitting(whole: Felt, replies: Sequence[Felt], wholes: Sequence[Felt], asked: Mapping[Key, Asked]) -> Sitting:
    right = [reply.attempt for reply in replies if answered(asked[reply.user, reply.query])]
    did = [reply.reaction for reply in replies]
    return Sitting(
        user=whole.user,
        session=whole.session,
        at=whole.at,
        held=whole.held,
        resolved=bool(right),
        turns_to_resolution=min(right, default=whole.allowed + 1),
        repeats=did.count("repeat"),
        corrections=did.count("correction"),
        objections=did.count("objection"),
        intrusions=sum("intrusion" in reply.noticed for reply in replies),
        thumbs=whole.thumbs,
        return_gap_days=_gap(whole, wholes),
    )


def answered(asked: Asked) -> bool:
    """Whether a reply is right by the gold: its choice, or the one option that it names where it makes no choice."""
    if asked.choice is not None or asked.reply is None:
        return is_right(asked)
    named = sole(asked.reply, asked.gold.choices)
    return named is not None and any(contains(named, answer) for answer in asked.gold.answers)


def _gap(whole: Felt, wholes: Sequence[Felt]) -> float | None:
    later = [felt for felt in wholes if felt.session > whole.session]
    if not whole.held or not later:
        return None
    then = next((felt for felt in later if felt.held), later[-1])
    return (then.at - whole.at).total_seconds() / SECONDS_PER_DAY
