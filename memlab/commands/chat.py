"""`memlab chat`: an assistant in the terminal that remembers across restarts."""

import argparse
import json
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from memlab.terminal import text_width

GROUP = "assistant"


def add(commands: Any) -> None:
    """Adds `chat` to the commands."""
    chat = commands.add_parser("chat", help="talk to an assistant that remembers: strategy=hybrid store.path=FILE")
    chat.add_argument("overrides", nargs="*", metavar="store.path=FILE|assistant=rag|group=option|key=value")
    chat.add_argument("--config-dir", type=Path, help="a folder with config groups of your own")
    chat.set_defaults(call=_chat)


def _chat(args: argparse.Namespace) -> int:
    assistant, told = _assistant(args.overrides, args.config_dir)
    print(told)
    failed = 0
    try:
        for text in _lines():
            failed += _said(assistant, text)
    except KeyboardInterrupt:
        print()
    finally:
        assistant.close()
    return 1 if failed and not sys.stdin.isatty() else 0


def _assistant(overrides: Sequence[str], config_dir: Path | None) -> tuple[Any, str]:
    """The assistant that a command line describes, and what it is, in a line.

    No reply is kept beside the store: what the owner erases there would live on in such a cache.
    """
    from memlab import build
    from memlab.config import ConfigError, load_option, plan

    named = dict(override.partition("=")[::2] for override in overrides)
    load_option(GROUP, named.get(GROUP, "rag"), config_dir)
    line = [f"+{override}" if override.startswith(f"{GROUP}=") else override for override in overrides]
    line = ([] if GROUP in named else [f"+{GROUP}=rag"]) + ([] if "chat" in named else ["chat=openai"]) + line
    if "experiment" in named:
        raise ConfigError("one strategy is talked to at a time; an experiment has several")
    (config,) = plan(line, config_dir)
    if config["store"].get("path") is None:
        raise ConfigError("store.path=FILE is needed: where the assistant remembers, from one talk to the next")
    if "cache" in config["chat"]:
        config["chat"]["cache"] = None
    chat = build.construct("chat", config["chat"], {})
    encoder = build.encoder(config) if build.wants("encoder", config) else None
    store = build.construct("store", config["store"], {})
    try:
        strategy = _opened(config, encoder, store)
    except BaseException:
        store.close()
        raise
    parts = {"strategy": strategy, "chat": chat, "session": time.time_ns() // 1000}
    told = f"{config['strategy']['name']} in {config['store']['path']}; Ctrl-D ends"
    return build.construct(GROUP, config[GROUP], parts), told


def _opened(config: dict[str, Any], encoder: Any, store: Any) -> Any:
    """The strategy on its store, which then says what keeps it, for `memlab memory`; another's store is refused.

    Which chat talks may change from one talk to the next, and with it who files for `agentic`.
    """
    from memlab import build, control
    from memlab.commands.memory import KEPT
    from memlab.config import ConfigError, plan

    chat = config["chat"] if build.wants("chat", config) else plan([])[0]["chat"]
    own = json.loads(json.dumps({name: config[name] for name in KEPT} | {"chat": chat}))
    known = control.made_by(store)
    for name in ("strategy", "layer", "encoder"):
        counts = name != "encoder" or encoder is not None
        if known is not None and counts and _unnamed(own[name]) != _unnamed(known[name]):
            raise ConfigError(
                f"{config['store']['path']} is kept by {known['strategy']['name']} with another {name}; "
                f"name that {name} as it was, or another file"
            )
    strategy = build.strategy(config, None, encoder, store)
    control.sign(store, own)
    return strategy


def _unnamed(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "name"}


def _lines() -> Iterator[str]:
    """What the user types, line by line, until Ctrl-D; empty lines are passed over."""
    while True:
        try:
            text = input("you> " if sys.stdin.isatty() else "")
        except EOFError:
            return
        if text.strip():
            yield text.strip()


def _said(assistant: Any, text: str) -> bool:
    """Prints the reply to a message, or why there is none; True where something went wrong."""
    from memlab.llm import ChatError

    try:
        _show(assistant.say(text).text)
        return False
    except ChatError as error:
        if error.said and error.__cause__ is not None:
            _show(error.said)
        print(f"memlab chat: {error}. What you said is kept.", file=sys.stderr)
        return True


def _show(reply: str) -> None:
    """Prints a reply within the terminal's width, without what could steer the terminal."""
    from rich.console import Console
    from rich.text import Text

    plain = "".join(c for c in reply.expandtabs(4) if c == "\n" or unicodedata.category(c) != "Cc")
    Console(width=text_width(), highlight=False).print(Text(plain.strip()))
