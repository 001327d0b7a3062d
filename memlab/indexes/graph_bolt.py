"""A graph on a server that speaks Bolt, such as Neo4j, through the official driver; users share it and never meet."""

import ipaddress
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from memlab.indexes.graph_cypher import CypherGraph, Rows, Run

T = TypeVar("T")
SCHEMES = ("bolt", "bolt+s", "neo4j", "neo4j+s")
SCHEMA = (
    "CREATE CONSTRAINT memlab_turn IF NOT EXISTS FOR (n:MemlabTurn) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT memlab_entity IF NOT EXISTS FOR (n:MemlabEntity) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT memlab_partition IF NOT EXISTS FOR (n:MemlabPartition) REQUIRE n.user IS UNIQUE",
    "CREATE INDEX memlab_turns IF NOT EXISTS FOR (n:MemlabTurn) ON (n.user)",
    "CREATE INDEX memlab_entities IF NOT EXISTS FOR (n:MemlabEntity) ON (n.user)",
)
TAKE = "MERGE (p:MemlabPartition {user: $user}) SET p.owner = $owner"
HOLD = "MATCH (p:MemlabPartition {user: $user}) WHERE p.owner = $owner SET p.owner = $owner RETURN p.owner"  # and locks
LEAVE = "MATCH (p:MemlabPartition {user: $user}) WHERE p.owner = $owner DELETE p"
WIPE = "MATCH (n:{label} {{user: $user}}) WITH n LIMIT 5000 DETACH DELETE n RETURN count(*)"
TRIES = 5


def served(
    uri: str,
    login: str | None = None,
    password_env: str = "MEMLAB_GRAPH_PASSWORD",
    database: str | None = None,
    partition: str | None = None,
    ca_file: str | None = None,
    plain: bool = False,
    timeout_seconds: float = 10.0,
    retry_seconds: float = 30.0,
) -> CypherGraph:
    """An empty graph of one user's on a server, rebuilt from the store at every opening and removed at closing.

    It costs a round trip for every statement. What a server wrote to its own disk, its log and backups are its
    operator's. A process that is killed leaves its partition behind; the next that opens it under the same name clears
    it first.

    Args:
        uri: `bolt+s://` or `neo4j+s://`, whose certificate is verified; `bolt://` and `neo4j://` only to this machine.
        login: None connects without a password.
        password_env: The environment variable that holds the password.
        database: None is the server's default.
        partition: The user's name on the server. It is one process's at a time: a second takes it over, and the first
            is refused from then on. None is a new one, for runs.
        ca_file: Certificates to trust in place of the system's.
        plain: Allows a connection to another machine that is not encrypted.
        timeout_seconds: To wait for a connection, above 0.
        retry_seconds: How long a transaction is tried again, 0 or more.

    Raises:
        ImportError: The driver is not installed.
        ValueError: The address is of no such kind, or plain and not of this machine, or the password is missing.
        ConnectionError: The server does not answer or refuses.
    """
    if timeout_seconds <= 0 or retry_seconds < 0:
        raise ValueError(
            f"bolt: timeout_seconds={timeout_seconds}, retry_seconds={retry_seconds}; must be above 0, and 0 or more"
        )
    user = f"run-{uuid4().hex}" if partition is None else partition
    address, secured = _secured(uri, ca_file, plain)
    limits = {"connection_timeout": timeout_seconds, "max_transaction_retry_time": retry_seconds}
    return CypherGraph(Bolt(address, _auth(login, password_env), database, user, secured | limits), user)


class Bolt:
    """One user's partition of one database, held until another process takes it over."""

    def __init__(
        self, uri: str, auth: tuple[str, str] | None, database: str | None, user: str, options: dict[str, Any]
    ) -> None:
        try:
            import neo4j
        except ImportError as error:
            raise ImportError("a graph over Bolt needs neo4j: pip install 'memlab[graph-bolt]'") from error
        self._user, self._owner, self._database = user, uuid4().hex, database
        self._driver = neo4j.GraphDatabase.driver(uri, auth=auth, user_agent="memlab", **options)
        try:
            for statement in SCHEMA:
                self._alone(statement)
            self._retried(lambda run: run(TAKE, user=user, owner=self._owner))
            self._wipe()
        except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError, OSError) as error:
            self._driver.close()
            raise ConnectionError(f"the graph server at {uri}: {error}") from error

    def transaction(self, work: Callable[[Run], T]) -> T:
        """What `work` gives, tried again where the server asks for it or another writer came first.

        Raises:
            PermissionError: Another process has taken the partition over.
        """

        def held(run: Run) -> T:
            if not run(HOLD, user=self._user, owner=self._owner):
                raise PermissionError(f"the partition {self._user!r} was opened by another process; open it again")
            return work(run)

        return self._retried(held)

    def close(self) -> None:
        """Removes the partition, unless another process holds it, and hangs up."""
        with suppress(PermissionError):
            self._wipe()
            self.transaction(lambda run: run(LEAVE, user=self._user, owner=self._owner))
        self._driver.close()

    def _wipe(self) -> None:
        for label in ("MemlabTurn", "MemlabEntity"):
            statement, left = WIPE.format(label=label), 1
            while left:
                left = self.transaction(partial(self._count, statement))

    def _count(self, statement: str, run: Run) -> int:
        return run(statement, user=self._user)[0][0]

    def _alone(self, statement: str) -> None:
        with self._driver.session(database=self._database) as session:
            session.run(statement).consume()

    def _retried(self, work: Callable[[Run], T]) -> T:
        """The driver tries transient errors again; a constraint that another writer ran into first is tried here."""
        from neo4j.exceptions import ConstraintError

        for attempt in range(TRIES):
            try:
                with self._driver.session(database=self._database) as session:
                    return session.execute_write(lambda transaction: work(_runner(transaction)))
            except ConstraintError:
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.05 * 2**attempt)
        raise AssertionError("every attempt returns or raises")


def _runner(transaction: Any) -> Run:
    def run(statement: str, **parameters: Any) -> Rows:
        return [list(record.values()) for record in transaction.run(statement, parameters)]

    return run


def _secured(uri: str, ca_file: str | None, plain: bool) -> tuple[str, dict[str, Any]]:
    """The address and the options with which the driver verifies it."""
    parts = urlsplit(uri)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"bolt: uri={uri!r}; it must be {', '.join(SCHEMES[:-1])} or {SCHEMES[-1]}://HOST:PORT")
    if not parts.scheme.endswith("+s"):
        if ca_file is not None:
            raise ValueError(f"bolt: uri={uri!r} is not encrypted, so ca_file has no use; write {parts.scheme}+s://")
        if not plain and not _is_loopback(parts.hostname):
            raise ValueError(
                f"bolt: uri={uri!r} would send memories unencrypted to another machine; write {parts.scheme}+s://, "
                "or allow it with plain=true"
            )
        return uri, {}
    if ca_file is None:
        return uri, {}
    from neo4j import TrustCustomCAs

    return uri.replace("+s://", "://", 1), {"encrypted": True, "trusted_certificates": TrustCustomCAs(ca_file)}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _auth(login: str | None, password_env: str) -> tuple[str, str] | None:
    if login is None:
        return None
    password = os.environ.get(password_env)
    if not password:
        raise ValueError(f"bolt: login={login!r} needs its password in the environment variable {password_env}")
    return login, password
