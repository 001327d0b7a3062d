"""What a run is, as a hash, and where it came from, as a record."""

import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from memlab.config import Config
from memlab.paths import configs_folder

SCHEMA_VERSION = 1
PACKAGE = Path(__file__).parent
MOVES_TRACES = (
    *("events.py", "life.py", "seeds.py", "text.py", "encoders", "indexes", "stores", "llm", "extract", "strategies"),
    *("layers", "providers", "sources", "readers", "loop.py", "traces.py"),
)
MOVES_SCORES = ("text.py", "metrics", "stats")
NOT_IDENTITY = {"out", "workers", "launcher", "tracking", "metric"}
VERSIONS = ("memlab", "numpy", "torch", "sentence-transformers", "hnswlib", "bm25s", "PyStemmer", "pyarrow", "mlflow")


def run_key(config: Config, source_digest: str) -> str:
    """The first 12 hex digits of the hash of everything that can move a trace.

    Places of files do not enter, the data's digest does; nor does what only shows or stores the results.
    """
    kept = {name: node for name, node in config.items() if name not in NOT_IDENTITY}
    kept["source"] = {name: value for name, value in kept["source"].items() if name not in ("path", "sha256")}
    kept["store"] = {name: value for name, value in kept["store"].items() if name != "path"}
    kept["layer"] = list(kept["layer"].items())
    text = yaml.safe_dump([kept, source_digest, code_digest(MOVES_TRACES)], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


@cache
def code_digest(parts: Sequence[str]) -> str:
    """The hash of the package's code files under `parts`, by relative name and content."""
    digest = sha256()
    for part in parts:
        root = PACKAGE / part
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root] if root.exists() else []:
            digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def metrics_digest() -> str:
    """The hash of everything that turns traces into scores."""
    digest = sha256(code_digest(MOVES_SCORES).encode())
    for path in sorted((configs_folder() / "metric").glob("*.yaml")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def provenance() -> dict[str, Any]:
    """Commit and dirty flag (None outside a checkout), package versions and machine."""
    commit = _git("rev-parse", "HEAD")
    return {
        "commit": commit,
        "dirty": None if commit is None else bool(_git("status", "--porcelain")),
        "packages": {name: found for name in VERSIONS if (found := _version(name))},
        "host": {"system": platform.platform(), "machine": platform.machine(), "python": platform.python_version()},
    }


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=PACKAGE, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
