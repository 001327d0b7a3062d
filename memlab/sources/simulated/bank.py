"""The language bank: what simulated users and their assistant can say, read from the yaml files beside this one.

Every fragment belongs to one of two parts by the hash of its text, `open` and `sealed`, so that what is written with
sight of one part can be judged on the other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from memlab.paths import read_yaml
from memlab.sources import SourceError
from memlab.sources.simulated.patterns import (
    About,
    Assistant,
    Attribute,
    Clause,
    Ending,
    EpisodeKind,
    Homonym,
    Patterns,
    Register,
    Relation,
    Routine,
    Sense,
    Subject,
    TaskKind,
)

FOLDER = Path(__file__).parent / "language"
GENERIC = ("modes", "questions")  # files that are one part of the bank; the others name their parts
Part = Literal["open", "sealed", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All language data, or one part of it; `digest` is the hash of all files.

    Attributes:
        modes: Ways of telling, by name; their slots are an attribute's clauses.
        questions: Ways of asking for any attribute, by kind.
        talk: What is said beside the point, by domain; `any` goes with everything.
        words: What fills the slots of an exchange.
    """

    attributes: tuple[Attribute, ...]
    relations: tuple[Relation, ...]
    homonyms: tuple[Homonym, ...]
    routines: tuple[Routine, ...]
    tasks: tuple[TaskKind, ...]
    episodes: tuple[EpisodeKind, ...]
    registers: Mapping[str, Register]
    assistant: Assistant
    modes: Mapping[str, Patterns]
    questions: Mapping[str, Patterns]
    talk: Mapping[str, Subject]
    words: Mapping[str, Patterns]
    exchanges: tuple[Patterns, ...]
    digest: str


@cache
def load_bank(part: Part = "both") -> Bank:
    """Reads the bank once per process.

    Raises:
        SourceError: There is no such part, or a file names a field that does not exist, or lacks one.
    """
    if part not in get_args(Part):
        raise SourceError(f"source simulated: bank is {part!r}; it must be one of {', '.join(get_args(Part))}")
    return _whole() if part == "both" else _only(_whole(), part)


@cache
def small_words() -> frozenset[str]:
    """Every word that some fragment writes with a small first letter inside a sentence: none of them is a name."""
    found = {word for text in fragments(_whole()) for word in re.findall(r"(?<=[a-z,] )[a-z']+", text)}
    return frozenset(found)


def in_part(fragment: str, part: Part) -> bool:
    """Whether a fragment belongs to a part of the bank, by the hash of its text."""
    return part == "both" or (sha256(fragment.encode()).digest()[0] % 2 == 0) == (part == "open")


def fragments(node: Any) -> Iterator[str]:
    """Every fragment of a bank or of something in it, in order; values and names are none."""
    if is_dataclass(node):
        for field in fields(node):
            if field.name not in NOT_FRAGMENTS:
                yield from fragments(getattr(node, field.name))
    elif isinstance(node, Mapping):
        for part in node.values():
            yield from fragments(part)
    elif isinstance(node, tuple):
        for part in node:
            yield from [part] if isinstance(part, str) else fragments(part)


NOT_FRAGMENTS = {"values", "names", "approaches", "clause", "words", "exchanges", "digest", "like", "near"}


def _only(node: Any, part: Part) -> Any:
    """The same with each list of fragments cut to a part, values and names left whole."""
    changed: dict[str, Any] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if field.name == "exchanges":
            changed[field.name] = tuple(turns for turns in value if in_part(turns[0], part))
        elif field.name in NOT_FRAGMENTS:
            continue
        elif isinstance(value, tuple) and value and isinstance(value[0], str):
            changed[field.name] = _half(value, part)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(_only(inner, part) for inner in value)
        elif isinstance(value, Mapping):
            changed[field.name] = {
                name: _half(inner, part) if isinstance(inner, tuple) else _only(inner, part)
                for name, inner in value.items()
            }
        elif is_dataclass(value):
            changed[field.name] = _only(value, part)
    return replace(node, **changed)


def _half(patterns: Patterns, part: Part) -> Patterns:
    """Those of a part; of a list that falls to one part whole, the entries in turn, the same for both parts."""
    own = tuple(pattern for pattern in patterns if in_part(pattern, part))
    if own and len(own) < len(patterns):
        return own
    return patterns[0 if part == "open" else 1 :: 2] or patterns


@cache
def _whole() -> Bank:
    files = sorted(FOLDER.glob("*.yaml"))
    read: dict[str, Any] = {}
    for file in files:
        content = read_yaml(file)
        for name, value in {file.stem: content}.items() if file.stem in GENERIC else content.items():
            read[name] = _joined(read.get(name), value)
    kinds = {"attributes": Attribute, "relations": Relation, "homonyms": Homonym, "routines": Routine}
    kinds |= {"tasks": TaskKind, "episodes": EpisodeKind}
    try:
        return Bank(
            **{name: tuple(_built(kind, entry) for entry in read[name]) for name, kind in kinds.items()},
            registers={name: _built(Register, entry) for name, entry in sorted(read["registers"].items())},
            assistant=_built(Assistant, read["assistant"]),
            modes={name: tuple(read["modes"][name]) for name in sorted(read["modes"])},
            questions={name: tuple(read["questions"][name]) for name in sorted(read["questions"])},
            talk={name: _built(Subject, entry) for name, entry in sorted(read["talk"].items())},
            words={name: tuple(values) for name, values in sorted(read["words"].items())},
            exchanges=tuple(tuple(turns) for turns in read["exchanges"]),
            digest=sha256(b"".join(file.read_bytes() for file in files)).hexdigest(),
        )
    except (TypeError, KeyError) as error:
        raise SourceError(f"source simulated: the language bank in {FOLDER} is damaged: {error}") from error


def _joined(known: Any, more: Any) -> Any:
    """What two files hold under one name."""
    if isinstance(known, list):
        return [*known, *more]
    return known | more if isinstance(known, dict) else more


INNER = {"about": About, "senses": Sense, "outcomes": Ending}


def _built(kind: type, entry: dict[str, Any]) -> Any:
    values = {name: _inner(name, value) for name, value in entry.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise TypeError(f"{kind.__name__} {entry.get('name') or entry.get('word')}: {error}") from error


def _inner(name: str, value: Any) -> Any:
    if name == "clause" and isinstance(value, dict):
        return Clause(**{"if_i" if key == "if" else key: text for key, text in value.items()})
    if name in INNER:
        return tuple(_built(INNER[name], inner) for inner in value)
    return tuple(value) if isinstance(value, list) else value
