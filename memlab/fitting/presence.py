"""Fits how sure `ranked` is that the evidence is there: a logistic function of a few facts of a question's candidates.

Questions that nothing answers are those of what was never said or was erased. Those of what a user did not allow to be
kept are left out: a strategy without a layer that drops it holds their evidence, and is right to be sure. Simulated
users ask in any of their wordings (`source.overlap=null`): the one nearest to the evidence tells the kind of question.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from memlab import build
from memlab.config import Config, ConfigError, plan
from memlab.encoders.cached import Cached, cache_folder
from memlab.events import Query, QueryId, UserId
from memlab.fitting.questions import Tapped
from memlab.life import Life, limited
from memlab.loop import live
from memlab.metrics.brier import squared_distance
from memlab.stats.calibration import Calibration, calibration
from memlab.stats.mean import Mean
from memlab.stats.paired import Difference, paired_difference
from memlab.stats.separation import separation
from memlab.strategies.base import Strategy
from memlab.traces import Tracer

DEFAULTS = ("strategy=ranked", "source=simulated", "source.bank=open", "source.users=16", "source.overlap=null")
FOLDS = 8
HELD = "not_consented"  # the kind of question that nothing may answer, though something held does
CONSTANT = "certain"
Progress = Callable[[int, int], None]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Sure(Strategy, Protocol):
    """A strategy that tells by what it is sure."""

    def presence(self, query: Query) -> dict[str, float]:
        """Facts of a question's candidates, by name; empty where nothing was said yet."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """One question: the facts of its candidates, and whether it can be answered."""

    user: UserId
    id: QueryId
    facts: Mapping[str, float]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """What came of a fitting; all figures are of users who were left out of it.

    Attributes:
        weights: By fact.
        gains: By fact other than the constant, what the Brier score loses with it, all others refitted; below 0 is
            better.
        digest: Of the source's data.
    """

    weights: Mapping[str, float]
    auroc: Mean
    calibration: Calibration
    gains: Mapping[str, Difference]
    users: int
    questions: int
    unanswerable: int
    digest: str

    @property
    def line(self) -> str:
        """The weights as a strategy's yaml has them."""
        return f"presence: {{{', '.join(f'{name}: {weight:.2f}' for name, weight in self.weights.items())}}}"


def fit_presence(overrides: Sequence[str] = (), progress: Progress = lambda *_: None) -> Presence:
    """Lives a source's users with the strategy and fits the weights of its presence on all of them.

    Each question counts the same. Weights of standardised facts are drawn to 0 as scikit-learn's logistic regression
    does by default. Costs what recalling does; facts do not depend on a strategy's weights.

    Args:
        overrides: As for `memlab run`, after `DEFAULTS`.
        progress: Called with how many users have lived, and of how many.

    Raises:
        ConfigError: More than one source or strategy is named, the strategy tells nothing or stands in a layer, it
            would be fitted on what it is judged on, or one kind of question does not occur.
        SourceError: The data are not at hand or damaged.
    """
    chosen = {override.partition("=")[0] for override in overrides}
    simulated = not any(override.startswith("source=") for override in overrides)
    given = [d for d in DEFAULTS if d.partition("=")[0] not in chosen and (simulated or not d.startswith("source."))]
    (config,) = plan([*given, *overrides])
    _check(config)
    source = build.source(config)
    users = source.users()[: config["limits"]["users"]]
    encoder, heard = Cached(build.encoder(config), cache_folder()), list[Heard]()
    for place, user in enumerate(users):
        life = source.life(user, seed=config["seed"])
        heard += _lived(config, limited(life, config["limits"]["sessions"], config["limits"]["queries"]), encoder)
        progress(place + 1, len(users))
    encoder.close()
    return fitted(heard, source.digest)


def fitted(heard: Sequence[Heard], digest: str) -> Presence:
    """The weights of facts, and how well they do on users who are left out, in at most eight folds.

    Raises:
        ConfigError: There are fewer than two users, or in some fold all or none can be answered.
    """
    names = list(heard[0].facts) if heard else []
    facts = np.array([[one.facts[name] for name in names] for one in heard])
    answerable, users = np.array([one.answerable for one in heard]), [one.user for one in heard]
    order = {user: place % FOLDS for place, user in enumerate(dict.fromkeys(users))}
    fold = np.array([order[user] for user in users])
    for left in {-1, *order.values()}:
        if len(order) < 2 or len(set(answerable[fold != left].tolist())) < 2:
            raise ConfigError(
                f"{len(order)} users, {int((~answerable).sum())} of {len(heard)} questions without an "
                "answer; it needs two users at least, and questions of both kinds whichever is left out"
            )
    whole = _left_out(facts, answerable, fold)
    without = {
        name: _left_out(np.delete(facts, place, axis=1), answerable, fold)
        for place, name in enumerate(names)
        if name != CONSTANT
    }
    classes = answerable.tolist()
    auroc, found = separation(whole, classes, users, coverage=None, name="presence"), calibration(whole, classes, users)
    assert auroc is not None  # both classes occur
    assert found is not None
    return Presence(
        weights=dict(zip(names, _weights(facts, answerable).tolist(), strict=True)),
        auroc=auroc,
        calibration=found,
        gains={name: paired_difference(_brier(heard, whole), _brier(heard, p), False) for name, p in without.items()},
        users=len(order),
        questions=len(heard),
        unanswerable=int((~answerable).sum()),
        digest=digest,
    )


def _check(config: Config) -> None:
    source, strategy = config["source"], config["strategy"]
    if "presence" not in strategy or config["layer"]:
        raise ConfigError(f"{strategy.get('name')} has no presence, or stands in a layer; ranked has one")
    if source["_target_"] == "memlab.sources.locomo.Locomo" or source.get("bank", "open") != "open":
        raise ConfigError(f"{source['name']} is what strategies are judged on; say source.bank=open or another")


def _lived(config: Config, life: Life, encoder: Cached) -> list[Heard]:
    """What is heard of a user's questions, without those whose evidence was not to be kept."""
    inner = cast(Sure, build.strategy(config, life, encoder, build.new_store(config)))
    heard: list[Heard] = []

    def overheard(query: Query) -> None:
        gold, facts = life.gold[query.id], inner.presence(query)
        if facts and gold.kind != HELD:
            heard.append(Heard(life.user, query.id, facts, gold.answerable))

    tapped = Tapped(inner, overheard)
    try:
        live(life, tapped, Tracer(life), reader=None, clock=time.perf_counter, **config["query"])
    finally:
        tapped.close()
    return heard


def _left_out(facts: Floats, answerable: Bools, fold: npt.NDArray[np.int64]) -> list[float]:
    """The probability of each question under weights fitted on the folds that it is not in."""
    total = np.zeros(len(facts))
    for left in np.unique(fold):
        here = fold == left
        total[here] = facts[here] @ _weights(facts[~here], answerable[~here])
    return ((1 + np.tanh(total / 2)) / 2).tolist()


def _weights(facts: Floats, answerable: Bools) -> Floats:
    """Weights of facts as they are, the first of which is always 1."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = facts[:, 1:].mean(axis=0), facts[:, 1:].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    found = LogisticRegression().fit((facts[:, 1:] - mean) / spread, answerable)
    weights = found.coef_[0] / spread
    return np.array([found.intercept_[0] - weights @ mean, *weights])


def _brier(heard: Sequence[Heard], probabilities: Sequence[float]) -> dict[tuple[str, str], float]:
    pairs = zip(heard, probabilities, strict=True)
    return {(one.user, one.id): squared_distance(p, one.answerable) for one, p in pairs}
