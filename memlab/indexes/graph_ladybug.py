"""A graph in an embedded Cypher database, ladybug (the live fork of Kuzu), in memory: nothing is left on any disk."""

from collections.abc import Callable
from typing import Any, TypeVar

from memlab.indexes.graph_cypher import CypherGraph, Rows, Run

T = TypeVar("T")
SIZE = 1 << 34  # of addresses that a database reserves; more of them than this fit in one process
SCHEMA = (
    "CREATE NODE TABLE MemlabTurn(key STRING PRIMARY KEY, user STRING, id STRING, at STRING)",
    "CREATE NODE TABLE MemlabEntity(key STRING PRIMARY KEY, user STRING, name STRING)",
    "CREATE REL TABLE MENTIONS(FROM MemlabTurn TO MemlabEntity, capital INT64)",
    "CREATE REL TABLE RELATES(FROM MemlabEntity TO MemlabEntity, place INT64, relation STRING, kind STRING, "
    "turn STRING, slot STRING, value STRING, valid_from STRING, valid_to STRING)",
)


def embedded(memory_mb: int = 256) -> CypherGraph:
    """A new graph in this process's memory.

    It lives as long as its process and is rebuilt from the store; opening costs some 20 ms.

    Args:
        memory_mb: What it may hold at most, in MiB, at least 16.

    Raises:
        ImportError: ladybug is not installed.
        ValueError: The number is out of its range.
    """
    if memory_mb < 16:
        raise ValueError(f"ladybug: memory_mb={memory_mb}; it must be at least 16")
    return CypherGraph(Ladybug(memory_mb))


class Ladybug:
    """One connection to one database in memory."""

    def __init__(self, memory_mb: int) -> None:
        try:
            import ladybug
        except ImportError as error:
            raise ImportError("the embedded graph needs ladybug: pip install 'memlab[graph-cypher]'") from error
        self._database = ladybug.Database(":memory:", buffer_pool_size=memory_mb << 20, max_db_size=SIZE)
        self._connection = ladybug.Connection(self._database, num_threads=1)
        for statement in SCHEMA:
            self._run(statement)

    def transaction(self, work: Callable[[Run], T]) -> T:
        """What `work` gives; what it wrote is taken back if it fails."""
        self._run("BEGIN TRANSACTION")
        try:
            given = work(self._run)
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")
        return given

    def close(self) -> None:
        """Drops the database."""
        self._connection.close()
        self._database.close()

    def _run(self, statement: str, **parameters: Any) -> Rows:
        result: Any = self._connection.execute(statement, parameters)
        try:
            return [list(row) for row in result.get_all()]
        finally:
            result.close()
