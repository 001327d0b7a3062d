"""What each memory that a reader was given did to it, as `memlab use` measured it: rows beside the traces.

One parquet file per user in the folder `use` of a run; a run that was not measured has none, and what is judged by it
stays blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from memlab.events import QueryId, UserId
from memlab.traces import file_safe, write_parquet

FOLDER = "use"
TOLERANCE = 1e-9  # effects are differences of probabilities; what differs by less is alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One memory among the first that a reader was given, and what it did.

    An effect is how much of the reader's *balance* is owed to a memory: the probability of right options minus that of
    wrong ones, with it, minus the same with its place left empty. A bar is what placebos in its place reached: the
    memory is used where its effect, whichever way, is beyond it.

    Attributes:
        place: In the order of the recall, from 0.
        group: Memories of one group are near-duplicates, whose places are left empty together; they share an effect.
        effect: None where the reader gives no probabilities, or the question offers no right option.
        bar: Of the effect's size.
        impostor: The effect of one more placebo, which is judged as if it had been the memory.
        shapley: The memory's group's Shapley value among the first groups; None where it was not asked for.
        lexical: The share of the reply's own words, rare ones weighing more, that the memory holds; None without a
            reply that has words beside the question's. `lexical_bar` is what placebos hold of them.
        nearness: The cosine of memory and reply; None likewise. `nearness_bar` is that of placebos.
    """

    query: QueryId
    place: int
    group: int
    effect: float | None
    bar: float | None
    impostor: float | None
    shapley: float | None
    lexical: float | None
    lexical_bar: float | None
    nearness: float | None
    nearness_bar: float | None

    @property
    def verdict(self) -> str | None:
        """`helpful`, `harmful` or `inert`; None where no effect is known."""
        return verdict(self.effect, self.bar)

    @property
    def by_words(self) -> bool | None:
        """Whether it holds more of the reply's own words than placebos do; None without a reply to go by."""
        return _beyond(self.lexical, self.lexical_bar)

    @property
    def by_meaning(self) -> bool | None:
        """Whether it is nearer to the reply than placebos are; None without a reply to go by."""
        return _beyond(self.nearness, self.nearness_bar)


def verdict(effect: float | None, bar: float | None) -> str | None:
    """What an effect is, held against what placebos reach.

    >>> verdict(0.3, 0.1), verdict(-0.3, 0.1), verdict(0.1, 0.1), verdict(None, None)
    ('helpful', 'harmful', 'inert', None)
    """
    if effect is None or bar is None:
        return None
    if abs(effect) <= bar + TOLERANCE:
        return "inert"
    return "helpful" if effect > 0 else "harmful"


def _beyond(value: float | None, bar: float | None) -> bool | None:
    return None if value is None or bar is None else value > bar + TOLERANCE


STRINGS, COUNTS = ("query",), ("place", "group")
SCHEMA = pa.schema(
    [
        (one.name, pa.string() if one.name in STRINGS else pa.int64() if one.name in COUNTS else pa.float64())
        for one in fields(Use)
    ]
)


def write_uses(folder: Path, user: UserId, uses: Sequence[Use], measured: str) -> None:
    """Writes a user's rows under a run's folder.

    Args:
        measured: By what they were measured, so that other numbers or other code measure anew.
    """
    rows = [{one.name: getattr(use, one.name) for one in fields(Use)} for use in uses]
    table = pa.Table.from_pylist(rows, schema=SCHEMA.with_metadata({"measured": measured}))
    write_parquet(table, _path(folder, user))


def read_uses(folder: Path, user: UserId) -> dict[QueryId, tuple[Use, ...]]:
    """A user's rows by question, in order of place; empty where nothing was measured."""
    found: dict[QueryId, list[Use]] = {}
    if _path(folder, user).exists():
        rows: list[dict[str, Any]] = pq.read_table(_path(folder, user), schema=SCHEMA).to_pylist()
        for row in rows:
            found.setdefault(row["query"], []).append(Use(**row))
    return {query: tuple(uses) for query, uses in found.items()}


def measured_by(folder: Path, user: UserId) -> str | None:
    """By what a user's rows were measured; None where there are none."""
    path = _path(folder, user)
    found = (pq.read_schema(path).metadata or {}).get(b"measured") if path.exists() else None
    return None if found is None else found.decode()


def _path(folder: Path, user: UserId) -> Path:
    return folder / FOLDER / f"{file_safe(user)}.parquet"
