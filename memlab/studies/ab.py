"""An A/B experiment from the command line: what was asked for, its arms lived, its logs read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from memlab.config import Config, ConfigError, load_option, nearest, plan
from memlab.satisfaction.analysis import Analysis, analyse
from memlab.satisfaction.assignment import HOLDOUT
from memlab.satisfaction.design import Design, design_of
from memlab.satisfaction.log import Log
from memlab.satisfaction.outcomes import Outcome
from memlab.satisfaction.reading import arms_in, read_log
from memlab.studies.arms import Arm, Lived, arms_of, digest_of, first_session, live_arms, write_logs

STANDARD = "standard"
COUNTS = {"users": 2, "sessions": 1, "burn_in": 0}  # of what is lived, at least


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command line asks for.

    Attributes:
        a: As typed; None where it names none. `b` likewise.
        node: `configs/ab`, with what the line changes.
        others: Overrides for every arm.
        shared: Parts of the config, by name, that are as they are in every arm.
    """

    a: str | None
    b: str | None
    node: Config
    others: list[str]
    config_dir: Path | None
    shared: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """An experiment that was lived: its folder and runs.

    Attributes:
        exposed: The number of the first session after the burn-in.
    """

    folder: Path
    design: Design
    lived: Sequence[Lived]
    exposed: int
    seed: int

    def logs(self) -> tuple[Path, Path]:
        """Writes exposures and outcomes into the folder, and says where.

        Raises:
            LogError: Nobody has lived a session.
        """
        return write_logs(self.lived, self.exposed, self.folder)


def asked(overrides: Sequence[str], config_dir: Path | None = None, from_log: bool = False) -> Wanted:
    """What a command line asks for, checked.

    Args:
        from_log: Whether logs are read; then nothing runs, and there is nothing for arms to be changed about.

    Raises:
        ConfigError: A key does not exist, a value cannot be read, or an arm is missing.
    """
    for override in overrides:
        if "=" not in override:
            raise ConfigError(f"{override!r} is not of the form a=strategy, b=strategy or key=value")
    node = load_option("ab", STANDARD, config_dir)
    own = [o for o in overrides if o.lstrip("+").partition("=")[0].partition(".")[0] in node]
    lived = [o for o in own if o.lstrip("+").partition("=")[0] in COUNTS]
    if from_log and lived:
        raise ConfigError(f"{lived[0]} is of what is lived; a log has users and sessions of its own, so leave it out")
    arms = {o[0]: o[2:] for o in overrides if o.startswith(("a=", "b="))}
    others = [o for o in overrides if o not in own and not o.startswith(("a=", "b="))]
    root = set() if from_log else {*plan([], config_dir)[0]}
    for override in others:
        key = override.lstrip("+~").partition("=")[0].partition(".")[0]
        if key not in root:
            raise ConfigError(f"there is no key {key!r} of an A/B experiment; {nearest(key, {*node, 'a', 'b', *root})}")
    if not from_log and arms.keys() < {"a", "b"}:
        raise ConfigError("an A/B experiment needs two arms, as in: memlab ab a=none b=hybrid")
    changed = plan([f"+ab={STANDARD}", *(_under(o) for o in own)], config_dir)[0]["ab"] if own else node
    return Wanted(arms.get("a"), arms.get("b"), changed, others, config_dir)


def live(wanted: Wanted, argv: Sequence[str] = (), progress: Callable[..., None] = lambda *_: None) -> Done:
    """Lives all arms; what is finished already is not lived again.

    Everything lies in `OUT/ab/KEY`, the key the hash of what the experiment is: `config.yaml`, a run for each arm in
    `arms`, and the logs `exposures.parquet` and `outcomes.parquet` once they are asked for.

    Raises:
        ConfigError: A number or an arm is wrong; nothing has been run.
    """
    node = wanted.node
    _check(node)
    found = arms_of(str(wanted.a), str(wanted.b), node, wanted.others, wanted.config_dir)
    arms = [Arm(arm.name, arm.config | dict(wanted.shared)) for arm in found]
    design = _designed(node, arms[0].name, arms[1].name)
    config = arms[0].config
    folder = Path(config["out"]) / "ab" / digest_of(node, arms)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(
        yaml.safe_dump({"ab": dict(node), "arms": {arm.name: arm.config for arm in arms}}, sort_keys=False)
    )
    lived = live_arms(arms, design, node["burn_in"], folder, argv, progress)
    return Done(folder, design, lived, first_session(config, node["burn_in"]), config["seed"])


def log_design(wanted: Wanted, exposures: Path) -> Design:
    """The design of a log: arms that are not named are taken from it where there is no doubt which is which.

    Raises:
        ConfigError: Arms must be named.
        LogError: The log does not say them.
    """
    found = arms_in(exposures)
    a, b = wanted.a, wanted.b
    if a is None and b is None and len(found) == 2 and HOLDOUT in found:
        a, b = HOLDOUT, next(arm for arm in found if arm != HOLDOUT)
    if a is None or b is None:
        raise ConfigError(f"{exposures.name} has the arms {', '.join(found)}; say which is which: a={found[0]} b=…")
    return _designed(wanted.node | ({} if HOLDOUT in found else {"holdout": 0.0}), a, b)


def read(exposures: Path, outcomes: Path, design: Design) -> tuple[Analysis, Log]:
    """A log's analysis and the log itself.

    Raises:
        LogError: The log is not what it should be.
    """
    log = read_log(exposures, outcomes, design)
    return analyse(log, design), log


def _designed(node: Config, a: str, b: str) -> Design:
    try:
        return design_of(node, a, b)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _check(node: Config) -> None:
    measured = [field.name for field in fields(Outcome) if field.name not in ("user", "session", "at")]
    if node["primary"] not in measured:
        offered = nearest(str(node["primary"]), measured)
        raise ConfigError(f"primary is {node['primary']!r}, which is measured of no session; {offered}")
    for name, least in COUNTS.items():
        value = node[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ConfigError(f"{name} is {value!r}; it must be a whole number of at least {least}")


def _under(override: str) -> str:
    """`users=5` as `ab.users=5`, and what adds an outcome as Hydra wants it."""
    plain = override.lstrip("+")
    return f"++ab.{plain}" if plain.startswith("outcomes.") else f"ab.{plain}"
