"""Facts by a chat model: it reads one turn and answers with JSON; what it answers is checked before it counts.

A fact's text must stand in the turn, or be confirmed by it; kinds and numbers must be what `Fact` says. What is wrong
is told to the model, a bounded number of times. If its answer stays malformed, the facts of that turn that were well
formed are kept, another extractor reads the turn too, and a warning says so: nothing that was said is lost, and a
memory can always be opened. A chat that cannot be reached raises, as it does everywhere.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any

from memlab.events import Turn
from memlab.extract import Fact, FactExtractor
from memlab.extract.facts import opens_with_yes
from memlab.extract.rules import said
from memlab.llm import Chat, Message
from memlab.text import contains, stems

CATEGORIES = ("preference", "fact", "context", "behaviour")
ASSISTANT = "assistant"
INSTRUCTION = """You find facts that a message states of its speaker and that last: preferences, facts, current context
(projects, plans), behaviour. Leave out what is asked, imagined, quoted, meant as a joke, passing, or about others.
Answer with a JSON list and nothing else, empty if there is none. Each entry is an object with
"text": the sentence of the message that states it, word for word;
"category": one of "preference", "fact", "context", "behaviour";
"slot": what it is a value of, such as "home" or "favourite tea", the same words whatever the wording, or null;
"value": what the slot holds, in the message's words, or null;
"single": true if a person has one at a time;
"ends": true if it says that this no longer holds;
"confidence": 0 to 1.
If the message says yes to a claim of the assistant, that claim counts; "text" is then the claim, as the speaker's."""
KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,), "category": (str,), "slot": (str, type(None)), "value": (str, type(None)),
    "single": (bool,), "ends": (bool,), "confidence": (int, float),
}  # fmt: skip

log = logging.getLogger(__name__)


class ChatFacts:
    """Finds facts by asking a chat model; a turn costs one reply, or as many as it takes to have it well formed.

    Args:
        chat: Who is asked.
        otherwise: Reads a turn too for which the chat gives no well-formed answer.
        tries: Replies that the chat has for one turn, at least 1.

    Raises:
        ValueError: `tries` is less than 1.
    """

    def __init__(self, chat: Chat, otherwise: FactExtractor, tries: int = 2) -> None:
        if tries < 1:
            raise ValueError(f"extract: tries={tries}; a chat needs at least 1")
        self._chat, self._otherwise, self._tries = chat, otherwise, tries

    def facts(self, turn: Turn, before: Turn | None = None) -> tuple[Fact, ...]:
        """What the chat finds in a turn of the user; an assistant's turn is not shown to it as one to read."""
        if turn.speaker.casefold() == ASSISTANT or not said(turn).strip():
            return ()
        messages, kept, wrong = _asked(turn, before), tuple[Fact, ...](), ""
        for _ in range(self._tries):
            reply = self._chat.reply(messages)
            found, wrong = _read(reply.text, turn, before)
            kept = tuple(dict.fromkeys((*kept, *found)))
            if not wrong:
                return tuple(dict.fromkeys(found))
            messages = [*messages, reply, Message(role="user", text=f"{wrong}. Answer again, with the whole list.")]
        log.warning("turn %s: the chat's facts stayed malformed (%s); read otherwise too", turn.id, wrong)
        return tuple(dict.fromkeys((*kept, *self._otherwise.facts(turn, before))))


def _asked(turn: Turn, before: Turn | None) -> list[Message]:
    claim = (
        f"The assistant said before:\n{said(before)}\n\n" if before is not None and before.speaker == ASSISTANT else ""
    )
    message = f"{claim}Message of {turn.at.date()} by {' '.join(turn.speaker.split())}:\n{said(turn)}"
    return [Message(role="system", text=INSTRUCTION), Message(role="user", text=message)]


def _read(answer: str, turn: Turn, before: Turn | None) -> tuple[list[Fact], str]:
    """The well-formed facts of an answer, and what is wrong with the rest; an empty text if nothing is."""
    try:
        entries = json.loads(_list_in(answer))
    except (ValueError, RecursionError) as error:
        return [], f"The answer is no JSON list: {error}"
    if not isinstance(entries, list):
        return [], "The answer is no JSON list"
    found, wrong = list[Fact](), list[str]()
    for number, entry in enumerate(entries, start=1):
        complaint = next(_complaints(entry, turn, before), None)
        if complaint:
            wrong.append(f"entry {number}: {complaint}")
        else:
            found.append(Fact(**{name: entry[name] for name in KINDS}))
    return found, "; ".join(wrong[:3])


def _list_in(answer: str) -> str:
    """The outermost brackets of an answer: models like to put words or a code fence around them."""
    start, end = answer.find("["), answer.rfind("]")
    return answer[start : end + 1] if 0 <= start < end else answer


def _complaints(entry: Any, turn: Turn, before: Turn | None) -> Iterator[str]:
    """What is wrong with one entry, in words that a model can act on."""
    if not isinstance(entry, dict):
        yield "it is no object"
        return
    for name, kinds in KINDS.items():
        if name not in entry:
            yield f"{name!r} is missing"
        elif not isinstance(entry[name], kinds) or (bool not in kinds and isinstance(entry[name], bool)):
            yield f"{name!r} is {entry[name]!r}"
    if entry.get("category") not in CATEGORIES:
        yield f"'category' is {entry.get('category')!r}, no one of {', '.join(CATEGORIES)}"
    if not 0 <= float(entry.get("confidence", -1)) <= 1:
        yield "'confidence' is not between 0 and 1"
    if entry.get("ends") is False and not entry.get("value") and entry.get("slot"):
        yield "a slot without a value says nothing"
    claimed = before is not None and before.speaker.casefold() == ASSISTANT and opens_with_yes(said(turn))
    spoken = set(stems(f"{before.text if before is not None else ''} {turn.text}"))
    if not contains(turn.text, entry["text"]) and not (claimed and set(stems(entry["text"])) <= spoken):
        yield f"'text' {entry['text'][:60]!r} does not stand in the message"
