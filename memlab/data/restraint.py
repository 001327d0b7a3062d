"""What a minimiser keeps of what its simulated users did not allow to be kept, and what it wrongly takes for that."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from memlab import build
from memlab.config import ConfigError, plan
from memlab.events import Consent, Query, Turn, TurnId, UserId
from memlab.extract.sensitive import sensitive
from memlab.layers.minimize import Minimize
from memlab.sources.simulated import Simulated
from memlab.stores.sqlite import SqliteStore
from memlab.strategies.full_history import FullHistory

COLUMNS = ("category", "facts", "stored", "flagged", "precision")
NO_TRUTH = "restraint is judged on simulated users, whose facts have a category: source=simulated"


def restraint(overrides: Sequence[str] = ()) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """A table by category of consent, and of all.

    A fact is one value of a sensitive attribute that was told and not allowed, at the end of the life; it is stored if
    some turn that states it is. Flagged is what would have been let in but for the category. A flag is right where the
    turn names a value of an attribute of that category, true or not, so one on a brother's illness, or on an operation
    that the source counts as an episode, is wrong.

    Args:
        overrides: As of `memlab run`: `source.bank=sealed`, `source.users=40`, `layer.minimize.min_worth=0.5`.

    Raises:
        ConfigError: The source is another than the simulated one.
    """
    (config,) = plan(["layer=minimize", "tracking=none", *overrides])
    source = build.source(config)
    if not isinstance(source, Simulated):
        raise ConfigError(NO_TRUTH)
    counts: Counter[tuple[str, str]] = Counter()
    for user in source.users():
        for category, what in _of(source, user, config):
            counts[category, what] += 1
            counts["all", what] += 1
    names = sorted({category for category, _ in counts} - {"all"})
    return COLUMNS, [_row(name, counts) for name in (*names, "all") if counts[name, "fact"] or counts[name, "flagged"]]


def _of(source: Simulated, user: UserId, config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is counted of one user: categories, each with what happened."""
    life = source.life(user, seed=config["seed"])
    events = [event for event in life.stream() if not isinstance(event, Query)]
    node = config["layer"]["minimize"]
    strict, lax = _told(events, node), _told(events, node | {"consent": False})
    allowed = {event.category: event.granted for event in events if isinstance(event, Consent)}
    about, facts = dict[TurnId, set[str]](), dict[tuple[str, str, int], set[TurnId]]()
    for turn, category, attribute, version in source.sensitive(user, seed=config["seed"]):
        about.setdefault(turn, set()).add(category)
        if version is not None:
            facts.setdefault((category, attribute, version), set()).add(turn)
    for (category, _, _), turns in facts.items():
        if not allowed.get(category, False):
            yield category, "fact"
            if turns & strict:
                yield category, "stored"
    for event in events:
        if isinstance(event, Turn) and event.id in lax - strict:
            for category in sorted(c for c in sensitive(event.text) if not allowed.get(c, False)):
                yield category, "flagged"
                if category in about.get(event.id, ()):
                    yield category, "right"


def _told(events: Sequence[Any], node: dict[str, Any]) -> frozenset[TurnId]:
    """The turns that are kept in the end under a minimiser."""
    store = SqliteStore()
    layer: Minimize = build.construct("layer.minimize", node, {"inner": FullHistory(store), "store": store.space("x")})
    for event in events:
        layer.observe(event)
    kept = frozenset(memory.id for memory in layer.memories())
    layer.close()
    return kept


def _row(name: str, counts: Counter[tuple[str, str]]) -> tuple[str, ...]:
    fact, stored, flagged, right = (counts[name, what] for what in ("fact", "stored", "flagged", "right"))
    shares = (f"{part / of:.3f}" if of else "" for part, of in ((stored, fact), (right, flagged)))
    return name, str(fact), next(shares), str(flagged), next(shares)
