"""What the yaml of an experiment asks a report for, read into a form and checked, so that a slip is one clear error."""

from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from memlab.build import metrics
from memlab.config import nearest
from memlab.results import Result, ResultError

Form = TypeVar("Form")
NUMBER, TEXT, LIST = "a number", "a name", "a list of names"
VALUES = {float: NUMBER, str: TEXT, Sequence[str]: LIST}


def read(form: type[Form], key: str, node: Any, result: Result, judged_by: Sequence[str]) -> Form:
    """A key of an experiment's yaml as a dataclass; a field whose name ends in _ is the key without it.

    Args:
        form: A dataclass of numbers, names and lists of names; fields with a default may be missing.
        node: What stands under the key.
        result: A run of the experiment.
        judged_by: Fields that name metrics, each of which must say whether more is better.

    Raises:
        ResultError: A key is unknown or missing, or a value is of another kind; a metric is unknown, or neither more
            nor less of it is better.
    """
    where, own = f"experiment {result.config['experiment']}: {key}", fields(form)  # type: ignore[arg-type]
    known = {part.name.removesuffix("_"): part for part in own}
    if not isinstance(node, dict):
        raise ResultError(f"{where} is {node!r}; it must have the keys {', '.join(known)}")
    for name in node:
        if name not in known:
            raise ResultError(f"{where}: there is no key {name!r}; {nearest(str(name), known)}")
    for name, part in known.items():
        if name not in node and part.default is MISSING:
            raise ResultError(f"{where}: {name} is missing; it must have the keys {', '.join(known)}")
        if name in node and not _fits(VALUES[part.type], node[name]):  # type: ignore[index]
            raise ResultError(f"{where}: {name} is {node[name]!r}; it must be {VALUES[part.type]}")  # type: ignore[index]
    wanted = form(**{part.name: node[name] for name, part in known.items() if name in node})
    for field in judged_by:
        _check_metric(f"{where}: {field}", getattr(wanted, field), result)
    return wanted


def higher_is_better(result: Result, metric: str) -> bool | None:
    """Whether more of a metric is better; None where neither more nor less is."""
    return {m.name: m.higher_is_better for m in metrics(result.config["config_dir"])}[metric]


def _fits(kind: str, value: object) -> bool:
    if kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == TEXT:
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _check_metric(where: str, metric: str, result: Result) -> None:
    known = {m.name: m.higher_is_better for m in metrics(result.config["config_dir"])}
    if metric not in known:
        raise ResultError(f"{where}: there is no metric {metric!r}; {nearest(metric, known)}")
    if known[metric] is None:
        directed = [name for name, higher in known.items() if higher is not None]
        raise ResultError(f"{where}: neither more nor less of {metric} is better; {nearest(metric, directed)}")
