"""BEAM (Tavakoli et al., 2025): long chats of a user and an assistant, with twenty questions of ten kinds about each.

Read from upstream's folders, `<size>/<n>/chat.json` with `probing_questions.json` beside it. A chat is a life, a batch
of it a session; only a batch has a date, so every message is said at its batch's. Questions are probes after the last
message, at its time, in the order of their ids: upstream's order would give their kinds away.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256 as checksum
from pathlib import Path

from memlab.events import Event, Query, SessionEnd, Turn, UserId
from memlab.life import Gold, Life, Nugget, recorded
from memlab.sources import SourceError
from memlab.sources.beam.chats import SIZES, Asked, Chat, chat_files, questions_file, read_chat
from memlab.sources.reading import Facts, checked_form, opaque, pinned, reads_as_judged

ANSWERS = ("answer", "ideal_answer", "ideal_response", "ideal_summary", "expected_compliance")


class Beam:
    """The BEAM chats of one size as lives.

    Args:
        path: A chat.json, or a folder with such files at any depth; None looks in the data folders.
        size: `100K`, `500K`, `1M` or `10M`: where chats lie in folders by size, those of other sizes are left out.
        labels: `published`, where every message that a question names is evidence, or `judged`, where the old value of
            an update is stale and not evidence; an update whose old value is not said before the new has neither.
        text: The text form of a turn, with `{text}`, `{speaker}` and, for its time, `{at:%d %B %Y}`.
        sha256: What the checksum of the chat's two files, one after the other, must be; it names one chat.

    Raises:
        MissingData: There is no such chat in the data folders.
        SourceError: A file is not BEAM's, is damaged or out of order, or is not the one that is asked for.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        size: str = "100K",
        labels: str = "judged",
        text: str = "{speaker}: {text}",
        sha256: str | None = None,
    ) -> None:
        if size not in SIZES:
            raise SourceError(f"source beam: size is {size!r}; it must be one of {', '.join(SIZES)}")
        self._judged, self._form, self._size = reads_as_judged("beam", labels), checked_form("beam", text), size
        self._chats: dict[UserId, Chat] = {}
        self.facts: Facts = {}
        self.digest = "+".join(self._read(file, sha256) for file in chat_files(path, size))
        totals: Counter[str] = Counter()
        for chat in self._chats.values():
            totals.update(chat.counts)
        self.facts |= {f"{size}: {name}": count for name, count in totals.items()}

    def users(self) -> Sequence[UserId]:
        """The chats in the order of their numbers, `100K-1` first."""
        return tuple(self._chats)

    def life(self, user: UserId, *, seed: int) -> Life:
        """One chat, then its questions; the seed changes nothing, the data are recorded."""
        chat = self._chats[user]
        events: list[Event] = []
        for session, (at, messages) in enumerate(zip(chat.times, chat.sessions, strict=True), start=1):
            for said in messages:
                text = self._form.format(at=at, speaker=said.role, text=said.text)
                events.append(Turn(at=at, session=session, id=f"m{said.id}", speaker=said.role, text=text))
            events.append(SessionEnd(at=at, session=session))
        gold: dict[str, Gold] = {}
        queries: list[Query] = []
        for asked in chat.asked:
            text = asked.raw["question"]
            id = opaque(user, asked.kind, asked.index, text)
            gold[id] = self._gold(asked)
            queries.append(Query(at=chat.times[-1], session=len(chat.times), id=id, text=text))
        return recorded(user, [*events, *sorted(queries, key=lambda query: query.id)], gold)

    def _gold(self, asked: Asked) -> Gold:
        answerable, labels = asked.kind != "abstention", asked.labels
        evidence, stale = labels.named, tuple[int, ...]()
        if self._judged and (labels.dropped or not answerable):
            evidence = ()
        elif self._judged and labels.old:
            evidence, stale = labels.new, labels.old
        answer = next((asked.raw[key] for key in ANSWERS if asked.raw.get(key) is not None), None)
        return Gold(
            kind=asked.kind,
            answers=() if answer is None or not answerable else (str(answer),),
            answerable=answerable,
            evidence=tuple(Nugget(turns=frozenset([f"m{id}"])) for id in evidence),
            stale=frozenset(f"m{id}" for id in stale),
            facets={"index": asked.index, "difficulty": str(asked.raw.get("difficulty"))},
        )

    def _read(self, file: Path, wanted: str | None) -> str:
        user = f"{self._size}-{file.parent.name}"
        if user in self._chats:
            raise SourceError(f"source beam: chat {user} occurs twice, the second time at {file}; pass one folder")
        found = checksum(file.read_bytes() + questions_file(file).read_bytes()).hexdigest()
        if wanted is not None and found != wanted:
            raise SourceError(
                f"source beam: {file} and its questions together have sha256 {found}, "
                f"but source.sha256 asks for {wanted}"
            )
        self._chats[user] = read_chat(file)
        facts = pinned("beam", file.parent, found, self._chats[user].counts)
        self.facts[f"{user}: pinned"] = facts[f"{file.parent.name}: pinned"]
        return found
