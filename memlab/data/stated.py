"""How well an extractor finds what turns state: precision and recall against labels of others and marks of our own.

RealMem publishes what its makers hold worth remembering of each turn (`extracted_memory`); 100 turns of BEAM are marked
by hand in `facts_beam.yaml`. What counts as found was fixed before anything was counted:

* A fact is matched with a label of its own turn, user's turns alone, by content words, stemmed. In RealMem the shorter
  of the two must have half of its words in the other: the labels are told in other words, at greater length. On BEAM
  half of the words of a mark must stand in the fact's text.
* Recall is the share of labels that some fact matches, precision the share of facts that match some label. What is
  true and not labelled counts against precision, for RealMem labels what serves the project at hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from memlab.data.describe import Table
from memlab.events import Turn, TurnId
from memlab.extract import Fact, FactExtractor
from memlab.extract.facts import FactRules
from memlab.paths import read_yaml
from memlab.sources import MissingData, Source, find_data
from memlab.text import stems

HALF = 0.5
Labels = Mapping[TurnId, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of one set of labels: how many turns, facts and labels there are, and how many of each are matched."""

    name: str
    turns: int
    facts: int
    right: int
    labels: int
    found: int


def agrees(fact: Fact, label: str, *, shorter: bool) -> bool:
    """Whether a fact says what a label says: half of the label's stemmed content words, or of the shorter one's.

    >>> agrees(Fact(text="I moved to Denver in May.", category="fact"), "lives in Denver since May", shorter=False)
    True
    """
    said, wanted = set(stems(fact.text)), set(stems(label))
    of = min(len(said), len(wanted)) if shorter else len(wanted)
    return bool(of) and len(said & wanted) >= HALF * of


def compared(name: str, turns: Iterable[Turn], labels: Labels, extract: FactExtractor, *, shorter: bool) -> Found:
    """Reads the labelled turns with an extractor, each by itself, and counts what agrees."""
    counts = dict.fromkeys(("turns", "facts", "right", "labels", "found"), 0)
    for turn in turns:
        facts, wanted = extract.facts(turn), labels[turn.id]
        counts["turns"] += 1
        counts["facts"] += len(facts)
        counts["labels"] += len(wanted)
        counts["right"] += sum(any(agrees(fact, label, shorter=shorter) for label in wanted) for fact in facts)
        counts["found"] += sum(any(agrees(fact, label, shorter=shorter) for fact in facts) for label in wanted)
    return Found(name=name, **counts)


def table(extract: FactExtractor | None = None) -> Table:
    """Precision and recall on every set of labels that is at hand; a set that is not is a row that says so."""
    rows = list[tuple[str, ...]]()
    for name, count in (("realmem", realmem), ("beam, by hand", beam)):
        try:
            found = count(extract or FactRules())
            rows.append(
                (
                    name, f"{found.turns:,}", f"{found.labels:,}", f"{found.facts:,}",
                    _share(found.right, found.facts), _share(found.found, found.labels),
                )
            )  # fmt: skip
        except MissingData:
            rows.append((name, "–", "–", "–", "not at hand", "–"))
    return "Facts found in users' turns", ("labels", "turns", "stated", "found", "precision", "recall"), rows


def realmem(extract: FactExtractor) -> Found:
    """Against RealMem's own labels, all user's turns; a turn without a label states nothing worth keeping."""
    from memlab.sources.reading import read_json
    from memlab.sources.realmem import RealMem

    counted = []
    for file in find_data("realmem", None):
        source, labels = RealMem(path=file), dict[TurnId, list[str]]()
        (user,) = source.users()
        for number, session in enumerate(read_json("realmem", file)["dialogues"], start=1):
            for memory in session.get("extracted_memory") or ():
                if memory.get("source_role_snapshot") == "User":
                    label = str(memory["content"]).rpartition("】")[2]
                    labels.setdefault(f"S{number}:{memory['source_turn']}", []).append(label)
        turns = [turn for turn in _of_users(source) if turn.session > 0]
        everywhere = {turn.id: labels.get(turn.id, []) for turn in turns}
        counted.append(compared(user, turns, everywhere, extract, shorter=True))
    return _together("realmem", counted)


def beam(extract: FactExtractor) -> Found:
    """Against 100 turns of BEAM that are marked by hand."""
    from memlab.sources.beam import Beam

    marks = read_yaml(Path(__file__).parent / "facts_beam.yaml")
    source, counted = Beam(), []
    for user in source.users():
        marked = marks.get(user, {})
        turns = [turn for turn in _of_users(source, user) if turn.id in marked]
        counted.append(compared(user, turns, marked, extract, shorter=False))
    return _together("beam", counted)


def _of_users(source: Source, *users: str) -> Iterable[Turn]:
    for user in users or source.users():
        for event in source.life(user, seed=0).stream():
            if isinstance(event, Turn) and event.speaker == "user":
                yield event


def _together(name: str, counted: Sequence[Found]) -> Found:
    fields = ("turns", "facts", "right", "labels", "found")
    return Found(name=name, **{field: sum(getattr(one, field) for one in counted) for field in fields})


def _share(part: int, of: int) -> str:
    return f"{part / of:.3f}" if of else "–"
