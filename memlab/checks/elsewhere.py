"""What a check has done in another process: a life lived under another hash seed, turns written until it is killed."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from typing import IO, Any

from memlab.checks.subject import CheckFailed
from memlab.config import Config

HASH_SEED = "4242"
LAST_LINES = 2
TOLD = 300


def start(function: Callable[[], None], order: dict[str, Any], errors: IO[str], stdout: int = DEVNULL) -> Popen:
    """Runs a function of this module in a new Python, which imports what this one can import.

    Args:
        function: Reads its order, as JSON, from standard input.
        errors: A file for what it says on standard error.
        stdout: What becomes of its standard output, as `subprocess` names it.
    """
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    env["PYTHONHASHSEED"] = HASH_SEED
    code = f"from memlab.checks.elsewhere import {function.__name__} as go; go()"
    process = Popen([sys.executable, "-c", code], env=env, stdin=PIPE, stdout=stdout, stderr=errors)
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode())
    process.stdin.close()
    return process


def failed(errors: IO[str]) -> CheckFailed:
    """What a process that ended by itself said last."""
    errors.seek(0)
    last = " ".join(errors.read().strip().splitlines()[-LAST_LINES:])[-TOLD:]
    return CheckFailed(f"the process ended by itself: {last or 'it said nothing'}", "see what it raised")


def live_there(config: Config, law: str, place: int, n: int, folder: Path) -> None:
    """Has a simulated life of a check lived in another process, its files written to a folder.

    Args:
        law: Of these `n` lives, as `memlab.checks.lives.lives` names them, the one at `place` is lived.

    Raises:
        CheckFailed: The process failed; the message has its last words.
    """
    with TemporaryFile("w+") as errors:
        order = {"config": config, "folder": str(folder), "law": law, "place": place, "n": n}
        process = start(live_one, order, errors)
        if process.wait() != 0:
            raise failed(errors)


def live_one() -> None:
    """In the other process: lives the life that is ordered."""
    from memlab.checks.lives import lives
    from memlab.checks.living import trace
    from memlab.checks.subject import Subject

    order = json.load(sys.stdin)
    life = lives(order["law"], order["n"])[order["place"]]
    trace(Subject(order["config"]), life, Path(order["folder"]))


def write() -> None:
    """In the other process: observes events on a file, a byte on standard output after each; waits to be killed."""
    from memlab.checks.lives import written
    from memlab.checks.subject import Subject

    order, parent = json.load(sys.stdin), os.getppid()
    acknowledged = os.dup(1)
    os.dup2(2, 1)  # what the strategy prints is no acknowledgement
    subject = Subject(order["config"])
    strategy = subject.fresh(store=subject.store(Path(order["path"])))
    for event in written(order["n_writes"], strategy):
        strategy.observe(event)
        os.write(acknowledged, b".")

    while os.getppid() == parent:
        time.sleep(0.05)
