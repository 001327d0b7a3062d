"""What all recorded sources share: files are read whole, and held against what their card knows of them."""

import json
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256 as sha256_hash
from pathlib import Path
from string import Formatter
from typing import Any

from memlab.events import Event, SessionEnd, Turn
from memlab.sources import SourceError
from memlab.sources.cards import load_card, sha256_of

Facts = dict[str, int | str]
FATES = ("labels_resolved", "labels_repeated", "labels_dangling", "labels_late", "labels_unasked")
FORM_FIELDS = {"at", "speaker", "text"}
RIGHT_FORM = "it must hold {text} and may hold {speaker} and {at}, like '{at:%d %B %Y} {speaker}: {text}'"


def read_json(name: str, file: Path) -> Any:
    """A file's content.

    Args:
        name: The source's, for the message.

    Raises:
        SourceError: It is not whole JSON.
    """
    try:
        return json.loads(file.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SourceError(
            f"source {name}: {file} is not whole JSON ({error}); it may be cut off: fetch it again and compare sha256"
        ) from error


def read_records(
    name: str, file: Path, keys: Mapping[str, type | tuple[type, ...]], called: str
) -> list[dict[str, Any]]:
    """The records of a file that holds a list of them, each with its keys and of the right kinds.

    Args:
        name: The source's, for the message.
        keys: What each record must have, and of which kind.
        called: What a record is, for the message: `question`.

    Raises:
        SourceError: It is not whole JSON, or not such a list.
    """
    records = read_json(name, file)
    if not isinstance(records, list) or not records:
        raise SourceError(f"source {name}: {file} must hold a list of {called}s")
    for place, record in enumerate(records):
        for key, kind in keys.items():
            where = f"source {name}: {file}, {called} {place}"
            if not isinstance(record, dict) or key not in record:
                raise SourceError(f"{where}: no {key!r}; not the layout of {name}")
            if not isinstance(record[key], kind):
                raise SourceError(f"{where}: {key!r} is of type {type(record[key]).__name__}; not the layout of {name}")
    return records


def checked_sha256(name: str, file: Path, wanted: str | None) -> str:
    """A file's checksum.

    Raises:
        SourceError: It is not the one that is wanted.
    """
    found = sha256_of(file)
    if wanted is not None and found != wanted:
        raise SourceError(f"source {name}: {file} has sha256 {found}, but source.sha256 asks for {wanted}")
    return found


def pinned(name: str, file: Path, sha256: str, counts: Mapping[str, int]) -> Facts:
    """What was counted in a file, and which published file it is, as facts for the manifest.

    A file whose checksum the card knows must give the card's counts: if not, it is read wrongly. Any other file is
    `unpinned`, and its counts are only told.

    Raises:
        SourceError: The counts are not the card's.
    """
    known = load_card(name).known(sha256)
    if known is not None and (wrong := {n: counts.get(n, 0) for n, c in known.counts.items() if counts.get(n, 0) != c}):
        raise SourceError(f"source {name}: {file} is {known.file}, whose counts are {known.counts}, but gave {wrong}")
    facts: Facts = {f"{file.name}: {count_name}": count for count_name, count in counts.items()}
    return facts | {f"{file.name}: pinned": known.file if known else "unpinned"}


def no_labels() -> Counter[str]:
    """What every source counts of its labels, all 0: how many there are, and what became of each, which adds up to it.

    A label is one name of a turn, session or fact. It is resolved; or it repeats one of its question; or it dangles,
    for nothing has that name; or it is late, for what it names is said after the question; or it is unasked, for it
    stands on no question. Any of these may have been repaired to be read.
    """
    return Counter(dict.fromkeys(("labels", *FATES, "labels_repaired"), 0))


def traced(labels: Iterable[Hashable], known: Container[Any]) -> Counter[str]:
    """What became of the labels of one question whose names are all read, none of them late."""
    counts = no_labels()
    resolved = set[Hashable]()
    for label in labels:
        fate = "dangling" if label not in known else "repeated" if label in resolved else "resolved"
        counts.update(["labels", f"labels_{fate}"])
        if fate == "resolved":
            resolved.add(label)
    return counts


def checked_files_sha256(name: str, files: Sequence[Path], wanted: str | None) -> str:
    """The checksum of several files that belong together: that of what `sha256sum FILE…` prints in their folder.

    Raises:
        SourceError: It is not the one that is wanted.
    """
    lines = "".join(f"{sha256_of(file)}  {file.name}\n" for file in files)
    found = sha256_hash(lines.encode()).hexdigest()
    if wanted is not None and found != wanted:
        where = f"{files[0].parent} ({', '.join(file.name for file in files)})"
        raise SourceError(f"source {name}: {where} has sha256 {found}, but source.sha256 asks for {wanted}")
    return found


def reads_as_judged(name: str, labels: str) -> bool:
    """Whether labels are read as judged; `audited` is the same where there is no audit, `published` is not.

    Raises:
        SourceError: There is no such reading.
    """
    if labels not in ("published", "judged", "audited"):
        raise SourceError(f"source {name}: labels is {labels!r}; it must be 'published', 'judged' or 'audited'")
    return labels != "published"


def checked_form(name: str, form: str) -> str:
    """A text form that can be filled in: `form.format(at=…, speaker=…, text=…)` gives a turn's text.

    `{at}` is the turn's time in UTC, and takes the codes of `strftime`: `{at:%d %B %Y}`.

    Args:
        name: The source's, for the message.

    Raises:
        SourceError: It names another field, has no `{text}`, or cannot be filled in.
    """
    if not is_text_form(form):
        raise SourceError(f"source {name}: text is {form!r}; {RIGHT_FORM}")
    return form


def is_text_form(form: object) -> bool:
    """Whether a text form can be filled in, tried on a turn of 2000-01-01."""
    try:
        parts = [(field, spec) for _, field, spec, _ in Formatter().parse(str(form)) if field is not None]
        named = {field for field, _ in parts}
        if not {"text"} <= named <= FORM_FIELDS or any("{" in (spec or "") for _, spec in parts):
            return False
        str(form).format(at=datetime(2000, 1, 1, tzinfo=UTC), speaker="a", text="b")
    except (LookupError, ValueError):
        return False
    return isinstance(form, str)


def opaque(*parts: object) -> str:
    """A name of 8 hex digits, a hash of the parts: the same parts have the same name, and it tells nothing of them."""
    return sha256_hash("\n".join(map(str, parts)).encode()).hexdigest()[:8]


def sittings(turns: Sequence[Turn]) -> list[Event]:
    """The turns, each session closed by a `SessionEnd` at the time of its last turn."""
    events: list[Event] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        events.append(turn)
        if following is None or following.session != turn.session:
            events.append(SessionEnd(at=turn.at, session=turn.session))
    return events
