"""Populations: the same users lived under several arms, as panels that can be set side by side."""

from collections.abc import Sequence

from memlab.config import Config, load_option
from memlab.runs import execute
from memlab.satisfaction.design import design_of
from memlab.satisfaction.outcomes import Outcome, outcomes
from memlab.seeds import derive
from memlab.studies.arms import Arm, first_session, in_arm, planned_arm
from memlab.studies.base import Setting
from memlab.studies.panel import Panel, panel

SAME = ("query", "encoder", "store", "chat", "workers", "config_dir")


def lived(
    arms: Sequence[str],
    names: Sequence[str],
    setting: Setting,
    *,
    users: int,
    sessions: int,
    burn_in: int,
    populations: Sequence[str],
) -> tuple[dict[str, Panel], list[str]]:
    """Every user of every population under every arm; a user whose life failed under one is in none.

    Costs arms x users x populations lives; what lies in the study's folder already is not lived again.

    Args:
        arms: As `memlab ab` reads them; at least two.
        names: Of outcomes.
        burn_in: Sessions before the exposure, in which no arm recalls.
        populations: A name for each, from which its seed is derived.

    Returns:
        A panel for each arm, of the same users in the same order; and what failed, in lines.
    """
    node = load_option("ab", "standard", setting.config["config_dir"])
    node |= {"paired": True, "users": users, "sessions": sessions, "burn_in": burn_in}
    planned = [planned_arm(text, node, [], setting.config["config_dir"]) for text in arms]
    design = design_of(node, "a", "b")
    rows: list[dict[str, list[Outcome]]] = [{} for _ in arms]
    failed = []
    for name in populations:
        configs = [_config(in_arm(Arm("", one), design, burn_in), name, setting) for one in planned]
        which = f" ({populations.index(name) + 1} of {len(populations)})" if len(populations) > 1 else ""
        runs = execute(configs, progress=staged(setting, f"{name}{which}"))
        for side, run in zip(rows, runs, strict=True):
            side[name] = outcomes(run.folder) if run.status in ("complete", "partial") else []
            if run.status != "complete":
                failed.append(f"{run.label}, {name}: {run.status}: {next(iter(run.errors.values()), '')}")
    first = first_session(planned[0], burn_in)
    return _shared({arm: panel(side, names, first, sessions) for arm, side in zip(arms, rows, strict=True)}), failed


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


def _shared(sides: dict[str, Panel]) -> dict[str, Panel]:
    shared = set.intersection(*({*side.users} for side in sides.values()))
    return {
        arm: side.part([place for place, user in enumerate(side.users) if user in shared])
        for arm, side in sides.items()
    }
