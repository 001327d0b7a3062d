"""Logs whose truth is known: users who differ, sessions that differ, and an effect of so much."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from memlab.satisfaction.design import Design, design_of

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
NODE = yaml.safe_load((Path(__file__).parents[2] / "configs/ab/standard.yaml").read_text())


def design(a: str = "none", b: str = "hybrid", **changed: Any) -> Design:
    return design_of(NODE | changed, a, b)


@dataclass
class Made:
    """A log before it is written; a test may spoil it."""

    exposures: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)

    def csv(self, folder: Path) -> tuple[Path, Path]:
        paths = folder / "exposures.csv", folder / "outcomes.csv"
        for path, rows in zip(paths, (self.exposures, self.outcomes), strict=True):
            names = list(dict.fromkeys(name for row in rows for name in row))
            lines = [",".join(names), *(",".join(_text(row.get(name)) for name in names) for row in rows)]
            path.write_text("\n".join(lines) + "\n")
        return paths

    def parquet(self, folder: Path) -> tuple[Path, Path]:
        paths = folder / "exposures.parquet", folder / "outcomes.parquet"
        for path, rows in zip(paths, (self.exposures, self.outcomes), strict=True):
            pq.write_table(pa.Table.from_pylist(rows), path)
        return paths


def made(
    users: int = 200,
    sessions: int = 6,
    effect: float = 0.0,
    burn_in: int = 0,
    seed: int = 0,
    days: int = 0,
    paired: bool = False,
    **changed: Any,
) -> Made:
    """A log of users whose satisfaction is their own level, plus noise, plus the effect in arm b.

    Args:
        days: Users come in one after another over so many days; 0 for all at once.
        changed: Of the design.
    """
    plan, draws, found = design(**changed), np.random.default_rng(seed), Made()
    for n in range(users):
        user, level = f"u{n:04}", draws.normal(0.5, 0.1)
        begins = START + timedelta(days=float(draws.uniform(0, days)))
        for arm in (plan.a, plan.b) if paired else (plan.assignment.arm(user),):
            exposed = begins + timedelta(days=burn_in)
            mood = "calm" if n % 3 else "tense"
            found.exposures.append({"user": user, "arm": arm, "at": exposed, "segment_mood": mood})
            for place in range(burn_in + sessions):
                here = effect * (arm == plan.b and place >= burn_in)
                found.outcomes.append(
                    {"user": user, "session": place, "at": begins + timedelta(days=place)}
                    | ({"arm": arm} if paired else {})
                    | ({"burn_in": place < burn_in} if burn_in else {})
                    | _session(draws, level + here)
                )
    return found


def _session(draws: np.random.Generator, level: float) -> dict[str, Any]:
    resolved = bool(draws.random() < level)
    return {
        "held": True,
        "resolved": resolved,
        "turns_to_resolution": int(draws.integers(1, 5)) if resolved else None,
        "satisfaction": float(level + draws.normal(0, 0.2)),
    }


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
