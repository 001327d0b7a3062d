"""The arms of an A/B experiment on simulated users, as ordinary runs; and the two logs that they leave behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from memlab.build import LABELS
from memlab.config import Config, ConfigError, load_option, plan
from memlab.paths import read_yaml
from memlab.runs import Run, execute
from memlab.satisfaction.assignment import HOLDOUT
from memlab.satisfaction.columns import LogError
from memlab.satisfaction.design import Design
from memlab.satisfaction.outcomes import Outcome, outcomes
from memlab.satisfaction.reading import SEGMENT
from memlab.traces import write_parquet
from memlab.worker import source_of

ALWAYS = ("source=reacting", "reader=replier")
EXPOSURES, OUTCOMES = "exposures.parquet", "outcomes.parquet"
CLOSED = {"[": "]", "{": "}", "(": ")"}
READING = ("primary", "looks", "confidence", "mismatch", "outcomes")  # what moves no life
ASSIGNING = ("satisfaction/assigned.py", "satisfaction/assignment.py")


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: a name and the config of a run in which all users would be."""

    name: str
    config: Config


@dataclass(frozen=True, slots=True)
class Lived:
    """One arm's run, and what became of its users' sessions."""

    arm: str
    run: Run
    rows: Sequence[Outcome]


def overrides_of(text: str) -> list[str]:
    """What `a=` or `b=` says, as overrides: a strategy, what is changed about it after commas, or a yaml of these.

    Raises:
        ConfigError: The file does not hold a list, or there is no strategy.

    >>> overrides_of("hybrid,layer=[minimize,decay],strategy.candidates=5")
    ['strategy=hybrid', 'layer=[minimize,decay]', 'strategy.candidates=5']
    """
    if text.endswith((".yaml", ".yml")):
        found = read_yaml(Path(text))
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ConfigError(f"{text}: an arm's yaml is a list of overrides, as in - strategy=hybrid")
        return found
    parts = _split(text)
    if not parts[0]:
        raise ConfigError(f"an arm is {text!r}; it must begin with a strategy, as in b=hybrid,layer=[decay]")
    return [parts[0] if "=" in parts[0] else f"strategy={parts[0]}", *parts[1:]]


def arms_of(
    a: str, b: str, node: Mapping[str, Any], others: Sequence[str], config_dir: Path | None = None
) -> list[Arm]:
    """The arms of an experiment, a first, and the third where users are held out.

    An arm is named by its layers and strategy; where both arms would have one name, as they were typed.

    Args:
        a: As `overrides_of` reads it; `b` likewise.
        node: The design, from `configs/ab`.
        others: Overrides for all arms.

    Raises:
        ConfigError: A name, key or value is wrong, or the source is none of users who react.
    """
    configs = [planned_arm(text, node, others, config_dir) for text in (a, b)]
    names = ["+".join([*config["layer"], config["strategy"]["name"]]) for config in configs]
    if names[0] == names[1]:
        names = [a, b]
    arms = [Arm(name, config) for name, config in zip(names, configs, strict=True)]
    if node["holdout"] and not node["paired"] and HOLDOUT not in names:
        arms.append(Arm(HOLDOUT, planned_arm(HOLDOUT, node, others, config_dir)))
    return arms


def first_session(config: Config, burn_in: int) -> int:
    """The number of the first session after the burn-in."""
    return int(config["source"]["warm_up"]) + burn_in


def live_arms(
    arms: Sequence[Arm], design: Design, burn_in: int, folder: Path, argv: Sequence[str], progress: Callable[..., None]
) -> list[Lived]:
    """Lives each arm's users under it, one after the other or all at once as `workers` says; a run for each arm
    that has users.

    Args:
        burn_in: Sessions before the exposure in which nothing is recalled.
        folder: The runs lie in `folder/arms`.

    Raises:
        ConfigError: Arm a or arm b has no users; nobody has lived.
    """
    configs = {arm.name: in_arm(arm, design, burn_in) | {"out": str(folder), "experiment": "arms"} for arm in arms}
    peopled = {name: config for name, config in configs.items() if source_of(config).users()}
    for name in (design.a, design.b):
        if name not in peopled:
            raise ConfigError(f"the hash puts none of the users into arm {name!r}; ask for more users, or another salt")
    runs = execute(list(peopled.values()), argv, progress)
    return [Lived(name, run, outcomes(run.folder)) for name, run in zip(peopled, runs, strict=True)]


