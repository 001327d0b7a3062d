"""`memlab memory`: what an owner may do with the memory in a store: list, show, edit, delete, export, import …"""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

WIDTH = 80
KEPT = ("strategy", "layer", "encoder", "chat", "seed")  # the part of a config that says what keeps a store


def add(commands: Any) -> None:
    """Adds `memory` and what can be done with one."""
    memory = commands.add_parser(
        "memory", help="list, show, edit, delete, export or import what a store remembers; its health"
    )
    actions = memory.add_subparsers(dest="action", required=True, metavar="ACTION")
    told = {
        "list": "everything that could still be said",
        "show": "one memory and the turns that it comes from",
        "edit": "your words in the place of a memory",
        "delete": "one memory, or all",
        "export": "everything, as JSON",
        "import": "an export, into a store that is not there yet",
        "health": "how much there is, and how much of it is new or in use",
    }
    acts = {"list": _list, "show": _show, "edit": _edit, "delete": _delete, "export": _export, "import": _import}
    acts["health"] = _health
    for name, text in told.items():
        one = actions.add_parser(name, help=text)
        one.add_argument("--store", type=Path, required=True, metavar="FILE", help="the file that the memory lasts in")
        one.add_argument("--user", default="", help="whose memory, in a file that several share")
        one.set_defaults(call=acts[name])
        if name in ("show", "edit"):
            one.add_argument("id", metavar="ID")
        if name == "list":
            one.add_argument("--category", help="only this one")
        if name == "edit":
            one.add_argument("text", metavar="TEXT")
        if name == "delete":
            one.add_argument("id", nargs="?", metavar="ID")
            one.add_argument("--all", action="store_true", help="everything that was ever said")
            one.add_argument("--with-sources", action="store_true", help="the turns that it comes from too")
        if name in ("export", "import"):
            one.add_argument("file", type=Path, nargs="?" if name == "export" else None, metavar="FILE.json")
        one.add_argument(
            "--as",
            dest="overrides",
            nargs="+",
            default=[],
            metavar="strategy=NAME|key=value",
            help="what keeps the store, where it does not say so itself",
        )


def _list(args: argparse.Namespace) -> int:
    from memlab import control

    with _opened(args) as (strategy, _):
        found = control.listed(strategy, args.category)
        for memory in found:
            until = f" until {memory.valid_to:%Y-%m-%d}" if memory.valid_to else ""
            about = f" [{memory.category}]" if memory.category else ""
            head = f"{memory.id}  {memory.at:%Y-%m-%d}{until}{about}  "
            print(head + textwrap.shorten(memory.text, max(20, WIDTH - len(head)), placeholder=" …"))
        print(f"{len(found)} memories" if len(found) != 1 else "1 memory")
    return 0


def _show(args: argparse.Namespace) -> int:
    from memlab import control

    with _opened(args) as (strategy, store):
        found = control.provenance(strategy, store, args.id)
        memory = found.memory
        print(textwrap.fill(memory.text, WIDTH))
        until = f", held until {memory.valid_to:%Y-%m-%d %H:%M}" if memory.valid_to else ""
        print(f"of {memory.at:%Y-%m-%d %H:%M}{until}" + (f", {memory.category}" if memory.category else ""))
        for title, turns in (("comes from", found.sources), ("replaces", found.replaces)):
            for turn in turns:
                print(
                    textwrap.fill(f"{title} {turn.id}, {turn.at:%Y-%m-%d}: {turn.text}", WIDTH, subsequent_indent="  ")
                )
    return 0


def _edit(args: argparse.Namespace) -> int:
    from memlab import control

    with _opened(args, writes=True) as (strategy, store):
        turn = control.edit(strategy, args.id, args.text, _now(), control.latest_session(store))
    print(f"{args.id} is forgotten; what you said instead is turn {turn.id}")
    return 0


