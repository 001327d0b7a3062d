"""Cards describe data sets: licence, citation, checksums of known files and what must be counted in them."""

from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

import yaml

from memlab.paths import datasets_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One published file: its checksum and the counts that reading it must give."""

    file: str
    sha256: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What `datasets/<name>/card.yaml` says; `text` tells whether texts may be copied into reports."""

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

    def known(self, sha256: str) -> KnownFile | None:
        """The published file with this checksum, None for an unpinned one."""
        return next((file for file in self.files if file.sha256 == sha256), None)


@cache
def load_card(name: str) -> Card:
    """The card of a data set.

    Raises:
        FileNotFoundError: There is no such card.
    """
    raw: dict[str, Any] = yaml.safe_load((datasets_folder() / name / "card.yaml").read_text())
    files = tuple(KnownFile(**file) for file in raw.pop("files", ()))
    return Card(name=name, leaks=tuple(raw.pop("leaks", ())), files=files, **raw)


def names() -> list[str]:
    """The names of all data sets that have a card."""
    return sorted(path.parent.name for path in datasets_folder().glob("*/card.yaml"))


def sha256_of(path: Path) -> str:
    """The checksum of a file, 64 hex digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
