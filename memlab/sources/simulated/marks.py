"""What happens right after a line: the telling of a life leaves a mark there, the stream of its events acts on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Erased:
    """All that was said of an attribute is erased."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Consent to keep a category is withdrawn."""

    category: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How an approach to a task went is known."""

    task: str
    approach: str
    success: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A version of an attribute was just named, so that a word that points back can ask for it."""

    attribute: str
    version: int


Mark = Erased | Withdrawn | Tried | Named
