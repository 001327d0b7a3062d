"""Sources yield lives: the simulator, or one public data set per file."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from memlab.events import UserId
from memlab.life import Life


class SourceError(ValueError):
    """Data cannot be read as what it should be; the message names the file, the place and what would be right."""


class MissingData(SourceError):
    """The data set is not on this machine; the message says where it was looked for."""


class Source(Protocol):
    """Yields users and their lives: same arguments, same bytes.

    Attributes:
        digest: A hash of the data, or of what generates it; part of a run's key.
        facts: What was counted while reading: repairs, drops, lifts; written to the manifest.
    """

    digest: str
    facts: dict[str, int | str]

    def users(self) -> Sequence[UserId]:
        """The users in the order of the data."""
        ...

    def life(self, user: UserId, *, seed: int) -> Life:
        """One user's life."""
        ...


@runtime_checkable
class Rated(Protocol):
    """A source that says how often it means to ask questions of each kind.

    Attributes:
        rates: By kind, against other kinds: 2 is asked twice as often as 1, 0 never; a kind that is not named has 1.
    """

    rates: Mapping[str, float]


def data_folders(name: str) -> list[Path]:
    """Where the files of a data set are looked for: `$MEMLAB_DATA/<name>`; unset, `./data` and `../shared/data`."""
    named = os.environ.get("MEMLAB_DATA")
    roots = [Path(named)] if named else [Path("data"), Path("../shared/data")]
    return [root / name for root in roots]


def find_data(name: str, path: str | Path | None, pattern: str = "*.json") -> list[Path]:
    """The files of a data set: `path` if it is given (a file or a folder), else those of its data folder.

    Args:
        pattern: Which files of a folder are meant, as a glob; `**` goes into folders below it.

    Raises:
        MissingData: The data folder has none.
        SourceError: There is none at `path`.
    """
    places = [Path(path)] if path is not None else data_folders(name)
    for place in places:
        if place.is_file():
            return [place]
        if place.is_dir() and (found := sorted(place.glob(pattern))):
            return found
    looked = ", ".join(str(place.absolute()) for place in places)
    if path is not None:
        raise SourceError(f"source {name}: no {pattern} at {looked}, which source.path names")
    raise MissingData(
        f"source {name}: no {pattern} at {looked}; "
        f"pass source.path=FILE or put the files into $MEMLAB_DATA/{name}/ (`memlab data list` says where to get them)"
    )
