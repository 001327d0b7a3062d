"""A program that answers every line of JSON with one, and what to say when it does not."""

import json
import os
import select
import signal
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, Any

CHUNK = 1 << 16
TAIL_BYTES, TAIL_LINES = 4_000, 12
SHOWN = 80
GOODBYE_SECONDS = 2.0


class ProcessError(OSError):
    """A program that was to be a strategy cannot be started, ended, or did not answer as it should; says which."""


class Child:
    """One running program, spoken to over its standard input and output; its standard error is kept for messages.

    On POSIX systems only. It is ended by `end`, by being let go of, and at the latest with this process: its input
    closes, and two seconds later it is killed with all that it started.

    Args:
        command: The program and its arguments, found as a shell finds it.
        timeout_seconds: How long it may take for a line.

    Raises:
        ProcessError: The program cannot be started.
    """

    def __init__(self, command: Sequence[str], timeout_seconds: float) -> None:
        self._name, self._timeout = " ".join(command), timeout_seconds
        self._errors = TemporaryFile()  # noqa: SIM115 (it lasts as long as the program, and `_end` closes it)
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=self._errors, bufsize=0, start_new_session=True
            )
        except OSError as error:
            self._errors.close()
            raise ProcessError(f"{self._name} cannot be started: {error}") from error
        assert process.stdin is not None
        assert process.stdout is not None
        self._into, self._from = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._into, False)
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(self._into, select.POLLOUT)
        self._readable.register(self._from, select.POLLIN)
        self._end = weakref.finalize(self, _end, process, self._errors)
        self._process, self._failure = process, ""

    def ask(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one object as a line and gives the one that comes back.

        Raises:
            ProcessError: It has ended, is too slow, or its line is no JSON object or an object with `error`; it is
                ended then, and every later question gives the same.
        """
        if self._failure:
            raise ProcessError(self._failure)
        deadline = time.monotonic() + self._timeout
        if self._readable.poll(0):
            came = os.read(self._from, CHUNK)
            raise self._failed(f"printed {_shown(came)} unasked" if came else f"ended by itself{self._status()}")
        self._write(json.dumps(message).encode() + b"\n", str(message.get("kind")), deadline)
        line = self._line(str(message.get("kind")), deadline)
        try:
            found = json.loads(line)
        except ValueError as error:
            raise self._failed(f"answered {_shown(line)}, which is no JSON") from error
        if not isinstance(found, dict):
            raise self._failed(f"answered {_shown(line)}; it must be one JSON object on one line")
        if "error" in found:
            raise self._failed(f"reports an error: {found['error']}")
        return found

    def refuse(self, what: str) -> ProcessError:
        """Ends the program because of what it said; returns the error to raise."""
        return self._failed(what)

    def end(self) -> None:
        """Closes the program's input and sees it end; more than once does no harm."""
        self._failure = self._failure or f"{self._name}: is ended"
        self._end()

    def _write(self, data: bytes, kind: str, deadline: float) -> None:
        while data:
            if not self._writable.poll(1000 * max(0.0, deadline - time.monotonic())):
                raise self._failed(f"did not read a {kind} within {self._timeout:g} s")
            try:
                data = data[os.write(self._into, data) :]
            except BrokenPipeError as error:
                raise self._failed(f"ended by itself{self._status()} before it took a {kind}") from error

    def _line(self, kind: str, deadline: float) -> bytes:
        read = bytearray()
        while b"\n" not in read:
            if not self._readable.poll(1000 * max(0.0, deadline - time.monotonic())):
                raise self._failed(f"did not answer a {kind} within {self._timeout:g} s")
            came = os.read(self._from, CHUNK)
            if not came:
                raise self._failed(f"ended by itself{self._status()} before it answered a {kind}")
            read += came
        line, _, rest = bytes(read).partition(b"\n")
        if rest:
            raise self._failed(f"answered a {kind} with more than one line: {_shown(rest)} came besides")
        return line

    def _status(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            return f", with status {self._process.wait(GOODBYE_SECONDS)},"
        return ""

    def _failed(self, what: str) -> ProcessError:
        if not self._failure:
            _kill(self._process)
            self._failure = f"{self._name}: {what}{_tail(self._errors)}"
            self._end()
        return ProcessError(self._failure)


def _end(process: subprocess.Popen, errors: IO[bytes]) -> None:
    with suppress(OSError):
        process.stdin.close()  # type: ignore[union-attr]
    with suppress(subprocess.TimeoutExpired):
        process.wait(GOODBYE_SECONDS)
    _kill(process)
    process.stdout.close()  # type: ignore[union-attr]
    errors.close()


def _kill(process: subprocess.Popen) -> None:
    """Kills the program and whatever it started in its session, unless it has ended: its number may be another's."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(errors: IO[bytes]) -> str:
    """The end of what the program wrote to its standard error, as the end of a message."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - TAIL_BYTES))
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()[-TAIL_LINES:]
    return "; its standard error ends with:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
