"""A chat without a model: it reads the messages that a model would read and calls the same tools, by rules.

It stands in for a chat model where memlab runs offline. It understands the prompts of `memlab.strategies.agentic` and
nothing else; what it achieves is the worth of its rules, not of any model.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from memlab.llm import Message, Tool, ToolCall

CORE_LINE = re.compile(r"^\* (?P<line>(?P<key>.+? – .+?): (?P<value>.+))$", re.MULTILINE)
HEAD = re.compile(r"^Message of [^ ]+ by (?P<speaker>.*):$")
FULL = "error: core memory is full"


class Stated(Protocol):
    """A relation that a text states; `single` says that somebody has only one of it at a time."""

    subject: str
    relation: str
    object: str
    single: bool


class Finder(Protocol):
    """Finds what a text states."""

    def relations(self, text: str, speaker: str) -> Iterable[Stated]:
        """The relations of a text in which `speaker` says I."""
        ...


class RuleChat:
    """Files every message in the archive and what it states in core memory; searches for what is asked.

    A relation that somebody has one of replaces the line that held it before; when core memory is full, the oldest line
    goes. A question is searched for as it stands, and once more with the name in place of whom core memory names:
    "my sister" as Priya.

    Args:
        finder: Finds what a message states.
        ignores: The speaker whose statements are no facts about anybody: an assistant's own.
    """

    def __init__(self, finder: Finder, ignores: str = "assistant") -> None:
        self._finder, self._ignores = finder, ignores

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The tool calls that the rules give for the last message of the user, or an end to them."""
        place = max(n for n, message in enumerate(messages) if message.role == "user")
        (head, _, body), since = messages[place].text.partition("\n"), messages[place + 1 :]
        core = [found for message in messages[:place] for found in CORE_LINE.finditer(message.text)]
        named = {tool.name for tool in tools}
        if "archival_memory_insert" not in named:
            wishes = (
                [("archival_memory_search", {"query": text}) for text in _searches(body, core)] if not since else []
            )
        elif not since:
            wishes = [("archival_memory_insert", {"content": body}), *self._file(head, body, core)]
        else:
            wishes = list(_make_room(since, core))
        calls = (
            ToolCall(id=f"{len(messages)}.{n}", name=name, arguments=arguments)
            for n, (name, arguments) in enumerate(wishes)
            if name in named
        )
        return Message(role="assistant", text="" if wishes else "Done.", calls=tuple(calls))

    def _file(self, head: str, body: str, core: Sequence[re.Match[str]]) -> Iterator[tuple[str, dict[str, str]]]:
        speaker = found["speaker"] if (found := HEAD.search(head)) else self._ignores
        if speaker.casefold() == self._ignores:
            return
        lines = {found["line"]: found["key"] for found in core}
        for stated in self._finder.relations(body.removeprefix(f"{speaker}: "), speaker):
            key = f"{stated.subject} – {stated.relation}"
            line = f"{key}: {stated.object}"
            old = next((old for old, known in lines.items() if known == key and stated.single), None)
            if line in lines:
                continue
            if old is None:
                yield "core_memory_append", {"line": line}
            else:
                del lines[old]
                yield "core_memory_replace", {"old": old, "new": line}
            lines[line] = key


def _make_room(since: Sequence[Message], core: Sequence[re.Match[str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """For each line that found core memory full just now, the oldest line still there goes; then once more."""
    wished = {call.id: call for message in since for call in message.calls}
    gone = {call.arguments["old"] for call in wished.values() if call.name == "core_memory_replace"}
    oldest = (found["line"] for found in core if found["line"] not in gone)
    last = max(n for n, message in enumerate(since) if message.role == "assistant")
    for result in since[last:]:
        if result.role == "tool" and result.text.startswith(FULL) and (old := next(oldest, None)):
            wish = wished[result.answers or ""]
            yield "core_memory_replace", {"old": old, "new": ""}
            yield wish.name, dict(wish.arguments)


def _searches(question: str, core: Sequence[re.Match[str]]) -> Iterator[str]:
    yield question
    for found in core:
        relation, name = re.escape(found["key"].partition(" – ")[2]), found["value"].replace("\\", r"\\")
        whose = rf"\b(?:my|our|your|his|her|their) (?:[\w-]+ )?{relation}\b"
        renamed = re.sub(whose, name, question, flags=re.IGNORECASE)
        if renamed != question:
            yield renamed
