"""Config: composed by Hydra from the yaml folder, checked by name, expanded into the runs of an experiment."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memlab.paths import configs_folder, read_yaml

Config = dict[str, Any]
Compose = Callable[[list[str]], Config]
CONFIGURATION = ("strategy", "layer", "name", "overrides")
EACH = "each"


class ConfigError(ValueError):
    """A name or value in the configuration is wrong; the message says which and what would be right."""


def options(group: str, config_dir: Path | str | None = None) -> list[str]:
    """The names in a config group, those of an outside folder included.

    Raises:
        ConfigError: There is no such group.
    """
    folders = [folder / group for folder in _roots(config_dir) if (folder / group).is_dir()]
    if not folders:
        groups = sorted({path.name for folder in _roots(config_dir) for path in folder.iterdir() if path.is_dir()})
        raise ConfigError(f"there is no config group {group!r}; {nearest(group, groups)}")
    return sorted({path.stem for folder in folders for path in folder.glob("*.yaml")})


def load_option(group: str, name: str, config_dir: Path | str | None = None) -> Config:
    """One yaml of a group, as it stands.

    Raises:
        ConfigError: There is no such group or name; the three nearest are offered.
    """
    return read_yaml(option_path(group, name, config_dir)) or {}


def option_path(group: str, name: str, config_dir: Path | str | None = None) -> Path:
    """Where one yaml of a group lies.

    Raises:
        ConfigError: There is no such group or name; the three nearest are offered.
    """
    known = options(group, config_dir)
    if name not in known:
        raise ConfigError(f"there is no {group} {name!r}; {nearest(name, known)}")
    return next(path for root in reversed(_roots(config_dir)) if (path := root / group / f"{name}.yaml").exists())


def nearest(name: str, known: Iterable[str]) -> str:
    """The three known names that look most like `name`, as the end of an error message."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.0)
    return f"the nearest of {len(names)} known: {', '.join(close)}" if close else "none is known"


def plan(overrides: Sequence[str], config_dir: Path | str | None = None, sweep: bool = False) -> list[Config]:
    """The configs of all runs that a command line asks for, each complete and resolved.

    Args:
        overrides: `group=option` and `key=value`, as Hydra reads them.
        config_dir: An outside folder of config groups, beside the bundled one.
        sweep: Whether comma lists and ranges span a grid of runs.

    Raises:
        ConfigError: A group, option or key does not exist, or a value cannot be read.
    """
    _check_names(config_dir)
    for override in overrides:
        if "=" not in override:
            raise ConfigError(f"{override!r} is not of the form group=option or key=value")
    lines = _sweep(overrides) if sweep else [list(overrides)]
    outside = str(Path(config_dir).absolute()) if config_dir else None
    configs = [config | {"config_dir": outside} for line in lines for config in _expand(line, config_dir)]
    if sweep and len(lines) > 1:
        for config in configs:
            config["experiment"] = config["experiment"] or "sweep"
    return configs


def _expand(overrides: list[str], config_dir: Path | str | None) -> Iterator[Config]:
    for override in overrides:
        _check(override, config_dir)
    named = next((o.split("=", 1)[1] for o in overrides if o.startswith("experiment=")), None)
    rest = [o for o in overrides if not o.startswith("experiment=")]
    with _hydra(config_dir) as compose:
        if named in (None, "null"):
            yield compose(rest) | {"experiment": None}
            return
        experiment = load_option("experiment", str(named), config_dir)
        for line in _runs_of(experiment, rest, config_dir, compose):
            yield compose(line) | {"experiment": experiment["name"]}


def _runs_of(
    experiment: Config, overrides: list[str], config_dir: Path | str | None, compose: Compose
) -> Iterator[list[str]]:
    """The overrides of each run of an experiment: `source=` and `strategy=` select runs, the rest changes them."""
    chosen = {_name(o): o.split("=", 1)[1] for o in overrides if _name(o) in ("source", "strategy")}
    rest = [o for o in overrides if _name(o) not in chosen]
    entries = [entry for entry in _entries(experiment, config_dir) if chosen.items() <= entry.items()]
    if "study" in experiment:
        raise ConfigError(f"experiment {experiment['name']} is a study, not a list of runs")
    if not entries:
        wanted = " ".join(f"{name}={value}" for name, value in chosen.items())
        raise ConfigError(f"experiment {experiment['name']} has no run with {wanted}")
    for override in rest:
        if not any(_fits(override, entry, config_dir) for entry in entries):
            compose([*_chosen(entries[0]), override])  # says what is wrong with it
    for entry in entries:
        fitting = [o for o in rest if _fits(o, entry, config_dir)]
        own = [o for o in entry.get("overrides", []) if _name(o) not in map(_name, fitting)]
        yield [*_chosen(entry), *own, *fitting]


def _chosen(entry: Config) -> list[str]:
    return [f"{group}={entry[group]}" for group in ("source", "strategy", "layer") if group in entry]


