"""Which study a command line asks for: the yaml of the experiment, its numbers as the line changes them, and the root.

The yaml of an experiment holds `study:`, a node with a `_target_`, in place of `runs:`. Beside it `smoke:` says what
`limits=smoke` puts in place of the study's numbers, and `reads:` which groups and keys of the root config it reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memlab.config import Config, ConfigError, load_option, nearest, plan

ALWAYS = ("experiment", "study", "limits", "seed", "out", "workers", "tracking")


@dataclass(frozen=True, slots=True)
class Planned:
    """A study before it is built.

    Attributes:
        name: Of the experiment.
        node: Its `study`, with a `_target_` and all numbers.
        config: The root config.
    """

    name: str
    node: Config
    config: Config


def planned(overrides: Sequence[str], config_dir: Path | None = None, sweep: bool = False) -> Planned | None:
    """The study of the experiment that a command line names; None where it names none, or one that lists runs.

    Args:
        overrides: `study.key=value` changes the study's numbers, all else the root config.
        sweep: Whether a grid of runs is asked for, which a study is none of.

    Raises:
        ConfigError: A key does not exist or means nothing to the study, or a value cannot be read.
    """
    name = next((o.partition("=")[2] for o in overrides if o.startswith("experiment=")), None)
    experiment = {} if name in (None, "null") else load_option("experiment", str(name), config_dir)
    if "study" not in experiment:
        return None
    where = f"experiment {experiment['name']}"
    if sweep:
        raise ConfigError(f"{where} is a study, not a list of runs: -m does not apply to it")
    own = [o for o in overrides if o.startswith("study.")]
    others = [o for o in overrides if o not in own and not o.startswith("experiment=")]
    known = (*ALWAYS, *experiment.get("reads", ()))
    for override in others:
        key = override.partition("=")[0].lstrip("+~").partition(".")[0]
        if key not in known or override.startswith("study="):
            raise ConfigError(f"{where} does not read {key!r}; {nearest(key, known)}")
    config = plan(others, config_dir)[0] | {"experiment": experiment["name"]}
    node = deepcopy(experiment["study"])
    if "limits=smoke" in others:
        _replace(f"{where}: smoke", node, _flat(experiment.get("smoke", {})))
    _replace(where, node, ((key.split("."), value) for key, value in _read(own)))
    return Planned(experiment["name"], node, config)


def _read(overrides: Sequence[str]) -> Iterator[tuple[str, Any]]:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    for override in overrides:
        try:
            parsed = OverridesParser.create().parse_override(override.removeprefix("study."))
        except HydraException as error:
            raise ConfigError(str(error).strip().splitlines()[0]) from error
        if parsed.is_sweep_override():
            raise ConfigError(f"{override}: a list is written in brackets, as in study.users=[6,20]")
        yield parsed.key_or_group, parsed.value()


def _flat(node: Mapping[str, Any], path: Sequence[str] = ()) -> Iterator[tuple[list[str], Any]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, (*path, key))
        else:
            yield [*path, key], value


def _replace(where: str, node: Config, changes: Any) -> None:
    """Puts values into a node, each at the key that its path ends on, which must be there."""
    for path, value in changes:
        home: Any = node
        for place, key in enumerate(path):
            known = [name for name in home if not name.startswith("_")] if isinstance(home, dict) else []
            if key not in known:
                raise ConfigError(
                    f"{where}: there is no key {'.'.join(['study', *path[: place + 1]])!r}; {nearest(key, known)}"
                )
            if place < len(path) - 1:
                home = home[key]
        home[path[-1]] = value
