"""Memory in the hands of a chat model: core lines always in sight, an archive reached by tool calls.

After MemGPT (Packer et al., 2023) and the guide's third pattern. The model is shown core memory and one new message,
and calls tools until it is done; a question is searched for in the same way. Differs: the loop is bounded and its
errors go back to the model, core memory is a list of lines with a size limit, what is filed cites the turn that it was
filed for, and answering writes nothing, so that a recall changes no memory. The model's tool calls are kept beside the
turns: a reopened memory repeats them instead of asking again.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from memlab.encoders import Encoder
from memlab.events import Forget, Memory, MemoryId, Observed, Query, Recall, Turn, TurnId
from memlab.indexes import VectorIndex
from memlab.llm import Chat, Message, Tool, ToolCall
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
TOOLS = {tool.name: tool for tool in (APPEND, REPLACE, INSERT, SEARCH)}
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
    ) -> None:
        if core_tokens < 0 or found < 1 or max_steps < 1:
            raise ValueError(
                f"agentic: core_tokens={core_tokens}, found={found}, max_steps={max_steps}; "
                "core_tokens must be 0 or more, the others at least 1"
            )
        self._encoder, self._chat, self._make_index = encoder, chat, index
        self._core_tokens, self._found, self._max_steps = core_tokens, found, max_steps
        self._start_over()
        self._log = EventLog(store, self._learn, self._unlearn, keeps=(Turn, Forget))

    def observe(self, event: Observed) -> None:
        """Has the chat file a turn, forgets what is erased and all that came of it."""
        self._log.observe(event)

    def recall(self, query: Query) -> Recall:
        """Core memory, then what the chat's searches found, by the nearest of them."""
        found: dict[str, float] = {}

        def search(call: ToolCall) -> str:
            hits = self._search(call.arguments["query"])
            found.update({id: max(score, found.get(id, 0.0)) for id, score in hits})
            hit = (self._archive[id] for id, _ in hits)
            return "\n".join(f"* {memory.at.date()} {memory.text}" for memory in hit) or "nothing"

        self._converse(ASKING, f"Question:\n{query.text}", {SEARCH.name: search}, [SEARCH])
        core = [replace(memory, score=1.0) for memory in self._core[: query.limit]]
        left = None if query.limit is None else query.limit - len(core)
        ranked = sorted(found, key=lambda id: -found[id])[:left]
        archived = [replace(self._archive[id], score=max(0.0, min(1.0, found[id]))) for id in ranked]
        return Recall(memories=(*core, *archived))

    def memories(self) -> Iterator[Memory]:
        """Core memory, then the archive in the order in which it was filed."""
        return iter([*self._core, *self._archive.values()])

    def close(self) -> None:
        """Closes the store."""
        self._log.close()

    def _start_over(self) -> None:
        self._core: list[Memory] = []
        self._archive: dict[str, Memory] = {}
        self._index = self._make_index(self._encoder.dim)
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
            SEARCH.name: lambda call: "\n".join(
                self._archive[id].text for id, _ in self._search(call.arguments["query"])
            ),
        }
        if note is not None:
            for name, arguments in json.loads(note):
                tools[name](ToolCall(id="", name=name, arguments=arguments))
            return note
        message = f"Message of {event.at.date()} by {' '.join(event.speaker.split())}:\n{event.text}"
        core = self._core
        try:
            calls = self._converse(FILING, message, tools, list(TOOLS.values()))
        except BaseException:
            self._core = core
            self._forget(frozenset(id for id, memory in self._archive.items() if memory.sources == (event.id,)))
            raise
        return json.dumps([(call.name, _needed(call)) for call in calls if call.name != SEARCH.name])

    def _converse(
        self, instruction: str, message: str, act: Mapping[str, Callable[[ToolCall], str]], tools: Sequence[Tool]
    ) -> list[ToolCall]:
        """Lets the chat call tools until it is done or out of steps; returns the calls that succeeded."""
        core = "\n".join(f"* {memory.text}" for memory in self._core)
        system = Message(role="system", text=f"{instruction}\nCore memory:\n{core}")
        messages, succeeded = [system, Message(role="user", text=message)], []
        for _ in range(self._max_steps):
            reply = self._chat.reply(messages, tools)
            messages.append(reply)
            if not reply.calls:
                break
            for call in reply.calls:
                result = _complaint(call, tools) or act[call.name](call)
                messages.append(Message(role="tool", text=result, answers=call.id))
                if not result.startswith("error"):
                    succeeded.append(call)
        return succeeded

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

    def _search(self, text: str) -> list[tuple[str, float]]:
        return self._index.search(self._encoder.encode([text])[0], self._found)

    def _forget(self, ids: frozenset[MemoryId]) -> None:
        self._core = [memory for memory in self._core if memory.id not in ids]
        for id in sorted(ids & self._archive.keys()):
            del self._archive[id]
            self._index.delete(id)


def _needed(call: ToolCall) -> dict[str, str]:
    """A call's arguments without those that its tool does not know."""
    return {name: call.arguments[name] for name in TOOLS[call.name].parameters}


def _complaint(call: ToolCall, tools: Sequence[Tool]) -> str | None:
    """What is wrong with a call, in words that a model can act on; None if nothing is."""
    known = {tool.name: tool for tool in tools}
    if call.name not in known:
        return f"error: there is no tool {call.name!r}; there are {', '.join(known)}"
    for name in known[call.name].parameters:
        if not isinstance(call.arguments.get(name), str):
            return f"error: {call.name} needs {name!r}, a text"
    return None
