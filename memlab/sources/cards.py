"""Cards describe data sets: licence, citation, checksums of known files and what must be counted in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memlab.paths import datasets_folder, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One published file, or several that are read as one: their checksum and the counts that reading must give.

    Attributes:
        bytes: How large it is, of several together; None where only the checksum was published.
    """

    file: str
    sha256: str
    counts: dict[str, int]
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file as upstream offers it; `file` is its name, or its path below the data set's folder, when it is kept."""

    url: str
    file: str
    sha256: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What `datasets/<name>/card.yaml` says.

    Attributes:
        text: Whether texts may be copied into reports.
        leaks: Fields that tell labels and never reach a strategy, as prose; a name with an underscore in it is taken
            for a field's name or a part of an id, and is looked for in ids and texts.
        never_in_text: Regular expressions that no turn and no question may match.
        download: Files to fetch; empty where upstream names no file of known checksum.
        distributable: Whether the licence lets upstream's files be passed on at all.
        exact: Whether gold is exact by construction, so that it owes the laws of `memlab.data.exact` too.
        surface: Features by which `memlab data tell-apart` sets its turns beside recorded ones, fixed beforehand.
        exempt: Laws of `memlab data check` that the data cannot keep, each with the reason, a full sentence.
    """

    name: str
    title: str
    licence: str
    url: str
    citation: str
    text: bool
    unit: str
    replies: str
    leaks: tuple[str, ...]
    files: tuple[KnownFile, ...]
    never_in_text: tuple[str, ...] = ()
    download: tuple[Download, ...] = ()
    distributable: bool = True
    exact: bool = False
    surface: tuple[str, ...] = ()
    exempt: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def known(self, sha256: str) -> KnownFile | None:
        """The published file with this checksum, None for an unpinned one."""
        return next((file for file in self.files if file.sha256 == sha256), None)


@cache
def load_card(name: str) -> Card:
    """The card of a data set.

    Raises:
        FileNotFoundError: There is no such card.
    """
    raw: dict[str, Any] = read_yaml(datasets_folder() / name / "card.yaml")
    raw["files"] = tuple(KnownFile(**file) for file in raw.get("files", ()))
    raw["download"] = tuple(Download(**file) for file in raw.get("download", ()))
    raw |= {key: tuple(raw.get(key, ())) for key in ("leaks", "never_in_text", "surface")}
    return Card(name=name, **raw)


def names() -> list[str]:
    """The names of all data sets that have a card."""
    return sorted(path.parent.name for path in datasets_folder().glob("*/card.yaml"))


def sha256_of(path: Path) -> str:
    """The checksum of a file, 64 hex digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
