"""The language bank: what simulated users and their assistant can say, read from the yaml files beside this one."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

import yaml

from memlab.seeds import Draw

FOLDER = Path(__file__).parent / "language"
Patterns = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something that can be true of a user, with the sentences that state it and that ask for it.

    `process` is how it behaves in time: `static`, `drifting` (changes some times a year), `event` (happens once, on a
    date) or `ephemeral` (true for the moment). `sensitivity` is a category of consent, or `none`.
    """

    name: str
    process: Literal["static", "drifting", "event", "ephemeral"]
    sensitivity: str
    values: Patterns
    say: Patterns
    echo: Patterns
    changes_per_year: float = 0.0
    change: Patterns = ()
    ask_current: Patterns = ()
    ask_past: Patterns = ()
    ask_preference: Patterns = ()
    ask_when: Patterns = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Something that can be true of a person whom the user knows."""

    name: str
    values: Patterns
    say: Patterns
    echo: Patterns
    ask: Patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A person in the user's life: introduced once by name, spoken of by name, asked for by relation."""

    name: str
    names: Patterns
    introduce: Patterns
    echo: Patterns
    about: tuple[About, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All language data; `digest` is the hash of the files."""

    attributes: tuple[Attribute, ...]
    relations: tuple[Relation, ...]
    words: dict[str, Patterns]
    openings: Patterns
    greetings: Patterns
    closings: Patterns
    farewells: Patterns
    frames: Patterns
    acks: Patterns
    exchanges: tuple[Patterns, ...]
    digest: str = field(default="")

    def patterns(self) -> int:
        """How many surface patterns state or ask for facts."""
        parts = [part for attribute in self.attributes for part in _sentences(attribute)]
        parts += [part for relation in self.relations for part in _sentences(relation)]
        parts += [part for relation in self.relations for about in relation.about for part in _sentences(about)]
        return sum(map(len, parts))


@cache
def load_bank() -> Bank:
    """Reads the bank once per process.

    Raises:
        TypeError: A file names a field that does not exist, or lacks one.
    """
    files = sorted(FOLDER.glob("*.yaml"))
    facts, chatter = (yaml.safe_load((FOLDER / name).read_text()) for name in ("attributes.yaml", "chatter.yaml"))
    relations = [
        Relation(**_tuples(entry) | {"about": tuple(About(**_tuples(about)) for about in entry["about"])})
        for entry in facts["relations"]
    ]
    return Bank(
        attributes=tuple(Attribute(**_tuples(entry)) for entry in facts["attributes"]),
        relations=tuple(relations),
        words={name: tuple(values) for name, values in chatter.pop("words").items()},
        exchanges=tuple(tuple(turns) for turns in chatter.pop("exchanges")),
        digest=sha256(b"".join(file.read_bytes() for file in files)).hexdigest(),
        **_tuples(chatter),
    )


def filled(pattern: str, words: dict[str, Patterns], draw: Draw) -> str:
    """A chatter pattern with its slots drawn; a slot that occurs twice gets one word."""
    drawn = {name: draw.choice(values) for name, values in sorted(words.items()) if "{" + name + "}" in pattern}
    return pattern.format(**drawn)


def _tuples(entry: dict) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


def _sentences(entry: Attribute | Relation | About) -> list[Patterns]:
    names = ("say", "change", "echo", "introduce", "ask", "ask_current", "ask_past", "ask_preference", "ask_when")
    return [getattr(entry, name) for name in names if name in entry.__dataclass_fields__]