def _entries(experiment: Config, config_dir: Path | str | None) -> Iterator[Config]:
    """The runs of an experiment, one source and one strategy each; an entry without a strategy has all configurations.

    A configuration is a strategy with its layers and overrides, and a name of its own where these change it. `layer` is
    a name, a list of names, outermost first, or `each`: one run for every layer of the leaderboard.
    """
    for entry in experiment.get("runs") or ():
        named = [{"strategy": entry["strategy"]}] if "strategy" in entry else _configurations(experiment, entry)
        layers = _ready("layer", config_dir) if entry.get("layer") == EACH else [entry.get("layer")]
        for source in _listed(entry["source"]):
            for one in named:
                renamed = [f'strategy.name="{one["name"]}"'] if "name" in one else []
                overrides = [*one.get("overrides", ()), *renamed, *entry.get("overrides", ())]
                for strategy in _strategies(one["strategy"], config_dir):
                    chosen = {"source": source, "strategy": strategy, "overrides": overrides}
                    for layer in [one["layer"]] if "layer" in one else layers:
                        yield entry | chosen | {"layer": layer or []}


def _configurations(experiment: Config, entry: Config) -> list[Config]:
    """What an entry without a strategy runs, checked."""
    where, found = f"experiment {experiment['name']}", experiment.get("configurations")
    if not found:
        raise ConfigError(f"{where}: the entry {entry} names no strategy; give it one, or list `configurations`")
    for one in found:
        for key in one:
            if key not in CONFIGURATION:
                raise ConfigError(f"{where}: the configuration {one} has no key {key!r}; {nearest(key, CONFIGURATION)}")
        if "strategy" not in one:
            raise ConfigError(f"{where}: the configuration {one} names no strategy")
    return found


def _fits(override: str, entry: Config, config_dir: Path | str | None) -> bool:
    """Whether a run of an experiment has the number that an override sets: `source.users` means nothing to LoCoMo."""
    group, *path = override.partition("=")[0].split(".")
    if group not in ("source", "strategy") or not path:
        return True
    node: Any = load_option(group, entry[group], config_dir)
    for part in path:
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def _strategies(named: str | list[str], config_dir: Path | str | None) -> list[str]:
    if named != "all":
        return _listed(named)
    return _ready("strategy", config_dir)


def _ready(group: str, config_dir: Path | str | None) -> list[str]:
    """The names in a group that belong on the leaderboard."""
    return [name for name in options(group, config_dir) if load_option(group, name, config_dir).get("leaderboard")]


def _listed(named: str | list[str]) -> list[str]:
    return [named] if isinstance(named, str) else named


def _sweep(overrides: Sequence[str]) -> list[list[str]]:
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as error:
        raise ConfigError(str(error).strip().splitlines()[0]) from error
    return [list(line) for batch in BasicSweeper.split_arguments(parsed, max_batch_size=None) for line in batch]


def _check(override: str, config_dir: Path | str | None) -> None:
    key, _, value = override.partition("=")
    if key in _groups(config_dir) and value != "null" and not value.startswith("{"):
        for name in value.strip("[]").split(",") if value.startswith("[") else [value]:
            if name.strip(" '\""):
                load_option(key, name.strip(" '\""), config_dir)


def _check_names(config_dir: Path | str | None) -> None:
    for path in sorted(Path(config_dir).glob("*/*.yaml")) if config_dir else ():
        if (configs_folder() / path.parent.name / path.name).exists():
            raise ConfigError(f"{path}: {path.parent.name} {path.stem!r} is there already; give yours another name")


@contextmanager
def _hydra(config_dir: Path | str | None):
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    search = [f"hydra.searchpath=['file://{Path(config_dir).absolute()}']"] if config_dir else []

    def composed(overrides: list[str]) -> Config:
        try:
            container: Any = OmegaConf.to_container(compose("config", overrides=overrides + search), resolve=True)
            return container
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            raise ConfigError(_explained(error, overrides, composed)) from error

    GlobalHydra.instance().clear()
    with initialize_config_dir(config_dir=str(configs_folder()), version_base="1.3"):
        yield composed


def _explained(error: Exception, overrides: list[str], composed: Compose) -> str:
    """The first line of what Hydra says; for a key that does not exist, the three nearest beside it."""
    lost = re.match(r"Could not override '([\w.@/]+)'", str(error))
    others = [o for o in overrides if lost and _name(o) != lost[1]]
    if lost is None or len(others) == len(overrides):
        return f"{' '.join(overrides)}: {str(error).strip().splitlines()[0]}"
    *path, key = lost[1].split(".")
    node: Any = composed(others)
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    known = [name for name in node if not name.startswith("_")] if isinstance(node, dict) else []
    return f"there is no key {lost[1]!r}; {nearest(key, known)}"


def _groups(config_dir: Path | str | None) -> set[str]:
    return {path.name for root in _roots(config_dir) for path in root.iterdir() if path.is_dir()}


def _roots(config_dir: Path | str | None) -> list[Path]:
    return [configs_folder()] + ([Path(config_dir)] if config_dir else [])


def _name(override: str) -> str:
    return override.partition("=")[0].lstrip("+~")
