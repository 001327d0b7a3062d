"""What a run is, as a hash, and where it came from, as a record."""

import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from memlab.config import Config, load_option, options

SCHEMA_VERSION = 1
PACKAGE = Path(__file__).parent
MOVES_TRACES = (
    *("events.py", "life.py", "seeds.py", "text.py", "encoders", "indexes", "stores", "llm", "extract", "strategies"),
    *("layers", "providers", "sources", "readers", "loop.py", "traces.py"),
    *("satisfaction/language", "satisfaction/reacting", "assistants/prompt.py"),
)
MOVES_SCORES = ("text.py", "metrics", "stats")
RECORDED = "memlab.llm.recorded.RecordedChat"
PLACES = ("path", "sha256", "audit")
NOT_IDENTITY = {"out", "workers", "launcher", "tracking", "metric", "config_dir"}
VERSIONS = ("memlab", "numpy", "torch", "sentence-transformers", "hnswlib", "bm25s", "PyStemmer", "pyarrow", "mlflow")


def run_key(config: Config, source_digest: str) -> str:
    """The first 12 hex digits of the hash of everything that can move a trace.

    Places of files do not enter, the data's digest does, and a recorded chat's; nor does what only shows or stores the
    results.
    """
    kept = {name: node for name, node in config.items() if name not in NOT_IDENTITY}
    kept["source"] = {name: value for name, value in kept["source"].items() if name not in PLACES}
    kept["store"] = {name: value for name, value in kept["store"].items() if name != "path"}
    if kept["strategy"].get("sha256") is not None:  # a file that is known by its checksum may lie anywhere
        kept["strategy"] = {name: value for name, value in kept["strategy"].items() if name != "path"}
    kept["chat"] = _told(kept["chat"])
    kept["layer"] = list(kept["layer"].items())
    text = yaml.safe_dump([kept, source_digest, code_digest(MOVES_TRACES), _outside_code(config)], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def _told(chat: Config) -> Config:
    """A chat as far as it moves a reply: one that only replays is its recording, wherever that lies."""
    if chat.get("_target_") != RECORDED or chat.get("inner") is not None or not chat.get("path"):
        return chat
    path = Path(chat["path"])
    content = sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"
    return {name: value for name, value in chat.items() if name != "path"} | {"sha256": content}


@cache
def code_digest(parts: Sequence[str]) -> str:
    """The hash of the package's code and language files under `parts`, by relative name and content."""
    digest = sha256()
    for part in parts:
        root = PACKAGE / part
        for path in sorted(root.rglob("*")) if root.is_dir() else [root] if root.exists() else []:
            if path.suffix not in (".py", ".yaml"):
                continue
            digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def metrics_digest(config_dir: str | None = None) -> str:
    """The hash of everything that turns traces into scores."""
    digest = sha256(code_digest(MOVES_SCORES).encode())
    for name in options("metric", config_dir):
        node = load_option("metric", name, config_dir)
        digest.update(yaml.safe_dump([name, node, _outside_code(node)]).encode())
    return digest.hexdigest()


def _outside_code(node: Any) -> list[str]:
    """The hashes of what a config names outside memlab: modules as targets, files in a command."""
    if isinstance(node, list):
        return [digest for part in node for digest in _outside_code(part)]
    if not isinstance(node, dict):
        return []
    found = [digest for name in sorted(node) for digest in _outside_code(node[name])]
    command = node.get("command")
    files = [Path(str(word)) for word in command if Path(str(word)).is_file()] if isinstance(command, list) else []
    found += [sha256(file.read_bytes()).hexdigest() for file in files]
    module = str(node.get("_target_") or "").rpartition(".")[0]
    if module and module.split(".")[0] != "memlab":
        spec = find_spec(module)
        if spec is not None and spec.origin is not None and Path(spec.origin).is_file():
            found.append(sha256(Path(spec.origin).read_bytes()).hexdigest())
    return found


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
    if not (PACKAGE.parent / ".git").exists():
        return None
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
