"""What became of the scheduled sessions of a run's users, as rows: what an experiment on satisfaction counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from memlab.events import UserId
from memlab.metrics.frames import read_frames
from memlab.metrics.satisfaction import composite
from memlab.metrics.sittings import Sitting, sittings
from memlab.paths import configs_folder, read_yaml


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scheduled session after the warm-up; the fields mean what they mean in `memlab.metrics.sittings.Sitting`.

    Attributes:
        satisfaction: The declared composite; 0 for a session that was not held.
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
    satisfaction: float


def declared() -> Mapping[str, float]:
    """The weights of the composite, from the one place where they stand."""
    return read_yaml(configs_folder() / "metric" / "satisfaction.yaml")["weights"]


def outcomes(folder: Path, weights: Mapping[str, float] | None = None) -> list[Outcome]:
    """The rows of a run's finished users, user by user and session by session; none where nobody reacts.

    Sessions of the warm-up, in which nothing is asked for, are no outcomes. Reads the files of all users, about 10 ms
    for each.

    Args:
        folder: Of one run, with `config.yaml` in it.
        weights: Of the composite; None for the declared ones.

    Raises:
        FileNotFoundError: The folder is no run's.
    """
    counted = declared() if weights is None else weights
    found: list[Outcome] = []
    for user in finished(folder):
        found += [outcome(one, counted) for one in sittings(read_frames(folder, [user]))]
    return found


def outcome(sitting: Sitting, weights: Mapping[str, float]) -> Outcome:
    """A session with its composite."""
    own = {name: getattr(sitting, name) for name in Sitting.__slots__}
    return Outcome(**own, satisfaction=composite(sitting, weights))


def finished(folder: Path) -> list[UserId]:
    """The users of a run whose files are whole, in the order of their names.

    Raises:
        FileNotFoundError: The folder is no run's.
    """
    if not (folder / "config.yaml").exists():
        raise FileNotFoundError(f"{folder} is no run: there is no config.yaml in it")
    return sorted(path.stem for path in (folder / "traces").glob("*.parquet"))
