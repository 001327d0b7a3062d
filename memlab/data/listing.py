"""Which data sets there are, where each was found, and whether a file is what it should be."""

from collections.abc import Iterator
from pathlib import Path

from memlab import build
from memlab.config import load_option
from memlab.sources import data_folders
from memlab.sources.cards import load_card, names, sha256_of


def listed() -> Iterator[tuple[str, str, str]]:
    """Every data set with a card: its name, its licence, and the folder it was found in or how to get it."""
    for name in names():
        card = load_card(name)
        folders = (folder for folder in data_folders(name) if any(path.is_file() for path in folder.rglob("*")))
        missing = f"not found; `memlab data get {name}`" if card.download else f"not found; get it from {card.url}"
        found = "always there" if card.url == "part of memlab" else str(next(folders, missing))
        yield name, card.licence, found


def verified(name: str, path: Path) -> Iterator[str]:
    """Reads a data set's file whole, lives every life, and tells its checksum and what was counted.

    Raises:
        SourceError: It cannot be read as what it should be.
        LifeError: A life is out of order.
    """
    source = build.source({"source": load_option("source", name) | {"path": str(path)}})
    for user in source.users():
        for _ in source.life(user, seed=0).stream():
            pass
    yield f"{path}: every life is in order"
    if path.is_file():
        yield f"sha256: {sha256_of(path)}"
    for fact, count in source.facts.items():
        yield f"{fact}: {count}"
