"""What an A/B experiment is before it is run, and how it will be read: fixed beforehand, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from memlab.satisfaction.assignment import Assignment, is_number

Per = Literal["session", "occurrence"]


@dataclass(frozen=True, slots=True)
class Proxy:
    """Something that is measured of sessions.

    Attributes:
        per: `session`: known of each scheduled session, so a user's mean is over these; `occurrence`: blank where it
            did not occur, as turns to a resolution that was not reached, so it is read as a ratio of users' totals.
        higher_is_better: None where neither is.
        least: What a value can be at least, `most` at most; None for no bound.

    Raises:
        ValueError: It is per something else, or a bound is no number.
    """

    name: str
    per: Per = "session"
    higher_is_better: bool | None = None
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        for bound in ("least", "most"):
            value = getattr(self, bound)
            if value is not None and not is_number(value):
                raise ValueError(f"outcome {self.name}: {bound} is {value!r}; it must be a number")
        if self.per not in ("session", "occurrence"):
            raise ValueError(f"outcome {self.name} is per {self.per!r}; it must be per session or per occurrence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The arms, who comes into which, and what decides.

    Args:
        paired: Whether each user lives under both arms; then there is no third.
        primary: The outcome that decides; all others are exploratory.
        outcomes: What is known beforehand of outcomes; a log may have others.
        looks: At most so many, at least 1.
        confidence: Of intervals, between 0 and 1.
        mismatch: Below this p a split, or a loss of users, is an alarm.

    Raises:
        ValueError: A number is out of its range.
    """

    assignment: Assignment
    paired: bool
    primary: str
    outcomes: Mapping[str, Proxy]
    looks: int
    confidence: float
    mismatch: float

    def __post_init__(self) -> None:
        if not isinstance(self.paired, bool):
            raise ValueError(f"paired is {self.paired!r}; it must be true or false")
        if not is_number(self.looks, int) or self.looks < 1:
            raise ValueError(f"looks is {self.looks!r}; it must be a whole number of at least 1")
        for name in ("confidence", "mismatch"):
            value = getattr(self, name)
            if not is_number(value) or not 0 < value < 1:
                raise ValueError(f"{name} is {value!r}; it must be over 0 and under 1")

    @property
    def a(self) -> str:
        return self.assignment.a

    @property
    def b(self) -> str:
        return self.assignment.b

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms that there are."""
        return (self.a, self.b) if self.paired else tuple(self.assignment.shares)

    def of(self, name: str, blank: bool = False) -> Proxy:
        """What is known of an outcome; one that is blank somewhere is per occurrence whatever was declared."""
        known = self.outcomes.get(name) or Proxy(name)
        return replace(known, per="occurrence") if blank else known


def design_of(node: Mapping[str, Any], a: str, b: str) -> Design:
    """The design that a yaml of `configs/ab` describes, for two arms.

    Raises:
        ValueError: A number is out of its range, or the arms have one name.
    """
    assignment = Assignment(a=a, b=b, salt=str(node["salt"]), split=node["split"], holdout=node["holdout"])
    return Design(
        assignment=assignment,
        paired=node["paired"],
        primary=node["primary"],
        outcomes={name: _proxy(name, known) for name, known in node["outcomes"].items()},
        looks=node["looks"],
        confidence=node["confidence"],
        mismatch=node["mismatch"],
    )


def _proxy(name: str, known: Any) -> Proxy:
    keys = [field.name for field in fields(Proxy) if field.name != "name"]
    if not isinstance(known, Mapping) or known.keys() - set(keys):
        raise ValueError(f"outcomes.{name} is {known!r}; it may say {', '.join(keys)}, and nothing else")
    return Proxy(name, **known)
