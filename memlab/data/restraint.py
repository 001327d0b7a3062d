"""What a minimiser keeps of what its simulated users did not allow to be kept, and what it wrongly takes for that."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from memlab import build
from memlab.config import ConfigError, plan
from memlab.encoders import Encoder
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import Consent, Query, Turn, TurnId, UserId
from memlab.layers.minimize import Minimize
from memlab.paths import read_yaml
from memlab.sources.simulated import Simulated
from memlab.sources.simulated.remarks import Key
from memlab.sources.simulated.scene import NAMING
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.full_history import FullHistory

COLUMNS = ("category", "facts", "stored", "flagged", "precision", "of all told")
About = dict[TurnId, set[str]]
NO_TRUTH = "restraint is judged on simulated users, whose facts have a category: source=simulated"


def restraint(overrides: Sequence[str] = ()) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """A table by category of consent, and of all.

    A fact is one value of a sensitive attribute that was told and not allowed, at the end of the life; it is stored if
    some turn that states it is. Flagged is what would have been let in but for the category. A flag is right where the
    turn names a value of an attribute of that category, true or not, so one on a brother's illness, or on an operation
    that the source counts as an episode, is wrong. In the last column it is right too where the source says that the
    turn tells something else of the user's own that belongs to the category, by `memlab/data/restraint.yaml`: an
    operation, or a wish to have an allergy forgotten; a brother's illness is wrong here too.

    Args:
        overrides: As of `memlab run`: `source.bank=sealed`, `source.users=40`, `layer=minimize_meaning`.

    Raises:
        ConfigError: The source is another than the simulated one.
    """
    (config,) = plan(["layer=minimize", "tracking=none", *overrides])
    source = build.source(config)
    if not isinstance(source, Simulated):
        raise ConfigError(NO_TRUTH)
    encoder = Cached(build.encoder(config), cache_folder())
    counts: Counter[tuple[str, str]] = Counter()
    for user in source.users():
        for category, what in _of(source, user, config, encoder):
            counts[category, what] += 1
            counts["all", what] += 1
    encoder.close()
    names = sorted({category for category, _ in counts} - {"all"})
    return COLUMNS, [_row(name, counts) for name in (*names, "all") if counts[name, "fact"] or counts[name, "flagged"]]


def _of(source: Simulated, user: UserId, config: dict[str, Any], encoder: Cached) -> Iterator[tuple[str, str]]:
    """What is counted of one user: categories, each with what happened."""
    life = source.life(user, seed=config["seed"])
    events = [event for event in life.stream() if not isinstance(event, Query)]
    node = config["layer"]["minimize"]
    layer, strict = _told(events, node, encoder)
    _, lax = _told(events, node | {"consent": False}, encoder)
    allowed = {event.category: event.granted for event in events if isinstance(event, Consent)}
    named, told, facts = _books(source, user, config["seed"])
    for (category, _), turns in facts.items():
        if not allowed.get(category, False):
            yield category, "fact"
            if turns & strict:
                yield category, "stored"
    for event in events:
        if isinstance(event, Turn) and event.id in lax - strict:
            for category in sorted(c for c in layer.about(event) if not allowed.get(c, False)):
                yield category, "flagged"
                if category in named[event.id]:
                    yield category, "right"
                if category in told[event.id]:
                    yield category, "told"


def _told(events: Sequence[Any], node: dict[str, Any], encoder: Encoder) -> tuple[Minimize, frozenset[TurnId]]:
    """A minimiser that was told everything, and the turns that are kept in the end."""
    store = SqliteStore()
    parts = {"inner": FullHistory(store), "store": store.space("x"), "encoder": encoder}
    layer: Minimize = build.construct("layer.minimize", node, parts)
    for event in events:
        layer.observe(event)
    kept = frozenset(memory.id for memory in layer.memories())
    layer.close()
    return layer, kept


def _books(source: Simulated, user: UserId, seed: int) -> tuple[About, About, dict[tuple[str, Key], set[TurnId]]]:
    """By turn the categories whose values it names, and all that it tells of; and by category and fact its turns."""
    named, told, facts = defaultdict[TurnId, set[str]](set), defaultdict[TurnId, set[str]](set), defaultdict(set)
    for turn, key, category in source.stated(user, seed=seed):
        told[turn].update(name for name, starts in _also().items() if any(key[: len(s)] == s for s in starts))
        if category != "none":
            told[turn].add(category)
            if key[0] in NAMING:
                named[turn].add(category)
            if key[0] == "fact":
                facts[category, key].add(turn)
    return named, told, facts


@cache
def _also() -> dict[str, list[tuple[str, ...]]]:
    kinds = read_yaml(Path(__file__).with_suffix(".yaml"))
    return {category: [tuple(start) for start in starts] for category, starts in kinds.items()}


def _row(name: str, counts: Counter[tuple[str, str]]) -> tuple[str, ...]:
    fact, stored, flagged, right, told = (counts[name, what] for what in ("fact", "stored", "flagged", "right", "told"))
    shares = ((stored, fact), (right, flagged), (told, flagged))
    stated, precision, of_all = (f"{part / of:.3f}" if of else "" for part, of in shares)
    return name, str(fact), stated, str(flagged), precision, of_all
