"""Chats recorded once and replayed ever after: what a test or a paper needs of a model that is not at hand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memlab.llm import Chat, ChatError, Message, Tool
from memlab.llm.replies import key_of
from memlab.llm.wire import message_of, plain, request_of

SHOWN = 80


class RecordedChat:
    """Replies from a file of JSON lines, by the content of what is asked; what is not there is asked and added.

    Args:
        path: The file, a line `{"request": …, "reply": …}` each; made where it is missing and there is an inner chat.
        inner: Who is asked what the file does not hold; None to replay alone.

    Raises:
        ValueError: No file is named.
        ChatError: A line of the file is no recorded reply.
    """

    def __init__(self, path: str | Path | None, inner: Chat | None = None) -> None:
        if not path:
            raise ValueError("a recorded chat needs path=FILE: where its replies are, or are to be recorded")
        self._path, self._inner = Path(path), inner
        self._replies: dict[str, Message] = {}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        for number, line in enumerate(lines, 1):
            try:
                body: dict[str, Any] = json.loads(line)
                self._replies[key_of(body["request"])] = message_of(body["reply"])
            except (ValueError, LookupError, TypeError) as error:
                raise ChatError(f"{self._path}:{number} is no recorded reply ({error}); record it anew") from error

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The recorded reply, or the inner chat's, which then is recorded.

        Raises:
            ChatError: Nothing is recorded for this request and there is no inner chat.
        """
        request = request_of(messages, tools, schema=None)
        key = key_of(request)
        if key not in self._replies:
            if self._inner is None:
                last = messages[-1].text[:SHOWN] if messages else ""
                raise ChatError(
                    f"{self._path}: of its {len(self._replies)} replies none is to this request, which ends in "
                    f"{last!r}; record it with a chat as `inner`"
                )
            self._replies[key] = self._inner.reply(messages, tools)
            with self._path.open("a", encoding="utf-8") as file:
                line = {"request": request, "reply": plain(self._replies[key])}
                file.write(json.dumps(line) + "\n")
        return self._replies[key]
