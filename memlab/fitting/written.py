"""Fitted weights as the yaml of a strategy: the one they were fitted for, with other weights and where from."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from memlab import __version__
from memlab.config import Config, ConfigError, option_path
from memlab.fitting.judging import Chosen
from memlab.fitting.questions import OPEN, Asked
from memlab.stats.paired import Difference
from memlab.strategies.signals import MEANING

DIGITS = 2
WEIGHTS, ELSEWHERE = "weights:", "elsewhere:"


def yaml_of(overrides: Sequence[str], config_dir: Path | None = None) -> str:
    """The yaml of the strategy that overrides name, as it stands."""
    name = next(override.split("=", 1)[1] for override in reversed(overrides) if override.startswith("strategy="))
    return option_path("strategy", name, config_dir).read_text()


def command(overrides: Sequence[str], configs: Sequence[Config]) -> str:
    """The command that fits the same again, the bank of simulated sentences named."""
    words = ["memlab fit", *overrides]
    if any("bank" in config["source"] for config in configs) and not any("source.bank=" in word for word in words):
        words.append(f"source.bank={OPEN}")
    return " ".join(words)


def check_writable(strategy: Config, text: str) -> None:
    """Refuses a strategy that is not what its yaml says, since the rest of the yaml is written as it stands.

    Raises:
        ConfigError: An override changed more than its weights and its name.
    """
    changed = sorted(key for key, value in _rest(yaml.safe_load(text)).items() if _rest(strategy).get(key) != value)
    if changed:
        raise ConfigError(f"strategy.{changed[0]} is overridden, and --to writes the rest of the yaml as it stands")


def as_yaml(text: str, name: str, command: str, sources: Sequence[Asked], chosen: Chosen) -> str:
    """The yaml of a strategy with fitted weights, rounded, each with its meaning, and told above them where from.

    Below them stand those given, for corpora that are not of the kind of the sources: chats with an assistant.

    Args:
        text: The yaml of the strategy that the weights were fitted for; its other keys stay as they are.
        name: Of the strategy that it is now.
        command: By which it was fitted.
        sources: On which.
        chosen: The weights.
    """
    given = yaml.safe_load(text)
    lines = [f"name: {name}" if line.startswith("name:") else line for line in text.splitlines()]
    at = next(place for place, line in enumerate(lines) if line.startswith(WEIGHTS))
    start = at - len(list(takewhile(lambda line: line.startswith("#"), reversed(lines[:at]))))
    end = at + 1 + len(list(takewhile(lambda line: line.startswith((" ", "#", ELSEWHERE)), lines[at + 1 :])))
    told = [*_told(command, sources, chosen), *_weights(chosen), *_elsewhere(given)]
    return "\n".join([*lines[:start], *told, *lines[end:]]) + "\n"


def short_digest(digest: str) -> str:
    """Twelve digits that name a source's data, of however many files."""
    return sha256(digest.encode()).hexdigest()[:12]


def gain(difference: Difference) -> str:
    """A gain with its interval."""
    mean = difference.mean
    if mean.low is None or mean.high is None:
        return f"{mean.mean:+.4f}"
    return f"{mean.mean:+.4f} [{mean.low:+.4f}, {mean.high:+.4f}]"


def write(path: Path, text: str) -> None:
    """Writes a strategy's yaml after reading it back.

    Raises:
        OSError: The disk refused.
    """
    yaml.safe_load(text)
    path.write_text(text)


def _told(command: str, sources: Sequence[Asked], chosen: Chosen) -> list[str]:
    lines = [f"# Weights fitted with memlab {__version__} by", f"#   {command}", "# on"]
    lines += [
        f"#   {one.source} ({one.users} users, {len(one.questions):,} questions with evidence, data "
        f"{short_digest(one.digest)})"
        for one in sources
    ]
    lines.append(
        f"# drawn to those of the strategy named there by {chosen.shrink:g}. Nothing of LoCoMo went into them."
    )
    lines += [f"# Dropped: {name}, nDCG@10 {gain(difference)} with it." for name, difference in chosen.dropped.items()]
    return lines


def _weights(chosen: Chosen) -> list[str]:
    lines = [WEIGHTS]
    for name, weight in chosen.weights.items():
        note = ("not seen: " if name in chosen.unseen else "") + MEANING.get(name, "")
        lines.append(f"  {f'{name}: {round(weight, DIGITS)}':<21}# {note}")
    return lines


def _elsewhere(given: Mapping[str, Any]) -> list[str]:
    held = given.get("elsewhere") or given["weights"]
    note = "# as given: they were fitted on chats with an assistant, and hold for nothing else"
    return [f"{ELSEWHERE:<26}{note}", *(f"  {name}: {weight}" for name, weight in held.items())]


def _rest(strategy: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in strategy.items() if key not in ("weights", "name")}
