"""What the terminal shows besides plain lines: tables and progress bars."""

import shutil
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

NARROW, WIDE = 40, 110
LONG_NAME = 18  # columns of text


def text_width() -> int:
    """How many columns text may fill: the terminal's, within reason; 80 where none is looked at."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
    return min(max(columns, NARROW), WIDE)


def print_table(caption: str, columns: Sequence[str], rows: Any) -> None:
    """Prints rows under their columns, the first left, the others right; names and cells fold rather than vanish.

    Cells fold before names do, unless a name is a long one.

    Raises:
        ValueError: A row has more or fewer cells than there are columns.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=caption, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    rows = list(rows)
    short = max((len(row[0]) for row in rows), default=0) <= LONG_NAME
    for place, column in enumerate(columns):
        table.add_column(
            column.replace("_", "_\n", 1) if len(column) > 10 else column,
            justify="left" if place == 0 else "right",
            overflow="fold",
            no_wrap=place == 0 and short,
        )
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{caption}: {len(row)} cells under {len(columns)} columns")
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 80).print(table)


@contextmanager
def progress_bars():
    """Bars on stderr, one a stage; yields what `memlab.runs.execute` calls with its progress."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    names = {"encode": "encoding texts", "live": "living users", "use": "reading again"}
    columns = (TextColumn("{task.description:<15}"), BarColumn(28), MofNCompleteColumn(), TimeElapsedColumn())
    with _bars(*columns) as advance:
        yield lambda stage, done, total: advance(names.get(stage, stage), done, total)


@contextmanager
def download_bars():
    """Bars on stderr, one a file; yields what `memlab.data.fetch.fetch` calls with its progress."""
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn

    with _bars(TextColumn("{task.description}"), BarColumn(28), DownloadColumn(), TransferSpeedColumn()) as advance:
        yield advance


@contextmanager
def _bars(*columns: Any):
    """Bars from the first progress on: an error before it stands alone."""
    from rich.console import Console
    from rich.progress import Progress

    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def advance(name: str, done: int, total: int | None) -> None:
        if name not in tasks:
            bars.start()
            tasks[name] = bars.add_task(name, total=total)
        bars.update(tasks[name], completed=done, total=total)

    try:
        yield advance
    finally:
        if tasks:
            bars.stop()
