"""How a simulated user takes things, as numbers: nearly all of them assumptions, each set once in the source's yaml."""

from dataclasses import dataclass, fields

SHARES = (
    *("start", "recovers", "right", "leaves", "leaves_unhappy", "impatient", "corrects", "objects", "thanks"),
    *("likes_short", "rates", "returns", "returns_unhappy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The numbers of the step function; `configs/source/reacting.yaml` says where each comes from.

    Mood runs from 0 to 1. What is noticed in a reply costs `right * bad_over_good` times the sum of what it weighs.

    Attributes:
        start: Mood at the beginning; between sessions it comes back to it by the share `recovers` of the distance.
        right: What a right answer adds to the mood.
        bad_over_good: How much more a bad reply weighs than a good one.
        mistaken: What a wrong answer weighs, beside 1; likewise `stale` what held once, `foreign` what is somebody
            else's, `asked_again` being asked for what was said, `silent` no reply, `preference` a preference that was
            forgotten, `intrusion` something sensitive without need, `slow` and `long` replies.
        slow_seconds: From how many declared seconds on a reply is slow.
        likes_short: Share of the users to whom more than `short_words` words are long; to others, `long_words`.
        leaves: Chance to give up after a reply that does not help, in the best mood; `leaves_unhappy` in the worst.
        impatient: Share of the users who give up `impatience` times as readily.
        corrects: Chance that a wrong answer is put right, not only objected to.
        objects: Chance that what annoys is also said.
        thanks: Chance that a right answer is thanked for.
        rates: Chance that a session is given a thumb.
        returns: Chance that a scheduled session is held, in the best mood; `returns_unhappy` in the worst.
    """

    start: float
    recovers: float
    right: float
    bad_over_good: float
    mistaken: float
    stale: float
    foreign: float
    asked_again: float
    silent: float
    preference: float
    intrusion: float
    slow: float
    long: float
    slow_seconds: float
    likes_short: float
    short_words: float
    long_words: float
    leaves: float
    leaves_unhappy: float
    impatient: float
    impatience: float
    corrects: float
    objects: float
    thanks: float
    rates: float
    returns: float
    returns_unhappy: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = getattr(self, field.name), 1 if field.name in SHARES else None
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or value < 0 or (most is not None and value > most):
                wanted = "between 0 and 1" if most else "of at least 0"
                raise ValueError(f"user.{field.name} is {value!r}; it must be a number {wanted}")
