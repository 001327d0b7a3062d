"""The only module that turns config into objects, and gives each the parts that its constructor names."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache, partial
from typing import Any

from memlab.config import Config, ConfigError, load_option, nearest, options, plan
from memlab.encoders import Encoder
from memlab.life import Life
from memlab.metrics.base import Metric
from memlab.readers import Reader
from memlab.sources import Source, SourceError
from memlab.stores import Store
from memlab.strategies.base import Strategy

LABELS = {"name", "leaderboard"}
ORACLE = "memlab.strategies.oracle.Oracle"
REPLAYED = "memlab.strategies.replayed.Replayed"
PARTS = {"store", "encoder", "chat", "seed", "evidence", "inner", "make_inner", "parts", "strategy", "session", "clock"}
DEFAULTS = {"store": "store/sqlite", "encoder": "encoder/minilm", "chat": "chat/rules"}


def make(path: str, /, **params: Any) -> Any:
    """The object that a yaml of the config folder describes: `make("strategy/hybrid", k1=1.5)`.

    Parts that are not given are made as the root config says: a store in memory, the bundled encoder, a chat without a
    model, seed 0.

    Args:
        path: `group/name`.
        params: Replace numbers of the yaml, those of nested parts too where the name occurs once; or parts, as objects.

    Raises:
        ConfigError: There is no such yaml or parameter.
    """
    group, _, name = path.partition("/")
    node = load_option(group, name)
    if "defaults" in node:  # it is composed of others
        node = plan([f"{group}={name}"])[0][group]
    parts = {key: params.pop(key) for key in PARTS & params.keys()}
    for key, value in params.items():
        _place(path, node, key, value)
    wanted = {key for one in (node, *node.get("parts", {}).values()) for key in _signature(path, one).parameters}
    for part, option in DEFAULTS.items():
        if part in wanted and part not in parts:
            parts[part] = make(option)
    if group == "strategy":
        return _layered(node, [], {"seed": 0} | parts, parts.pop("store", None))
    return construct(path, node, {"seed": 0} | parts)


def construct(where: str, node: Config, parts: Mapping[str, Any]) -> Any:
    """The object of one config node, given those of `parts` that its constructor names and the node does not set.

    Raises:
        ConfigError: The target cannot be imported, or its parameters do not fit; found before anything is built.
    """
    from hydra.errors import InstantiationException
    from hydra.utils import instantiate

    check(where, node, parts)
    given = {key: parts[key] for key in _signature(where, node).parameters if key in parts and key not in node}
    body = {key: value for key, value in node.items() if key not in LABELS}
    try:
        made = instantiate(body | {"_partial_": True}, _convert_="all")
        return made(**{name: _plain(value) for name, value in made.keywords.items()} | given)
    except (SourceError, ConfigError):
        raise
    except InstantiationException as error:  # of a part within; what that part said is clearer
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error


def _plain(value: Any) -> Any:
    """A part that is called later, as Python has it: Hydra's own checks its target at every call, a quarter of a ms."""
    if isinstance(value, partial):
        return partial(value.func, *value.args, **{name: _plain(own) for name, own in value.keywords.items()})
    return value


def check(where: str, node: Any, parts: Mapping[str, Any] = {}) -> None:
    """Binds the parameters of a node and of all nodes in it to their signatures without building anything.

    Raises:
        ConfigError: A parameter is unknown, with the three nearest, or missing.
    """
    if isinstance(node, list):
        for place, part in enumerate(node):
            check(f"{where}[{place}]", part)
    if not isinstance(node, Mapping):
        return
    if node.get("_target_"):
        parameters = _signature(where, node).parameters
        for key in node.keys() - LABELS - parameters.keys():
            if not key.startswith("_"):
                raise ConfigError(f"{where}: no parameter {key!r} in {node['_target_']}; {nearest(key, parameters)}")
        for key, parameter in parameters.items():
            required = parameter.default is parameter.empty and not node.get("_partial_")
            if required and key not in node and key not in parts:
                raise ConfigError(f"{where}: {node['_target_']} needs {key!r}, which the config does not set")
    for key, part in node.items():
        check(f"{where}.{key}", part)


def source(config: Config) -> Source:
    """The source of a run."""
    return construct("source", config["source"], {})


def encoder(config: Config) -> Encoder:
    """The encoder of a run, bare."""
    return construct("encoder", config["encoder"], {})


def reader(config: Config, encoder: Encoder | None = None) -> Reader | None:
    """The reader of a run, None where retrieval is judged on its own."""
    parts: dict[str, Any] = {"seed": config["seed"], "encoder": encoder}
    if reads("chat", config):
        parts["chat"] = construct("chat", config["chat"], {})
    return _optional("reader", config, parts)


def tracking(config: Config) -> Any:
    """The view that a run is shown in, None for no view."""
    return _optional("tracking", config)


def study(node: Config) -> Any:
    """The study that an experiment's yaml holds in place of runs (`memlab.studies.base.Study`)."""
    return construct("study", node, {})


def wants(part: str, config: Config) -> bool:
    """Whether the strategy or a layer of a run names a part, such as `encoder`, in its constructor."""
    nodes = [config["strategy"], *config["strategy"].get("parts", {}).values(), *config["layer"].values()]
    return any(names(part, node) for node in nodes)


def encodes(config: Config) -> bool:
    """Whether anything in a run needs the encoder: the strategy, a layer or the reader."""
    return reads("encoder", config) or wants("encoder", config)


