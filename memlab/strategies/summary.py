"""A buffer by summarisation keeps the newest turns as they are and a running summary of all that has left them.

Guide: short-term memory of 10 to 50 messages, in which older turns are folded into a running summary.

Differs: offline the summary is extractive, sentences of the turns that left, chosen for words that recur without being
everywhere; a chat model writes lines of its own. Each line is a memory that cites its turn, and the summary has a limit
in tokens and stands first, so that neither crowds out the other.

Cost: observe splits the turn that leaves the window and weighs it against a few dozen lines; a model is asked once for
each such turn. Recall copies window and summary. Bytes are those of all turns, kept so that an erasure can be followed
exactly, and of a model's lines; after an erasure everything is folded again.

Use: for one long conversation whose thread matters more than any detail; it finds nothing by its content.

Sentences are weighed as in SumBasic's relatives: Nenkova and Vanderwende, "The Impact of Frequency on Summarization",
2005, with what is in every turn discounted.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from math import log

from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.llm import Chat, Message
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept
from memlab.text import count_tokens, stems

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
FOLDING = (
    "You keep the running summary of a conversation. Shown the summary so far and a message that is about to leave "
    "your sight, reply with the lines to add: short facts of that message, one a line; with nothing if there are none."
)


class Summary:
    """A window over the newest turns, and a summary of what has left it.

    A recall is the summary, its newest line first, then the window, newest first, whatever the question.

    Args:
        store: Where turns are kept, and what a model wrote of them.
        chat: Writes the lines of a turn that leaves the window; None takes sentences of it.
        capacity: Turns in the window, at least 1.
        summary_tokens: Size limit of the summary in word pieces, 0 or more; the line of least weight leaves first, of
            several the oldest.
        lines_per_turn: Lines that a turn may add, at least 1.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self, store: Store, chat: Chat | None, capacity: int, summary_tokens: int, lines_per_turn: int
    ) -> None:
        if capacity < 1 or summary_tokens < 0 or lines_per_turn < 1:
            raise ValueError(
                f"summary: capacity={capacity}, summary_tokens={summary_tokens}, lines_per_turn={lines_per_turn}; "
                "summary_tokens must be 0 or more, the others at least 1"
            )
        self._chat, self._capacity = chat, capacity
        self._tokens, self._per_turn = summary_tokens, lines_per_turn
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Keeps a turn and folds the one that leaves the window; forgets what is erased and all that came of it."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """Summary, then window; scores fall by position from 1."""
        held = islice(self.memories(), query.limit)
        return Recall(memories=tuple(replace(memory, score=1 / (1 + place)) for place, memory in enumerate(held)))

    def memories(self) -> Iterator[Memory]:
        """The summary, then the window, newest first."""
        window = (Memory(id=turn.id, text=turn.text, at=turn.at, sources=(turn.id,)) for turn in self._window[::-1])
        return iter([*self._lines[::-1], *window])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._window: list[Turn] = []
        self._lines: list[Memory] = []
        self._forgotten: set[MemoryId] = set()
        self._said: Counter[str] = Counter()
        self._turns = 0

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> str | None:
        """Takes a turn in; what a chat wrote of the turn that made room for it is the note."""
        if isinstance(event, Forget):
            self._forgotten |= event.memories
            self._window = [turn for turn in self._window if turn.id not in event.memories]
            self._lines = [line for line in self._lines if line.id not in event.memories]
        if not isinstance(event, Turn):
            return None
        leaving = self._window[0] if len(self._window) == self._capacity else None
        texts = self._fold(leaving, note) if leaving else []
        self._said.update(set(stems(event.text)))
        self._turns += 1
        if leaving:
            del self._window[0]
            lines = (_line(leaving, n, text) for n, text in enumerate(texts))
            self._lines += [line for line in lines if line.id not in self._forgotten]
            self._make_room()
        self._window.append(event)
        return json.dumps(texts) if self._chat and leaving else None

    def _fold(self, turn: Turn, note: str | None) -> list[str]:
        """The lines that a turn leaves behind: as noted, as the chat writes them, or its weightiest sentences."""
        if self._chat is None:
            sentences = list(dict.fromkeys(s.strip() for s in SENTENCE.split(turn.text) if stems(s)))
            ranked = sorted(sentences, key=self._weight, reverse=True) if len(sentences) > 1 else [turn.text]
        elif note is not None:
            return json.loads(note)
        else:
            summary = "\n".join(f"* {line.text}" for line in self._lines)
            system = Message(role="system", text=f"{FOLDING}\nSummary so far:\n{summary}")
            said = Message(role="user", text=f"Message of {turn.at.date()} by {turn.speaker}:\n{turn.text}")
            written = self._chat.reply([system, said]).text.splitlines()
            ranked = [line for text in written if (line := BULLET.sub("", text).strip())]
        return list(islice((text for text in ranked if 0 < count_tokens(text) <= self._tokens), self._per_turn))

    def _weight(self, text: str) -> float:
        """The mean over a text's words of how much they tell of the conversation: 0 for what is in one turn alone."""
        words = sorted(set(stems(text)))
        telling = (log(self._turns / self._said[word]) for word in words if self._said[word] > 1)
        return sum(telling) / max(1, len(words))

    def _make_room(self) -> None:
        used = sum(count_tokens(line.text) for line in self._lines)
        while used > self._tokens:
            least = min(self._lines, key=lambda line: self._weight(line.text))
            self._lines.remove(least)
            used -= count_tokens(least.text)


def _line(turn: Turn, n: int, text: str) -> Memory:
    id = sha256("\n".join(("summary", turn.id, str(n))).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Memory(id=id, text=text, at=turn.at, sources=(turn.id,))