def _delete(args: argparse.Namespace) -> int:
    from memlab import control
    from memlab.control import ControlError

    if args.all == bool(args.id) or (args.all and args.with_sources):
        raise ControlError("say which: an ID, with --with-sources or without, or --all")
    with _opened(args, writes=True) as (strategy, store):
        session = control.latest_session(store)
        if args.all:
            control.delete_all(strategy, _now(), session)
        else:
            control.delete(strategy, args.id, _now(), session, args.with_sources)
    print("everything is deleted" if args.all else f"{args.id} is deleted")
    return 0


def _export(args: argparse.Namespace) -> int:
    from memlab import control

    with _opened(args) as (strategy, store):
        export = control.exported(strategy, store, _now())
    text = json.dumps(export, indent=1, ensure_ascii=True)
    if args.file is None:
        print(text)
        return 0
    if args.file.exists():
        raise FileExistsError(f"{args.file} is there already; name a file that is not")
    args.file.write_text(text)
    print(f"{args.file}: {len(export['memories'])} memories", file=sys.stderr)
    return 0


def _import(args: argparse.Namespace) -> int:
    from memlab import build, control
    from memlab.config import plan
    from memlab.control import ControlError

    try:
        export = json.loads(args.file.read_text())
    except ValueError as error:
        raise ControlError(f"{args.file} is no JSON: {error}") from error
    store = build.kept_on(plan(args.overrides)[0]["store"], str(args.store), args.user)
    try:
        control.imported(export, store)
    finally:
        store.close()
    with _opened(args) as (strategy, _):
        print(f"{args.store}: {len(control.listed(strategy))} memories")
    return 0


def _health(args: argparse.Namespace) -> int:
    from memlab import control

    with _opened(args) as (strategy, store):
        found = control.health(strategy, store, _now())
    read = "not known: it keeps no note of what was read" if found.accessed is None else f"{found.accessed:,}"
    print(f"memories                {found.total:,}, of which {found.ended:,} no longer hold")
    print(f"added in 7 days         {found.added:,}")
    print(f"read in 7 days          {read}")
    print(f"bytes                   {found.active_bytes:,} active, {found.archived_bytes:,} archived")
    return 0


@contextmanager
def _opened(args: argparse.Namespace, writes: bool = False) -> Iterator[tuple[Any, Any]]:
    """The strategy and the store of a file, closed afterwards; opened by what the file says keeps it.

    Args:
        writes: Whether something is changed: then a file that did not say what keeps it says so from now on.
    """
    from memlab import build, control
    from memlab.config import ConfigError, plan

    if not args.store.exists():
        raise FileNotFoundError(f"{args.store} is not there; name the file that an assistant keeps its memory in")
    config, named = plan(args.overrides)[0], any(one.startswith("strategy=") for one in args.overrides)
    store = build.kept_on(config["store"], str(args.store), args.user)
    try:
        known = control.made_by(store)
        if known is None and not named:
            raise ConfigError(f"{args.store} does not say what keeps it; say so: --as strategy=NAME")
        for target in _targets(known):
            if not target.startswith("memlab."):
                raise ConfigError(f"{args.store} wants {target}, which is not memlab's; it is not opened")
        config = config if named or known is None else config | known
        own = json.loads(json.dumps({name: config[name] for name in KEPT}))
        if known is not None and own != known:
            raise ConfigError(
                f"{args.store} is kept by {known['strategy']['name']}; leave out {' '.join(args.overrides)}"
            )
        encoder = build.encoder(config) if build.wants("encoder", config) else None
        strategy = build.strategy(config, None, encoder, store)
        if writes:
            control.sign(store, own)
        try:
            yield strategy, store
        finally:
            strategy.close()
    finally:
        store.close()


def _targets(node: Any) -> Iterator[str]:
    """What a config would have imported, wherever it stands in it."""
    if isinstance(node, dict) and "_target_" in node:
        yield str(node["_target_"])
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _targets(part)


def _now() -> datetime:
    return datetime.now(UTC)
