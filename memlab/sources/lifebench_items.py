"""The items of LifeBench: what each file holds, and what each item says in words.

Only what the phone itself shows is read. `summarized_info`, `event_id`, `action` and the ids are written from the plot
and stay out of the text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

from memlab.sources import SourceError
from memlab.sources.reading import read_json

CHATS = "agent_chat"
CHAT_TIME = time(23, 59, 59)
OWNER = "user"
NOTHING = ("", "none", "null", "unknown")

Said = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: its type and id, when it came, and who says what in it."""

    type: str
    id: str
    at: datetime
    said: tuple[Said, ...]

    @property
    def place(self) -> tuple[datetime, int, int, str]:
        """What items are ordered by: their times and, where these are the same, types and numbers."""
        return self.at, [*ITEMS, CHATS].index(self.type), len(self.id), self.id

    @property
    def key(self) -> tuple[str, str]:
        """What evidence names it by."""
        return self.type, self.id


def _sms(raw: Mapping[str, Any]) -> Said:
    who, text = raw["contactName"], raw["message_content"]
    return (who, text) if raw["message_type"] == "Receive" else (OWNER, f"to {who}: {text}")


def _note(raw: Mapping[str, Any]) -> Said:
    return OWNER, f"{raw['title']}: {raw['content']}"


def _calendar(raw: Mapping[str, Any]) -> Said:
    return OWNER, f"{raw['title']}: {raw['description']} ({raw['start_time']} to {raw['end_time']})"


def _call(raw: Mapping[str, Any]) -> Said:
    return OWNER, f"call with {raw['contactName']} ({_listed(raw['call_type'], raw.get('duration'))})"


def _push(raw: Mapping[str, Any]) -> Said:
    return raw["source"], f"{raw['title']}: {raw['content']}"


def _photo(raw: Mapping[str, Any]) -> Said:
    location = raw.get("location") or {}
    place = _listed(*(location.get(n) for n in ("poi", "streetNumber", "streetName", "district", "city", "province")))
    people, tags = _listed(*raw.get("faceRecognition") or ()), _listed(*raw.get("imageTag") or ())
    parts = {"": raw["caption"], "at ": place, "with ": people, "shows ": tags, "reads ": _listed(raw.get("ocrText"))}
    return OWNER, "photo: " + "; ".join(f"{head}{part}" for head, part in parts.items() if part)


def _listed(*parts: Any) -> str:
    return ", ".join(str(part) for part in parts if part is not None and str(part).strip().lower() not in NOTHING)


ITEMS: Mapping[str, tuple[Callable[[Mapping[str, Any]], Said], tuple[str, ...]]] = {
    "sms": (_sms, ("contactName", "message_type", "message_content")),
    "note": (_note, ("title", "content")),
    "calendar": (_calendar, ("title", "description", "start_time", "end_time")),
    "call": (_call, ("contactName", "call_type")),
    "push": (_push, ("source", "title", "content")),
    "photo": (_photo, ("caption",)),
}


def read_items(folder: Path) -> tuple[list[Item], int]:
    """All items of a person, type by type in the order of the files, and how many repeat another's id.

    Of items with one type and id the first is kept: the others say the same in other words.

    Raises:
        SourceError: A file is not whole, or an item lacks what its type needs.
    """
    found: dict[tuple[str, str], Item] = {}
    doubled = 0
    readers: list[tuple[str, Callable[[str, Any], Item]]] = [*((type, _item) for type in ITEMS), (CHATS, _chat)]
    for type, read in readers:
        file = folder / f"{type}.json"
        raws = read_json("lifebench", file)
        if not isinstance(raws, list):
            raise SourceError(f"source lifebench: {file} must hold a list of items")
        for place, raw in enumerate(raws):
            try:
                item = read(type, raw)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                what = f"no {error}" if isinstance(error, KeyError) else str(error)
                raise SourceError(f"source lifebench: {file}, item {place}: {what}; not LifeBench's layout") from error
            doubled += item.key in found
            found.setdefault(item.key, item)
    return list(found.values()), doubled


def _item(type: str, raw: Any) -> Item:
    say, needs = ITEMS[type]
    _check_type(type, raw)
    for name in needs:
        if not isinstance(raw[name], str):
            raise ValueError(f"{name} is {raw[name]!r}; it must be text")
    at = datetime.strptime(raw["datetime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return Item(type=type, id=str(raw["phone_id"]), at=at, said=(say(raw),))


def _check_type(type: str, raw: Any) -> None:
    """Types have fields in common: a notification would pass for a note."""
    if raw.get("type", type) != type:
        raise ValueError(f"type is {raw['type']!r}; it must be {type!r}")


def _chat(type: str, raw: Any) -> Item:
    """A conversation; the exchanges are numbered, and their order is that of the numbers."""
    _check_type(type, raw)
    day = datetime.strptime(raw["date"], "%Y-%m-%d").date()
    exchanges: Sequence[tuple[str, Any]] = sorted(
        raw["conversation"].items(), key=lambda pair: int(pair[0].split()[-1])
    )
    said = chain.from_iterable(
        [(OWNER, turn["user"]["content"]), ("assistant", turn["assistant"]["content"])] for _, turn in exchanges
    )
    at = datetime.combine(day, CHAT_TIME, tzinfo=UTC)
    return Item(type=type, id=str(raw["phone_id"]), at=at, said=tuple(said))
