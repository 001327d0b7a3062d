"""Memory in the hands of a chat model: core lines always in sight, an archive reached by tool calls.

Guide: the agentic pattern: core memory always visible in sections; tools to append to core, to insert into the archive
and to search it; a loop while the model calls tools, without a bound or a path for errors.

Differs: the loop is bounded and its errors go back to the model; core memory is a list of lines with a size limit, and
the model is warned before it is full; what is filed cites the turn that it was filed for; answering writes nothing, so
that a recall changes no memory. The model's tool calls are kept beside the turns, and a reopened memory repeats them
instead of asking again. Past turns themselves can be searched where `conversation` is above 0; it is 0 by default.

Cost: to observe a turn takes up to `max_steps` replies of the chat and a vector per archived text; to recall, as many
replies again and a vector per search; bytes are those of the turns and, beside each, of the tool calls made for it.

Use: where a model is at hand and what matters is worth its replies; with rules instead (`agentic (rules)` in every
table) it shows what the loop does, and nothing about what a model would.

After MemGPT (Packer et al., 2023).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from memlab.encoders import Encoder
from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.indexes import VectorIndex
from memlab.llm import Chat, Message, Tool, ToolCall
from memlab.llm.tools import Act, converse
from memlab.stores import Store
from memlab.strategies.base import EventLog, Kept
from memlab.text import count_tokens

APPEND = Tool(
    name="core_memory_append",
    description="Adds a line to core memory, which is always in sight and small: what matters in every conversation.",
    parameters={"line": "One short fact."},
)
REPLACE = Tool(
    name="core_memory_replace",
    description="Puts a line of core memory in the place of another, when a fact has changed or to make room.",
    parameters={"old": "The line that goes, word for word.", "new": "The line that comes; empty if none does."},
)
INSERT = Tool(
    name="archival_memory_insert",
    description="Files a text in the archive, which is large and only seen when searched.",
    parameters={"content": "What to file."},
)
SEARCH = Tool(
    name="archival_memory_search",
    description="Finds the archive's texts nearest in meaning.",
    parameters={"query": "What to look for."},
)
LOOK_BACK = Tool(
    name="conversation_search",
    description="Finds what was said in past turns, word for word, nearest in meaning.",
    parameters={"query": "What to look for."},
)
TOOLS = {tool.name: tool for tool in (APPEND, REPLACE, INSERT, SEARCH, LOOK_BACK)}
SEARCHES = (SEARCH.name, LOOK_BACK.name)
FILING = "You keep the long-term memory of a conversation. File what is worth keeping of each new message."
ASKING = (
    "You keep the long-term memory of a conversation. Search the archive for whatever helps to answer the question."
)


class Agentic:
    """Core memory and an archive, both written and searched by a chat through tools.

    A recall is all of core memory, one memory a line, then what the searches found, the nearest first.

    Args:
        store: Where turns and the chat's tool calls are kept.
        encoder: Makes the archive's vectors.
        chat: Decides what is kept and what is searched for.
        index: Makes the empty vector index for a dimension.
        core_tokens: Size limit of core memory in word pieces, 0 or more.
        found: What one search gives at most, at least 1.
        max_steps: Replies that the chat has for one message or question, at least 1.
        warn_above: Share of core memory in use, 0 to 1, above which a chat that files is told so.
        conversation: What one search of the past turns gives at most; 0 leaves that tool out, and turns are no
            memories of their own.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        chat: Chat,
        index: Callable[[int], VectorIndex],
        core_tokens: int,
        found: int,
        max_steps: int,
        warn_above: float,
        conversation: int,
    ) -> None:
        if min(core_tokens, conversation) < 0 or found < 1 or max_steps < 1 or not 0 <= warn_above <= 1:
            raise ValueError(
                f"agentic: core_tokens={core_tokens}, found={found}, max_steps={max_steps}, warn_above={warn_above}, "
                f"conversation={conversation}; core_tokens and conversation must be 0 or more, found and max_steps at "
                "least 1, warn_above from 0 to 1"
            )
        self._encoder, self._chat, self._make_index = encoder, chat, index
        self._core_tokens, self._found, self._max_steps = core_tokens, found, max_steps
        self._warn_above, self._conversation = warn_above, conversation
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Has the chat file a turn, forgets what is erased and all that came of it."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """Core memory, then what the chat's searches found, by the nearest of them."""
        scores: dict[str, float] = {}
        known = self._archive | self._turns

        def listed(hits: list[tuple[str, float]]) -> str:
            scores.update({id: max(score, scores.get(id, 0.0)) for id, score in hits})
            hit = (known[id] for id, _ in hits)
            return "\n".join(f"* {memory.at.date()} {memory.text}" for memory in hit) or "nothing"

        act = {
            SEARCH.name: lambda call: listed(self._search(call)),
            LOOK_BACK.name: lambda call: listed(self._look_back(call)),
        }
        self._converse(ASKING, f"Question:\n{query.text}", act)
        core = [replace(memory, score=1.0) for memory in self._core[: query.limit]]
        left = None if query.limit is None else query.limit - len(core)
        ranked = sorted(scores, key=lambda id: -scores[id])[:left]
        return Recall(memories=(*core, *(replace(known[id], score=max(0.0, min(1.0, scores[id]))) for id in ranked)))

    def core(self) -> tuple[Memory, ...]:
        """Core memory, line by line."""
        return tuple(self._core)

    def memories(self) -> Iterator[Memory]:
        """Core memory, then the archive in the order in which it was filed, then past turns if they are searched."""
        return iter([*self._core, *self._archive.values(), *self._turns.values()])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._core: list[Memory] = []
        self._archive: dict[str, Memory] = {}
        self._turns: dict[str, Memory] = {}
        self._index, self._turn_index = (self._make_index(self._encoder.dim) for _ in range(2))
        self._made: Counter[str] = Counter()

    def _unlearn(self, turns: Sequence[TurnId]) -> bool:
        self._start_over()
        return False

    def _learn(self, event: Kept, note: str | None) -> str | None:
        """Has a turn filed: by the tool calls in its note, or by the chat, whose calls then are the note."""
        if isinstance(event, Forget):
            self._forget(event.memories)
        if not isinstance(event, Turn):
            return None
        self._made.clear()
        tools = {
            APPEND.name: lambda call: self._append(event, call.arguments["line"]),
            REPLACE.name: lambda call: self._replace(event, call.arguments["old"], call.arguments["new"]),
            INSERT.name: lambda call: self._insert(event, call.arguments["content"]),
            SEARCH.name: lambda call: "\n".join(self._archive[id].text for id, _ in self._search(call)),
            LOOK_BACK.name: lambda call: "\n".join(self._turns[id].text for id, _ in self._look_back(call)),
        }
        if note is None:
            note = self._file(event, tools)
        else:
            for name, arguments in json.loads(note):
                tools[name](ToolCall(id="", name=name, arguments=arguments))
        if self._conversation:
            memory = self._make("turn", event, event.text)
            self._turns[memory.id] = memory
            self._turn_index.add(memory.id, self._encoder.encode([event.text])[0])
        return note

    def _file(self, turn: Turn, act: Act) -> str:
        """Has the chat file a turn; its calls as a note. A chat that fails leaves nothing half filed."""
        message = f"Message of {turn.at.date()} by {' '.join(turn.speaker.split())}:\n{turn.text}"
        core = self._core
        try:
            calls = self._converse(FILING + self._pressure(), message, act)
        except BaseException:
            self._core = core
            self._forget(frozenset(id for id, memory in self._archive.items() if memory.sources == (turn.id,)))
            raise
        return json.dumps([(call.name, _needed(call)) for call in calls if call.name not in SEARCHES])

    def _pressure(self) -> str:
        """A warning where core memory is nearly full, after MemGPT's; else nothing."""
        used = sum(count_tokens(memory.text) for memory in self._core)
        if used <= self._warn_above * self._core_tokens:
            return ""
        return (
            f"\nMemory pressure: core memory holds {used} of {self._core_tokens} tokens. "
            "Replace what no longer matters before you add to it."
        )

    def _converse(self, instruction: str, message: str, act: Act) -> list[ToolCall]:
        """Lets the chat call the tools of `act` until it is done or out of steps; returns the calls that succeeded."""
        core = "\n".join(f"* {memory.text}" for memory in self._core)
        system = Message(role="system", text=f"{instruction}\nCore memory:\n{core}")
        offered = [TOOLS[name] for name in act if name != LOOK_BACK.name or self._conversation]
        return converse(self._chat, [system, Message(role="user", text=message)], offered, act, self._max_steps)

    def _append(self, turn: Turn, line: str) -> str:
        return self._write(turn, line, place=len(self._core), gone=None)

    def _replace(self, turn: Turn, old: str, new: str) -> str:
        place = next((n for n, memory in enumerate(self._core) if memory.text == old), None)
        if place is None:
            return f"error: core memory has no line {old!r}"
        return self._write(turn, new, place, gone=self._core[place])

    def _write(self, turn: Turn, line: str, place: int, gone: Memory | None) -> str:
        line = " ".join(line.split())
        if not line and gone is None:
            return "error: a line of core memory needs words"
        kept = [memory for memory in self._core if memory is not gone]
        alone = count_tokens(line)
        used = sum(count_tokens(memory.text) for memory in kept) + alone
        if alone > self._core_tokens:
            return f"error: the line is too long: {alone} tokens, core memory has {self._core_tokens}"
        if not line:
            self._core = kept
            return "done"
        if used > self._core_tokens:
            return f"error: core memory is full: {used} of {self._core_tokens} tokens with this line"
        replaces = tuple(dict.fromkeys((*gone.replaces, *gone.sources))) if gone else ()
        self._core = [*kept[:place], replace(self._make("core", turn, line), replaces=replaces), *kept[place:]]
        return "done"

    def _insert(self, turn: Turn, content: str) -> str:
        memory = self._make("archive", turn, content)
        self._archive[memory.id] = memory
        self._index.add(memory.id, self._encoder.encode([content])[0])
        return "done"

    def _make(self, kind: str, turn: Turn, text: str) -> Memory:
        """A memory that cites the turn it is made for; of several of one kind, the later are numbered."""
        number = self._made[kind]
        self._made[kind] += 1
        id = f"{kind}:{turn.id}" + (f":{number}" if number else "")
        return Memory(id=id, text=text, at=turn.at, sources=(turn.id,))

    def _search(self, call: ToolCall) -> list[tuple[str, float]]:
        return self._index.search(self._encoder.encode([call.arguments["query"]])[0], self._found)

    def _look_back(self, call: ToolCall) -> list[tuple[str, float]]:
        return self._turn_index.search(self._encoder.encode([call.arguments["query"]])[0], self._conversation)

    def _forget(self, ids: frozenset[MemoryId]) -> None:
        self._core = [memory for memory in self._core if memory.id not in ids]
        for held, index in ((self._archive, self._index), (self._turns, self._turn_index)):
            for id in sorted(ids & held.keys()):
                del held[id]
                index.delete(id)


def _needed(call: ToolCall) -> dict[str, str]:
    """A call's arguments without those that its tool does not know."""
    return {name: call.arguments[name] for name in TOOLS[call.name].parameters}
