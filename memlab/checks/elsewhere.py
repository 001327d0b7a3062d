"""What a check has done in another process: a life lived under another hash seed, turns written until it is killed.

A new Python takes a second or two to import what a strategy is made of, so one is started for all checks: it has
imported that and lived nothing. For each order it forks a process, which does what is ordered and ends; none finds what
another left behind.
"""

import atexit
import json
import os
import select
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from signal import SIGKILL
from subprocess import DEVNULL, Popen
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

from memlab.checks.subject import CheckFailed
from memlab.config import Config

HASH_SEED = "4242"
LAST_LINES = 2
TOLD = 300
NAME_BYTES = 64


@dataclass(frozen=True)
class Elsewhere:
    """A process that does one order.

    Attributes:
        pid: Its number.
        output: What it tells, read from here; what it prints is with its errors.
    """

    pid: int
    output: IO[bytes]
    _status: IO[bytes]

    def wait(self) -> int:
        """Waits until it has ended; 0 if it did what was ordered."""
        self.output.close()
        with self._status:
            return int(self._status.readline())

    def kill(self) -> None:
        """Ends it at once (SIGKILL); what it had written by then can still be read."""
        os.kill(self.pid, SIGKILL)


Work = Callable[[dict[str, Any], int], None]


def start(function: Work, order: dict[str, Any], errors: IO[str]) -> Elsewhere:
    """Has a function of this module run in a process of its own, which imports what this one can import.

    One order at a time: the next begins when this one has ended.

    Args:
        function: Is given the order and the number of a file, its output.
        order: Of what JSON holds.
        errors: A file for what it prints and says on standard error.

    Raises:
        OSError: No process can be started.
    """
    here = {"path": _path(), "cwd": os.getcwd(), "env": dict(os.environ)}
    output, told = os.pipe()
    status, ended = os.pipe()
    with TemporaryFile("w+") as script:
        json.dump(order | {"here": here}, script)
        script.flush()
        script.seek(0)
        try:
            fds = [script.fileno(), told, errors.fileno(), ended]
            socket.send_fds(_server(), [function.__name__.encode()], fds)
        finally:
            os.close(told)
            os.close(ended)
    said = os.fdopen(status, "rb")
    if not (pid := said.readline()):
        _server.cache_clear()
        raise OSError("the process that forks one for each order of a check ended by itself")
    return Elsewhere(int(pid), os.fdopen(output, "rb"), said)


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
        if start(live_one, order, errors).wait() != 0:
            raise failed(errors)


def live_one(order: dict[str, Any], output: int) -> None:
    """In the other process: lives the life that is ordered."""
    from memlab.checks.lives import lives
    from memlab.checks.living import trace
    from memlab.checks.subject import Subject

    life = lives(order["law"], order["n"])[order["place"]]
    trace(Subject(order["config"]), life, Path(order["folder"]))


def write(order: dict[str, Any], output: int) -> None:
    """In the other process: observes events on a file, a byte of output after each; waits until nobody reads it."""
    from memlab.checks.lives import written
    from memlab.checks.subject import Subject

    subject = Subject(order["config"])
    strategy = subject.fresh(store=subject.store(Path(order["path"])))
    for event in written(order["n_writes"], strategy):
        strategy.observe(event)
        os.write(output, b".")
    left = select.poll()
    left.register(output, 0)
    left.poll()


@cache
def _server() -> socket.socket:
    """The one process for all orders, by the line to it; it ends when the line is closed."""
    line, there = socket.socketpair()
    code = f"from memlab.checks.elsewhere import serve; serve({there.fileno()})"
    with there:
        process = Popen(
            [sys.executable, "-c", code],
            env=os.environ | _environment(_path()),
            stdin=DEVNULL,
            stdout=DEVNULL,
            pass_fds=[there.fileno()],
            start_new_session=True,  # an interrupt ends who ordered, and so this
        )

    def end() -> None:
        line.close()
        process.wait()

    atexit.register(end)
    return line


def serve(line: int) -> None:
    """In the server: forks a process for each order that comes on the line, and waits for it.

    Args:
        line: A socket; each message is the name of a function of this module, with four files: the order, the output,
            the errors, and where the number of the process and then its exit status are told.
    """
    os.set_inheritable(line, False)
    _import_all()
    with socket.socket(fileno=line) as orders:
        while (message := socket.recv_fds(orders, NAME_BYTES, 4))[0]:
            name, fds = message[0].decode(), message[1]
            pid = os.fork()
            if pid == 0:
                orders.close()
                _do(globals()[name], *fds)
            for fd in fds[:3]:
                os.close(fd)
            with open(fds[3], "w") as told, suppress(BrokenPipeError):
                told.write(f"{pid}\n")
                told.flush()
                told.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
                told.flush()


def _import_all() -> None:
    """Imports what nearly every order needs and loads the tokenizer; no strategy is built."""
    import hydra.utils  # noqa: F401
    import pyarrow.dataset  # noqa: F401

    from memlab.checks.lives import lives
    from memlab.checks.living import trace  # noqa: F401
    from memlab.encoders.hashing import Hashing
    from memlab.text import count_tokens

    lives("nobody")
    Hashing()
    count_tokens("")


def _do(function: Work, script: int, output: int, errors: int, told: int) -> NoReturn:
    """In the forked process: does the order in the folder, with the paths and variables of who ordered it."""
    status = 1
    try:
        os.dup2(errors, 1)
        os.dup2(errors, 2)
        os.close(told)
        with open(script) as file:
            order = json.load(file)
        here = order["here"]
        os.chdir(here["cwd"])
        sys.path[:] = here["path"]
        os.environ.clear()
        os.environ.update(here["env"] | _environment(here["path"]))
        function(order, output)
        status = 0
    except BaseException:  # noqa: BLE001 (told to who ordered, as a Python that ends would)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _environment(path: list[str]) -> dict[str, str]:
    """What a Python is told so that it imports from these folders, with another hash seed than this one's."""
    return {"PYTHONPATH": os.pathsep.join(path), "PYTHONHASHSEED": HASH_SEED}


def _path() -> list[str]:
    return [path or os.getcwd() for path in sys.path]