def reads(part: str, config: Config) -> bool:
    """Whether the reader of a run is given a part, such as `chat`: its constructor names it and its node does not."""
    reader = config["reader"]
    return bool(reader.get("_target_")) and part not in reader and names(part, reader)


def names(part: str, node: Config) -> bool:
    """Whether the constructor of a config node names a part among its parameters."""
    return part in _signature("strategy", node).parameters


def new_store(config: Config) -> Store:
    """An empty store in memory, as runs have one for each user.

    Raises:
        ConfigError: The config names a file.
    """
    if any(node.get("path") is not None for node in _nodes(config["store"])):
        raise ConfigError(
            "store.path: runs keep their memory in RAM, so that each user starts with none; leave it null"
        )
    return kept_on(config["store"])


def strategy(config: Config, life: Life | None, encoder: Encoder | None, store: Store | None = None) -> Strategy:
    """One user's strategy in its layers, outermost first; each layer has a space of its own in the one store.

    A layer is given what it wraps as `inner`; or as `make_inner`, which builds one for a store, as often as it needs. A
    strategy that has `parts`, strategies themselves, is given for each what builds it for a store.

    Args:
        life: Whose gold the oracle is shown; None for a trial before the first user.
        store: Where it keeps its records; None is one of its own in memory, as runs have it.
    """
    gold = life.gold if life else {}
    parts: dict[str, Any] = {"seed": config["seed"], "encoder": encoder}
    parts["store"] = kept = new_store(config) if store is None else store
    if wants("chat", config):
        parts["chat"] = construct("chat", config["chat"], {})
    if config["strategy"]["_target_"] == ORACLE:
        parts["evidence"] = lambda query: [nugget.turns for nugget in gold[query].evidence] if query in gold else []
    if config["strategy"]["_target_"] == REPLAYED:
        parts["user"] = life.user if life else ""
    return _layered(config["strategy"], list(config["layer"].items()), parts, kept)


def _layered(
    strategy: Config, layers: Sequence[tuple[str, Config]], parts: Mapping[str, Any], store: Store
) -> Strategy:
    """A strategy on a store, in layers that each have a space of it."""
    if not layers:
        own = {**parts, "store": store}
        if "parts" in strategy:
            own["parts"] = {name: partial(_layered, part, [], parts) for name, part in strategy["parts"].items()}
        return construct("strategy", {key: part for key, part in strategy.items() if key != "parts"}, own)
    (name, node), *inside = layers
    own = {**parts, "store": store.space(f"layer {name}")}
    if names("inner", node):
        own["inner"] = _layered(strategy, inside, parts, store)
    return construct(f"layer.{name}", node, own | {"make_inner": partial(_layered, strategy, inside, parts)})


def kept_on(node: Config, path: str | None = None, user: str = "", key: str | None = None) -> Store:
    """A store as its config node names it, with the stores in it, of one user on one path.

    The first store in another takes the path itself, each other one the path with its name after it. A store that seals
    and names no key file is given `key`; in memory, a new one that lasts as long as the store.

    Args:
        path: A file, or what a store has in place of one; None keeps everything in memory.
    """
    from memlab.stores.keys import new_key

    return construct("store", _placed(node, path, user, key if key or path else new_key()), {})


def _placed(node: Config, path: str | None, user: str, key: str | None) -> Config:
    takes = _signature("store", node).parameters
    place = {"path": path} | ({"user": user} if user else {})
    if node.get("key_file") is None:
        place["key"] = key
    within = [name for name, part in node.items() if isinstance(part, dict) and "_target_" in part]
    paths = {name: f"{path}.{name}" if path and n else path for n, name in enumerate(within)}
    parts = {name: _placed(node[name], paths[name], user, key) for name in within}
    return node | {name: value for name, value in place.items() if name in takes} | parts


@cache
def metrics(config_dir: str | None = None) -> tuple[Metric, ...]:
    """Every metric of the config folders, in order of file and line."""
    built = []
    for name in options("metric", config_dir):
        node = load_option("metric", name, config_dir)
        for params in node.pop("each", [{}]):
            built.append(construct(f"metric.{name}", node | params, {}))
    return tuple(built)


def _optional(group: str, config: Config, parts: Mapping[str, Any] = {}) -> Any:
    return construct(group, config[group], parts) if config[group].get("_target_") else None


def _signature(where: str, node: Mapping[str, Any]) -> inspect.Signature:
    from hydra.utils import get_object

    try:
        target: Callable[..., Any] = get_object(node["_target_"])
    except Exception as error:
        raise ConfigError(f"{where}: cannot import {node['_target_']}: {error}") from error
    return inspect.signature(target)


def _place(path: str, node: Config, key: str, value: Any) -> None:
    homes = list(_homes(node, key))
    if not homes and key in _signature(path, node).parameters:
        homes = [node]
    if len(homes) != 1:
        known = {name for home in _nodes(node) for name in home if not name.startswith("_")}
        found = f"occurs {len(homes)} times in its parts" if homes else f"does not exist; {nearest(key, known)}"
        raise ConfigError(f"{path}: parameter {key!r} {found}")
    homes[0][key] = deepcopy(value)


def _homes(node: Config, key: str):
    return (home for home in _nodes(node) if key in home)


def _nodes(node: Config):
    yield node
    for part in node.values():
        if isinstance(part, dict):
            yield from _nodes(part)
