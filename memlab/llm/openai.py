"""Any OpenAI-compatible endpoint as a chat: one request at a time, or many at once; every reply is kept by content.

This is the one asynchronous place of memlab, and its face is synchronous. Time-outs, retries with back-off, heeding
`Retry-After` up to two minutes, and TLS, which is always verified, are the official client's. What goes wrong is told
as a `ChatError` with what would be right, and is not kept; replies are.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from memlab.llm import ChatError, Message, Tool
from memlab.llm.replies import Replies, key_of
from memlab.llm.trouble import check_url, said_of
from memlab.llm.wire import body_of, reply_of, request_of

OWN = {"model", "messages", "tools", "stream", "response_format", "n"}


class OpenAIChat:
    """A model behind `base_url`. Nothing is asked until a reply is.

    Args:
        model: The model's name there.
        base_url: Where its `chat/completions` is; `https`, or `http` within a private network.
        timeout_seconds: Of each try, to connect and between bytes, above 0.
        retries: After the first try: of what is slow, out of reach, 408, 409, 429 or 5xx; 0 or more.
        concurrency: Requests of `replies` under way at once, at least 1.
        parameters: Whatever else the endpoint is sent: temperature, seed, max_tokens.
        key_variable: The environment variable that holds the key, which is kept nowhere else; one that is not set is
            no error, since local servers want none.
        cache: Where replies are kept; None asks each time.

    Attributes:
        requests, tokens_in, tokens_out: What was really asked and what it cost; kept replies cost nothing.

    Raises:
        ValueError: A number is out of its range, the model or base URL is missing, or the URL is not fit.
        ChatError: The package `openai` is not installed.
    """

    def __init__(
        self,
        model: str | None,
        base_url: str | None,
        timeout_seconds: float,
        retries: int,
        concurrency: int,
        parameters: Mapping[str, Any] | None = None,
        key_variable: str = "OPENAI_API_KEY",
        cache: Replies | None = None,
    ) -> None:
        if not base_url or not model:
            raise ValueError(
                "an OpenAI-compatible endpoint is needed: set OPENAI_BASE_URL (such as http://localhost:8000/v1) and "
                "OPENAI_MODEL, or base_url and model here; the key, if it wants one, goes into OPENAI_API_KEY"
            )
        if timeout_seconds <= 0 or retries < 0 or concurrency < 1:
            raise ValueError(
                f"timeout_seconds={timeout_seconds}, retries={retries}, concurrency={concurrency}; the first must be "
                "positive, the second 0 or more, the third at least 1"
            )
        if OWN & (parameters or {}).keys():
            raise ValueError(f"parameters may not hold {', '.join(sorted(OWN & (parameters or {}).keys()))}")
        if find_spec("openai") is None:
            raise ChatError("the package openai is missing: pip install 'memlab[openai]'")
        check_url(base_url)
        self._model, self._base_url, self._key_variable = model, base_url, key_variable
        self._timeout, self._retries, self._concurrency = timeout_seconds, retries, concurrency
        self._parameters, self._cache = dict(parameters or {}), cache
        self._schemas = True
        self.requests = self.tokens_in = self.tokens_out = 0

    def reply(self, messages: Sequence[Message], tools: Sequence[Tool] = ()) -> Message:
        """The model's next message; a malformed tool call comes with its error.

        Raises:
            ChatError: There is no reply to go by.
        """
        return self._one(self._request(messages, tools, None))

    def reply_in(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Message:
        """The model's next message, held to a JSON schema where the server can; one that refuses is asked without.

        Raises:
            ChatError: There is no reply to go by.
        """
        return self._one(self._request(messages, (), dict(schema)))

    def replies(
        self, conversations: Sequence[Sequence[Message]], tools: Sequence[Tool] = ()
    ) -> list[Message | ChatError]:
        """The next message of each conversation, asked at once; in place of one that failed, its error.

        Equal conversations are asked once. Each reply is kept as it comes, so that an interruption loses none.
        """
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        requests = [self._request(messages, tools, None) for messages in conversations]
        apart = {key_of(request): request for request in requests}
        with ThreadPoolExecutor(1) as thread:  # a thread of its own: the caller's may have an event loop already
            found = thread.submit(lambda: asyncio.run(self._all(list(apart.values())))).result()
        outcomes = dict(zip(apart, found, strict=True))
        return [outcomes[key_of(request)] for request in requests]

    def _request(self, messages: Sequence[Message], tools: Sequence[Tool], schema: Any) -> dict[str, Any]:
        named = {"base_url": self._base_url, "model": self._model, "parameters": self._parameters}
        return request_of(messages, tools, schema, **named)

    def _one(self, request: Mapping[str, Any]) -> Message:
        kept = self._cache.get(request) if self._cache else None
        if kept is not None:
            return kept
        from openai import OpenAIError

        ask = self._client.chat.completions.with_raw_response.create
        try:
            try:
                answer = ask(**self._sent(request))
            except OpenAIError as error:
                if not self._refuses_schema(request, error):
                    raise
                answer = ask(**self._sent(request))
        except OpenAIError as error:
            raise self._told(error) from error
        return self._taken(request, answer.text)

    async def _all(self, requests: Sequence[Mapping[str, Any]]) -> list[Message | ChatError]:
        import asyncio

        from openai import AsyncOpenAI, OpenAIError

        gate = asyncio.Semaphore(self._concurrency)

        async def one(request: Mapping[str, Any]) -> Message | ChatError:
            async with gate:
                try:
                    kept = self._cache.get(request) if self._cache else None
                    if kept is not None:
                        return kept
                    answer = await client.chat.completions.with_raw_response.create(**self._sent(request))
                    return self._taken(request, answer.text)
                except (OpenAIError, ChatError) as error:
                    return error if isinstance(error, ChatError) else self._told(error)

        async with self._made(AsyncOpenAI) as client:
            return list(await asyncio.gather(*map(one, requests)))

    @cached_property
    def _client(self) -> Any:
        from openai import OpenAI

        return self._made(OpenAI)

    def _made(self, client: Callable[..., Any]) -> Any:
        key = os.environ.get(self._key_variable) or "none"
        return client(base_url=self._base_url, api_key=key, timeout=self._timeout, max_retries=self._retries)

    def _sent(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = body_of(request if self._schemas else {**request, "schema": None})
        return body | {"model": self._model, "extra_body": self._parameters}

    def _taken(self, request: Mapping[str, Any], text: str) -> Message:
        """The reply in an answer, counted and kept."""
        self.requests += 1
        reply = reply_of(text, self._where, bool(request["tools"]))
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        return self._cache.put(request, reply) if self._cache else reply

    def _refuses_schema(self, request: Mapping[str, Any], error: Exception) -> bool:
        """Whether a server turned a request down for its schema; it is sent none from then on."""
        refused = self._schemas and request["schema"] is not None and getattr(error, "status_code", None) in (400, 422)
        if refused:
            self._schemas = False
        return refused

    @property
    def _where(self) -> str:
        return f"{self._model} at {self._base_url}"

    def _told(self, error: Exception) -> ChatError:
        key = os.environ.get(self._key_variable)
        return ChatError(f"{self._where} {said_of(error, key, self._key_variable, self._timeout, self._retries)}")
