"""What is checked: a strategy's config, from which a check builds as many instances as it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from memlab import build
from memlab.config import Config, ConfigError, plan
from memlab.encoders import Encoder, Tokens, Vectors
from memlab.encoders.hashing import Hashing
from memlab.life import Life
from memlab.stores import Store
from memlab.strategies.base import Strategy

KEY = "bm8gc2VjcmV0OiBhIGtleSBmb3IgY2hlY2tzIG9ubHk="  # for stores that seal what no one needs to keep
NO_STORE = "its constructor names no store, so it lasts as long as its process"


class CheckFailed(AssertionError):
    """A strategy breaks a law.

    Args:
        seen: What was seen: ids, texts shortened; kept as `seen`.
        change: What to change.
    """

    def __init__(self, seen: str, change: str) -> None:
        super().__init__(f"{seen}. {change[:1].upper()}{change[1:]}")
        self.seen = seen


class NotApplicable(Exception):
    """A check says nothing about this strategy; the message says why."""


@dataclass(frozen=True)
class Subject:
    """A strategy as a run's config describes it, in its layers, with the hashing encoder and no weights.

    Args:
        config: Complete and resolved, as `memlab.config.plan` gives it.
    """

    config: Config

    @property
    def name(self) -> str:
        """The strategy's name, as its yaml has it."""
        return str(self.config["strategy"].get("name", self.config["strategy"]["_target_"]))

    @property
    def lasts(self) -> bool:
        """Whether the strategy's constructor names a store, so that it can be closed and reopened."""
        return build.names("store", self.config["strategy"])

    @property
    def encoder(self) -> Encoder:
        """The encoder that strategies are given, one per process."""
        return _encoder()

    def fresh(self, life: Life | None = None, store: Store | None = None) -> Strategy:
        """A new instance that has observed nothing.

        Args:
            life: Whose evidence the oracle is shown.
            store: Where it keeps its records; None is a new one in memory.
        """
        encoder = self.encoder if build.wants("encoder", self.config) else None
        return build.strategy(self.config, life, encoder, self.store() if store is None else store)

    def store(self, path: Path | None = None, user: str = "") -> Store:
        """A store as the config names it, but on this path, for this user; what the config says of both is let be."""
        return build.kept_on(self.config["store"], None if path is None else str(path), user, KEY)

    def must_last(self) -> None:
        """Ends a check that needs a store.

        Raises:
            NotApplicable: The strategy's constructor names none.
        """
        if not self.lasts:
            raise NotApplicable(NO_STORE)


def subject(overrides: Sequence[str], config_dir: Path | str | None = None) -> Subject:
    """The strategy that a command line names, built once on trial.

    Args:
        overrides: `strategy=NAME` and any `key=value`.
        config_dir: An outside folder of config groups.

    Raises:
        ConfigError: No strategy is named, or more than one; a name or a parameter does not exist.
    """
    if not any(override.startswith("strategy=") for override in overrides):
        bare = next((f"; did you mean strategy={word}?" for word in overrides if "=" not in word), "")
        raise ConfigError(f"no strategy is named; say which: strategy=NAME{bare}")
    if config_dir is not None and not Path(config_dir).is_dir():
        raise ConfigError(f"--config-dir {config_dir} is not a folder")
    configs = plan(overrides, config_dir)
    if len(configs) != 1:
        raise ConfigError(f"{' '.join(overrides)} are {len(configs)} runs; one strategy is checked at a time")
    chosen = Subject(configs[0])
    chosen.fresh().close()
    return chosen


class _Remembering:
    """An encoder that encodes a text once: checks tell the same texts to many twins."""

    def __init__(self, inner: Hashing) -> None:
        self.dim, self.identity = inner.dim, inner.identity
        self.token_dim, self.token_type, self.token_identity = inner.token_dim, inner.token_type, inner.token_identity
        self._inner, self._rows, self._tokens = inner, dict[str, Vectors](), dict[str, Tokens]()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text, float32, shape (len(texts), dim), as the inner encoder's; the caller's."""
        new = list(dict.fromkeys(text for text in texts if text not in self._rows))
        self._rows.update(zip(new, self._inner.encode(new), strict=True))
        return np.stack([self._rows[text] for text in texts]) if texts else self._inner.encode(texts)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """As the inner encoder's."""
        for text in texts:
            if text not in self._tokens:
                self._tokens[text] = self._inner.encode_tokens([text])[1][0]
        return self.encode(texts), [self._tokens[text] for text in texts]


@cache
def _encoder() -> _Remembering:
    return _Remembering(Hashing())