def write_logs(lived: Sequence[Lived], first: int, folder: Path) -> tuple[Path, Path]:
    """Writes exposures and outcomes as parquet (docs/ab.md); returns where they lie.

    Users' traits are segments. A user is exposed at the first session after the burn-in, held or not; so are those
    whose lives failed, and they count as lost.

    Args:
        first: The number of that session.

    Raises:
        LogError: Nobody has lived a session, so that there is nothing to write and no time of exposure.
    """
    exposed, rows = [], []
    if not any(one.rows for one in lived):
        first_error = next((": ".join(filter(None, told)) for one in lived for told in one.run.errors.items()), "")
        arms, why = " or ".join(one.arm for one in lived), f"; {first_error}" if first_error else ""
        raise LogError(f"nobody has lived a session under {arms}{why}")
    latest = max(row.at for one in lived for row in one.rows)
    for one in lived:
        begins = {row.user: row.at for row in reversed(one.rows) if row.session >= first}
        source: Any = source_of(one.run.config)
        for user in one.run.users:
            traits = {
                f"{SEGMENT}{name}": kind for name, kind in source.traits(user, seed=one.run.config["seed"]).items()
            }
            exposed.append({"user": user, "arm": one.arm, "at": begins.get(user, latest)} | traits)
        rows += [asdict(row) | {"arm": one.arm, "burn_in": row.session < first} for row in one.rows]
    paths = folder / EXPOSURES, folder / OUTCOMES
    for path, content in zip(paths, (exposed, rows), strict=True):
        write_parquet(pa.Table.from_pylist(content), path)
    return paths


def planned_arm(text: str, node: Mapping[str, Any], others: Sequence[str], config_dir: Path | None) -> Config:
    """The config of a run in which all users would be in an arm, its sessions those of warm-up, burn-in and exposure.

    Raises:
        ConfigError: A name, key or value is wrong, or the source is none of users who react.
    """
    config = plan([*ALWAYS, *others, *overrides_of(text)], config_dir)[0]
    if not {"warm_up", "sessions", "users"} <= config["source"].keys():
        raise ConfigError(
            f"source {config['source']['name']}: an A/B experiment needs users who react: source=reacting"
        )
    sessions = first_session(config, node["burn_in"]) + node["sessions"]
    return config | {"source": config["source"] | {"users": node["users"], "sessions": sessions}}


def in_arm(arm: Arm, design: Design, burn_in: int) -> Config:
    """The arm's config as it runs: its own users alone, unless users are paired, and held back during the burn-in.

    Args:
        burn_in: Sessions before the exposure.
    """
    config, assignment = arm.config, design.assignment
    held = load_option("layer", "holdback") | {"sessions": first_session(config, burn_in)}
    layers = ({"holdback": held} if burn_in else {}) | config["layer"]
    if design.paired:
        return config | {"layer": layers}
    source = config["source"]
    of = {"a": assignment.a, "b": assignment.b, "salt": assignment.salt}
    shares = {"split": assignment.split, "holdout": assignment.holdout}
    inner = {key: value for key, value in source.items() if key not in LABELS}
    about = {"_target_": "memlab.satisfaction.assigned.Assigned", "name": source["name"], "arm": arm.name}
    return config | {"layer": layers, "source": about | of | shares | {"inner": inner}}


def _split(text: str) -> list[str]:
    """At commas that stand in no bracket."""
    parts, open_brackets = [""], list[str]()
    for letter in text:
        if letter in CLOSED:
            open_brackets.append(CLOSED[letter])
        elif open_brackets and letter == open_brackets[-1]:
            open_brackets.pop()
        if letter == "," and not open_brackets:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def digest_of(node: Mapping[str, Any], arms: Sequence[Arm]) -> str:
    """The first 12 hex digits of the hash of what is lived: an experiment's folder, however its logs are then read."""
    from hashlib import sha256

    from memlab.identity import MOVES_TRACES, NOT_IDENTITY, code_digest

    kept = [[arm.name, {k: v for k, v in arm.config.items() if k not in NOT_IDENTITY}] for arm in arms]
    living = {name: value for name, value in node.items() if name not in READING}
    text = yaml.safe_dump([living, kept, code_digest((*MOVES_TRACES, *ASSIGNING))], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]
