"""Populations: the same users lived under several arms, as panels that can be set side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from memlab.config import Config, load_option
from memlab.runs import Run, execute
from memlab.satisfaction.design import design_of
from memlab.satisfaction.outcomes import Outcome, outcomes
from memlab.seeds import derive
from memlab.studies.arms import Arm, first_session, in_arm, planned_arm
from memlab.studies.base import Setting
from memlab.studies.panel import Panel, panel

SAME = ("query", "encoder", "store", "chat", "workers", "config_dir")


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """What became of a population under one arm.

    Attributes:
        rows: Sessions from the exposure on, one by one.
    """

    panel: Panel
    rows: Sequence[Outcome]


def lived(
    arms: Sequence[str],
    names: Sequence[str],
    setting: Setting,
    *,
    users: int,
    sessions: int,
    burn_in: int,
    populations: Sequence[str],
    overrides: Sequence[str] = (),
) -> tuple[dict[str, Lived], list[str]]:
    """Every user of every population under every arm; a user whose life failed under one is in none.

    Costs arms x users x populations lives; what lies in the study's folder already is not lived again.

    Args:
        arms: As `memlab ab` reads them; at least two.
        names: Of the panels' outcomes.
        burn_in: Sessions before the exposure, in which no arm recalls.
        populations: A name for each, from which its seed is derived.
        overrides: For all arms.

    Returns:
        For each arm the same users in the same order; and what failed, in lines.
    """
    node = load_option("ab", "standard", setting.config["config_dir"])
    node |= {"paired": True, "users": users, "sessions": sessions, "burn_in": burn_in}
    planned = [planned_arm(text, node, overrides, setting.config["config_dir"]) for text in arms]
    design = design_of(node, "a", "b")
    rows: list[list[Outcome]] = [[] for _ in arms]
    failed = []
    for name in populations:
        configs = [_config(in_arm(Arm("", one), design, burn_in), name, setting) for one in planned]
        which = f" ({populations.index(name) + 1} of {len(populations)})" if len(populations) > 1 else ""
        runs = execute(configs, progress=staged(setting, f"{name}{which}"))
        for side, run in zip(rows, runs, strict=True):
            side += _rows(run, name)
            if run.status != "complete":
                failed.append(f"{run.label}, {name}: {run.status}: {next(iter(run.errors.values()), '')}")
    first = first_session(planned[0], burn_in)
    rows = [[row for row in side if row.user in shared] for shared in [_shared(rows)] for side in rows]
    return {
        arm: Lived(panel(side, names, first, sessions), tuple(row for row in side if row.session >= first))
        for arm, side in zip(arms, rows, strict=True)
    }, failed


def staged(setting: Setting, which: str):
    """A study's progress, for what `memlab.runs.execute` calls with its own."""

    def advance(stage: str, done: int, total: int) -> None:
        setting.progress(f"{stage} {which}", done, total)

    return advance


def seed_of(setting: Setting, population: str) -> int:
    """The seed of a population, from its name."""
    return derive(setting.seed, "population", population) % 2**31


def _config(config: Config, population: str, setting: Setting) -> Config:
    same = {name: setting.config[name] for name in SAME}
    return config | same | {"seed": seed_of(setting, population), "out": str(setting.folder), "experiment": "arms"}


def _rows(run: Run, population: str) -> list[Outcome]:
    """A run's outcomes, its users named with their population."""
    if run.status not in ("complete", "partial"):
        return []
    return [replace(row, user=f"{population}/{row.user}") for row in outcomes(run.folder)]


def _shared(sides: Sequence[Sequence[Outcome]]) -> set[str]:
    """The users who have outcomes on every side."""
    return set.intersection(*({row.user for row in side} for side in sides))
