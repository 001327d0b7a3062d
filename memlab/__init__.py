"""memlab: evaluation and benchmarking of the memory of personal AI assistants."""

from typing import Any

__version__ = "0.3.0"
__all__ = ["__version__", "make"]


def make(path: str, /, **params: Any) -> Any:
    """The object that a yaml of the config folder describes: `make("strategy/hybrid", k1=1.5)`; see `memlab.build`."""
    from memlab.build import make as build

    return build(path, **params)
