"""Columns of a log file, as words, numbers or times; whatever is none of these is refused with its rows.

CSV and parquet say the same in different ways: an empty CSV field and a parquet null are blank, which means "not
measured". NaN is refused in both, since nobody can tell what it was meant to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from memlab.stats.draws import Floats

SHOWN = 5
ZONE = r"[tT ]\d.*(?:[zZ]|[+-]\d\d(?::?\d\d)?)$"
TRUTH = {"true": "1", "false": "0", "yes": "1", "no": "0"}
Mask = npt.NDArray[np.bool_]


class LogError(ValueError):
    """A log is not what it should be; the message names the file, the rows, and what would be right."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A file's columns as they lie in it, as arrow arrays; text of an empty CSV field is null.

    Attributes:
        file: Its name, for messages.
    """

    file: str
    rows: int
    raw: dict[str, Any]

    def need(self, names: Sequence[str]) -> None:
        """Refuses a file that lacks a column.

        Raises:
            LogError: One is missing.
        """
        missing = [name for name in names if name not in self.raw]
        if missing:
            has, needs = ", ".join(self.raw) or "none", ", ".join(names)
            raise LogError(f"{self.file}: no column {', '.join(map(repr, missing))}; it has {has}, and needs {needs}")

    def words(self, name: str) -> npt.NDArray[np.object_]:
        """Text, blank nowhere; whole numbers are taken as text.

        Raises:
            LogError: A row is blank.
        """
        import pyarrow as pa

        if pa.types.is_nested(self.raw[name].type):
            raise LogError(f"{self.file}: column {name!r} is of type {self.raw[name].type}; it must hold words")
        found = np.array([value or "" for value in self.raw[name].cast(pa.string()).to_pylist()], dtype=object)
        blank = np.array([not value.strip() for value in found], bool)
        self.refuse(blank, f"{name} is blank", f"every row must say its {name}")
        return found

    def numbers(self, name: str, blank: str | None = None) -> Floats:
        """Numbers, true as 1 and false as 0; NaN stands for blank.

        Args:
            blank: What would be right where a row is blank; None where it may be.

        Raises:
            LogError: A row holds NaN, an infinity or something else than a number, or is blank where it must not be.
        """
        import pyarrow as pa

        column = self.raw[name]
        absent = np.asarray(column.is_null())
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            values, strange = _parsed(column.to_pylist())
            self.refuse(strange & ~absent, f"{name} is no number", "write numbers, true or false, or nothing for blank")
        elif pa.types.is_boolean(column.type) or pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            values = np.array([np.nan if value is None else float(value) for value in column.to_pylist()])
        else:
            raise LogError(
                f"{self.file}: column {name!r} is of type {column.type}; it must hold numbers, true or false"
            )
        odd = ~np.isfinite(values) & ~absent
        self.refuse(odd, f"{name} is NaN or infinite", "leave it blank (null in parquet) where nothing was measured")
        if blank is not None:
            self.refuse(absent, f"{name} is blank", blank)
        return values

    def holds_numbers(self, name: str) -> bool:
        """Whether a column is one of numbers: nothing in it is text, or something in it is a number."""
        import pyarrow as pa

        column = self.raw[name]
        if pa.types.is_boolean(column.type) or pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            return True
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            return False
        _, strange = _parsed(column.to_pylist())
        return not strange.any() or bool((~strange & ~np.asarray(column.is_null())).any())

    def times(self, name: str) -> npt.NDArray[np.datetime64]:
        """Times in UTC, to the microsecond.

        Raises:
            LogError: A row's time is blank, cannot be read, or does not say its zone.
        """
        import pandas as pd
        import pyarrow as pa

        column, iso = self.raw[name], "write ISO 8601 with a zone, as 2026-11-30T09:00:00Z"
        self.refuse(np.asarray(column.is_null()), f"{name} is blank", iso)
        if pa.types.is_timestamp(column.type):
            naive = np.full(self.rows, column.type.tz is None)
            self.refuse(naive, f"{name} says no time zone", "store timestamps with a zone, best UTC")
            return column.cast(pa.timestamp("us", tz="UTC"), safe=False).to_numpy().astype("datetime64[us]")
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise LogError(f"{self.file}: column {name!r} is of type {column.type}; {iso}")
        texts = pd.Series(column.to_pylist(), dtype=str).str.strip()
        found = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
        self.refuse(found.isna().to_numpy(), f"{name} is no time", iso)
        self.refuse(~texts.str.contains(ZONE).to_numpy(bool), f"{name} says no time zone", iso)
        return found.dt.tz_localize(None).to_numpy().astype("datetime64[us]")

    def refuse(self, wrong: Mask, what: str, right: str) -> None:
        """Raises where any row is wrong, with how many are and which are first; rows count from 1 below the header.

        Raises:
            LogError: A row is wrong.
        """
        places = np.flatnonzero(wrong)
        if len(places):
            named = ", ".join(str(place + 1) for place in places[:SHOWN]) + (", …" if len(places) > SHOWN else "")
            rows = "row" if len(places) == 1 else "rows"
            raise LogError(f"{self.file}: {what} in {len(places):,} {rows} ({named}); {right}")


def read_columns(path: Path) -> Columns:
    """A file's columns; its suffix says whether it is CSV or parquet.

    Raises:
        LogError: It is neither, cannot be read as what it says, names a column twice, or has no rows.
        OSError: It is not there.
    """
    kinds: dict[str, Callable[[Path], Any]] = {".csv": _csv, ".parquet": _parquet}
    if path.suffix not in kinds:
        raise LogError(f"{path.name}: a log ends in .csv or .parquet")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; name a log's exposures and outcomes")
    try:
        table = kinds[path.suffix](path)
    except ValueError as error:
        raise LogError(f"{path.name}: cannot be read as {path.suffix[1:]}: {str(error).splitlines()[0]}") from error
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LogError(f"{path.name}: column {twice[0]!r} is there twice; give each column a name of its own")
    if table.num_rows == 0:
        raise LogError(f"{path.name}: there are no rows")
    return Columns(path.name, table.num_rows, {name: table[name].combine_chunks() for name in names})


def _csv(path: Path) -> Any:
    import csv

    import pyarrow as pa

    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            header, *rows = list(csv.reader(file)) or [[]]
        except csv.Error as error:
            raise LogError(f"{path.name}: cannot be read as csv: {error}; close every quote") from error
    rows = [row for row in rows if row]
    short = [place for place, row in enumerate(rows, 1) if len(row) != len(header)]
    if short:
        fields = f"row {short[0]} has {len(rows[short[0] - 1])} fields and the header {len(header)}"
        raise LogError(f"{path.name}: {fields}; put fields with a comma in quotes")
    columns = [[row[place].strip() or None for row in rows] for place in range(len(header))]
    return pa.Table.from_arrays(
        [pa.array(column, pa.string()) for column in columns], [name.strip() for name in header]
    )


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def _parsed(texts: Sequence[str | None]) -> tuple[Floats, Mask]:
    values, strange = np.full(len(texts), np.nan), np.zeros(len(texts), bool)
    for place, text in enumerate(texts):
        if text is not None:
            try:
                values[place] = float(TRUTH.get(text.lower(), text))
            except ValueError:
                strange[place] = True
    return values, strange
