"""What a study is given, what it does, and what it hands back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from memlab.config import Config
from memlab.report.sections import Section

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a study is conducted in.

    Attributes:
        folder: Its own, made before and kept after; what lies there from an earlier time was made by the same study
            with the same settings, so it may be taken up.
        config: The root config as the command line gives it; a study reads of it what its experiment's `reads` names.
        progress: Called with a stage in a few words, how much of it is done, and how much there is.
    """

    folder: Path
    config: Config
    progress: Progress

    @property
    def seed(self) -> int:
        """From which every draw is derived by name."""
        return self.config["seed"]

    @property
    def limits(self) -> Mapping[str, int | None]:
        """`users`, `sessions` and `queries`, null for no limit."""
        return self.config["limits"]

    @property
    def workers(self) -> int | None:
        """Processes it may use; None for one per core. They change no figure."""
        return self.config["workers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a study found.

    Attributes:
        sections: Of its report page; tables that are not folded are printed too.
        notes: How to read them, in Markdown's emphasis.
        verdict: What came out, in lines of at most 80 letters; printed last.
        failed: What could not be done, a line each; the command then ends with 1.
        figures: Everything found, as what JSON can hold; kept in `study.json`.
    """

    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


class Study(Protocol):
    """An experiment that is no list of runs; its constructor takes the numbers that its yaml sets under `study`."""

    def conduct(self, setting: Setting) -> Findings:
        """Conducts it; the same numbers, seed and limits give the same findings, whatever the workers."""
        ...
