"""A real Bolt server for the tests of graphs, started once, in a child process."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

PASSWORD = "not-a-secret-1"
SERVER = """
import socket, sys, arcadedb_embedded
def free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
bolt = free()
plugins = {"http_port": free(), "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin", "bolt_port": bolt}
server = arcadedb_embedded.create_server(
    root_path=sys.argv[1], root_password=sys.argv[2], config=plugins | {"bolt_host": "127.0.0.1"}
)
server.start()
server.create_database("mem")
print("BOLT", bolt, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="session")
def bolt_server(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The parameters with which `served` reaches a Bolt server; the test is skipped where none is installed."""
    pytest.importorskip("neo4j", reason="neo4j is not installed: graphs over Bolt are not tested")
    pytest.importorskip("arcadedb_embedded", reason="arcadedb-embedded is not installed: there is no Bolt server")
    folder = tmp_path_factory.mktemp("bolt")
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-c", SERVER, str(folder / "data"), PASSWORD]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=folder)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MEMLAB_GRAPH_PASSWORD", PASSWORD)
            port = _port(server, folder / "log")
            yield {"uri": f"bolt://127.0.0.1:{port}", "login": "root", "database": "mem"}
    finally:
        server.kill()
        server.wait()


def _port(server: subprocess.Popen, log) -> int:
    said = b""
    while select.select([server.stdout], [], [], 120)[0]:
        part = os.read(server.stdout.fileno(), 4096)
        said += part
        for line in said.split(b"\n")[:-1]:
            if line.startswith(b"BOLT "):
                return int(line.split()[1])
        if not part:
            break
    raise RuntimeError(f"the Bolt server did not start: {log.read_text()[-2000:]}")
