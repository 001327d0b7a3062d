"""A real server on this machine that speaks the chat completions protocol as it is told to: for tests."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server sends back.

    Attributes:
        body: Sent as it stands where it is text, else as JSON.
        delay_seconds: How long it is waited for.
        cut: Characters that are announced and not sent.
    """

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut: int = 0


def completion(
    text: str | None = "Done.",
    calls: Sequence[tuple[str, str]] = (),
    finish: str = "stop",
    tokens: tuple[int, int] = (7, 3),
) -> dict[str, Any]:
    """A chat completion, as an OpenAI-compatible server words it; `calls` are names with arguments as JSON."""
    wishes = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text} | ({"tool_calls": wishes} if wishes else {})
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return {"choices": [{"index": 0, "finish_reason": finish, "message": message}], "usage": usage}


@contextmanager
def endpoint(answer: Callable[[dict[str, Any]], Answer], context: Any = None) -> Iterator[str]:
    """A real server on this machine that speaks as much of the chat completions protocol as `answer` does.

    It yields the base URL.

    Args:
        answer: Called with the body of each request, and its `authorization` beside it; several at once.
        context: An `ssl.SSLContext`, for https.
    """
    import time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    def post(handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        given = answer(asked | {"authorization": handler.headers["authorization"], "path": handler.path})
        time.sleep(given.delay_seconds)
        body = (given.body if isinstance(given.body, str) else json.dumps(given.body)).encode()
        handler.send_response(given.status)
        headers = {"content-type": "application/json", "content-length": str(len(body))} | dict(given.headers)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[: len(body) - given.cut])
        handler.close_connection = True

    silent = {"do_POST": post, "log_message": lambda handler, form, *words: None}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Spoken", (BaseHTTPRequestHandler,), silent))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    setattr(server, "handle_error", lambda request, client: None)  # noqa: B010 (who hangs up is no news)
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
