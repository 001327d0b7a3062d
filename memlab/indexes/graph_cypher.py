"""A graph in Cypher: one set of statements for an embedded database and for a server.

The schema is `(:MemlabTurn)-[:MENTIONS]->(:MemlabEntity)` and `(:MemlabEntity)-[:RELATES]->(:MemlabEntity)`. What a
relation is called is a property of its edge, since words that a user said are no labels of a schema. Every node and
edge names the user whose it is, and the keys of nodes begin with the user, so that those of two users cannot meet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Protocol, TypeVar

from memlab.indexes.graph_engine import Held, Said, moment, spans

Rows = list[list[Any]]
Run = Callable[..., Rows]
T = TypeVar("T")
CAPITAL = {False: 0, None: 1, True: 2}
CHUNK = 500

TURNS = "UNWIND $rows AS row MERGE (t:MemlabTurn {key: row.key}) SET t.user = $user, t.id = row.turn, t.at = row.at"
ENTITIES = "UNWIND $rows AS row MERGE (e:MemlabEntity {key: row.key}) SET e.user = $user, e.name = row.name"
MENTIONS = (
    "UNWIND $rows AS row MATCH (t:MemlabTurn {key: row.turn}) MATCH (e:MemlabEntity {key: row.entity}) "
    "MERGE (t)-[m:MENTIONS]->(e) SET m.capital = row.capital"
)
RELATES = (
    "UNWIND $rows AS row MATCH (a:MemlabEntity {key: row.first}) MATCH (b:MemlabEntity {key: row.last}) "
    "CREATE (a)-[:RELATES {place: row.place, relation: row.relation, kind: row.kind, turn: row.turn, slot: row.slot, "
    "value: row.value, valid_from: row.at, valid_to: ''}]->(b)"
)
EDGES = "MATCH (a:MemlabEntity {user: $user})-[r:RELATES]->(b:MemlabEntity) "
FILLED = EDGES + "WHERE r.slot IN $slots RETURN a.key, r.slot, r.place, r.value, r.valid_from, r.valid_to"
UNTIL = (
    "UNWIND $rows AS row MATCH (a:MemlabEntity {key: row.first})-[r:RELATES]->(:MemlabEntity) "
    "WHERE r.place = row.place SET r.valid_to = row.until"
)
TOUCHED = "UNWIND $rows AS row MATCH (:MemlabTurn {key: row})-[:MENTIONS]->(e:MemlabEntity) RETURN DISTINCT e.key"
STATED = EDGES + "WHERE r.turn IN $turns RETURN a.key, b.key, r.slot"
UNSTATE = EDGES + "WHERE r.turn IN $turns DELETE r"
UNSAY = "UNWIND $rows AS row MATCH (t:MemlabTurn {key: row}) DETACH DELETE t"
ORPHANS = (
    "UNWIND $rows AS row MATCH (e:MemlabEntity {key: row}) "
    "WHERE NOT EXISTS { MATCH (e)<-[:MENTIONS]-(:MemlabTurn) } "
    "AND NOT EXISTS { MATCH (e)-[:RELATES]-(:MemlabEntity) } DELETE e"
)
NODE = "UNWIND $rows AS row MATCH (e:MemlabEntity {key: row})"
HOW_OFTEN = NODE + "<-[:MENTIONS]-(:MemlabTurn) RETURN e.name, count(*)"
BESIDE = (
    NODE + "<-[:MENTIONS]-(t:MemlabTurn)-[m:MENTIONS]->(o:MemlabEntity) "
    "WHERE o.key <> e.key AND m.capital > 0 RETURN e.name, o.name, count(*)"
)
NAMES = (
    NODE + "<-[m:MENTIONS]-(:MemlabTurn) WITH e.name AS name, min(m.capital) AS least, sum(m.capital) AS total "
    "WHERE least > 0 AND total >= 2 RETURN name"
)
FITS = (
    "WHERE ($relation = '' OR r.relation = $relation) AND ($kind = '' OR r.kind = $kind) "
    "AND ($at = '' OR (r.valid_from <= $at AND (r.valid_to = '' OR r.valid_to > $at))) "
    "RETURN a.name, r.relation, b.name, r.kind, r.turn, r.valid_from, r.valid_to"
)
ANYWHERE = EDGES + FITS
LEAVING = "UNWIND $rows AS row MATCH (a:MemlabEntity {key: row})-[r:RELATES]->(b:MemlabEntity) " + FITS
REACHING = "UNWIND $rows AS row MATCH (a:MemlabEntity)-[r:RELATES]->(b:MemlabEntity {key: row}) " + FITS
SIZES = ("MATCH (n:MemlabTurn {user: $user}) RETURN count(*)", "MATCH (n:MemlabEntity {user: $user}) RETURN count(*)")


class Connection(Protocol):
    """Runs Cypher, a transaction at a time."""

    def transaction(self, work: Callable[[Run], T]) -> T:
        """What `work` gives; it is called with `run(statement, **parameters)`, again if the database asks for it."""
        ...

    def close(self) -> None:
        """Drops the graph and hangs up."""
        ...


class CypherGraph:
    """Turns joined to the stems that they mention, stems joined to stems by what turns state of them.

    Every call is one transaction of a few statements, whatever the number of nodes, or for every 500 turns; merging and
    deleting also read all relations of the user once.

    Args:
        connection: To a database that holds nothing of this user.
        user: Whose graph it is, among others in one database.
    """

    def __init__(self, connection: Connection, user: str = "") -> None:
        self._connection, self._user, self._places = connection, user, count(1)

    def __len__(self) -> int:
        return self._connection.transaction(lambda run: sum(run(size, user=self._user)[0][0] for size in SIZES))

    def merge(self, said: Sequence[Said]) -> None:
        """Takes turns in, in order; none of them is there already."""
        for start in range(0, len(said), CHUNK):
            self._connection.transaction(partial(self._merge, self._rows(said[start : start + CHUNK])))

    def delete(self, turns: Sequence[str]) -> None:
        """Takes turns out, with all that no other turn says; one that is not there is no error."""
        if turns:
            self._connection.transaction(lambda run: self._delete(run, list(turns)))

    def beside(self, nodes: Sequence[str], most: float) -> dict[str, dict[str, float]]:
        """The names that the turns of each node mention too, each with the share of those turns that do."""
        return self._connection.transaction(lambda run: self._beside(run, nodes, most))

    def match(
        self, nodes: Sequence[str] | None = None, relation: str = "", kind: str = "", at: datetime | None = None
    ) -> list[Held]:
        """The edges that fit a pattern, history included."""
        if nodes is not None and not nodes:
            return []
        pattern: dict[str, Any] = {"relation": relation, "kind": kind, "at": "" if at is None else moment(at)}
        pattern |= {"user": self._user} if nodes is None else {"rows": self._keys(nodes)}
        statements = [ANYWHERE] if nodes is None else [LEAVING, REACHING]
        found = self._connection.transaction(lambda run: [row for one in statements for row in run(one, **pattern)])
        return list(dict.fromkeys(Held(*row) for row in found))

    def close(self) -> None:
        """Drops the graph and hangs up."""
        self._connection.close()

    def _keys(self, names: Sequence[str]) -> list[str]:
        return [f"{len(self._user)}:{self._user}:{name}" for name in names]

    def _rows(self, said: Sequence[Said]) -> tuple[list[dict[str, Any]], ...]:
        """What is merged: turns, entities, mentions and relations."""
        turns, mentions, relates = [], [], []
        names: dict[str, None] = {}
        for one in said:
            (turn,) = self._keys([one.turn])
            turns.append({"key": turn, "turn": one.turn, "at": moment(one.at)})
            for name, cased in one.mentions.items():
                names[name] = None
                mentions.append({"turn": turn, "entity": self._keys([name])[0], "capital": CAPITAL[cased]})
            for edge in one.edges:
                names |= {edge.start: None, edge.end: None}
                first, last = self._keys([edge.start, edge.end])
                told = {"relation": edge.relation, "kind": edge.kind, "slot": _slot(edge.slot), "value": edge.value}
                place = {"first": first, "last": last, "place": next(self._places)}
                relates.append(place | told | {"turn": one.turn, "at": moment(one.at)})
        entities = [{"key": self._keys([name])[0], "name": name} for name in names]
        return turns, entities, mentions, relates

    def _merge(self, rows_of: tuple[list[dict[str, Any]], ...], run: Run) -> None:
        turns, entities, mentions, relates = rows_of
        for statement, rows in ((TURNS, turns), (ENTITIES, entities)):
            if rows:
                run(statement, rows=rows, user=self._user)
        for statement, rows in ((MENTIONS, mentions), (RELATES, relates)):
            if rows:
                run(statement, rows=rows)
        self._settle(run, {row["slot"] for row in relates})

    def _delete(self, run: Run, turns: list[str]) -> None:
        keys = self._keys(turns)
        touched = {key for (key,) in run(TOUCHED, rows=keys)}
        slots = set()
        for first, last, slot in run(STATED, user=self._user, turns=turns):
            touched |= {first, last}
            slots.add(slot)
        if slots:
            run(UNSTATE, user=self._user, turns=turns)
        run(UNSAY, rows=keys)
        if touched:
            run(ORPHANS, rows=sorted(touched))
        self._settle(run, slots)

    def _settle(self, run: Run, slots: set[str]) -> None:
        """Writes down when each edge of some slots stopped holding, where that has changed."""
        stated: dict[str, list[list[Any]]] = {}
        for row in run(FILLED, user=self._user, slots=sorted(slots - {""})) if slots - {""} else ():
            stated.setdefault(row[1], []).append(row)
        changed = []
        for rows in stated.values():
            until = spans((at, place, value) for _, _, place, value, at, _ in rows)
            changed += [
                {"first": first, "place": place, "until": until[place]}
                for first, _, place, _, _, before in rows
                if until[place] != before
            ]
        if changed:
            run(UNTIL, rows=changed)

    def _beside(self, run: Run, nodes: Sequence[str], most: float) -> dict[str, dict[str, float]]:
        if not nodes:
            return {}
        turns: dict[str, int] = {name: n for name, n in run(HOW_OFTEN, rows=self._keys(nodes))}
        found: dict[str, dict[str, float]] = {node: {} for node in nodes if turns.get(node, 0) <= most}
        mentioned = self._keys([node for node in found if node in turns])
        pairs = run(BESIDE, rows=mentioned) if mentioned else []
        others = self._keys(sorted({other for _, other, _ in pairs}))
        names = {name for (name,) in run(NAMES, rows=others)} if others else set()
        for node, other, n in pairs:
            if other in names:
                found[node][other] = n / turns[node]
        return found


def _slot(slot: str | None) -> str:
    """A slot as it is kept: "" is no slot, so a real one begins with a mark."""
    return "" if slot is None else f"={slot}"
