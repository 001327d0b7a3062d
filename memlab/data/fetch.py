"""Files of data sets, fetched from where upstream keeps them: resumed if cut off, and kept only if the checksum fits.

A file grows under its name with `.part` behind it and gets its name last, so what stands under the name is whole.
Nothing is tried twice by itself: one call asks once, and a second time only where the server refuses the part that is
there already.
"""

from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from memlab.data.survey import chosen
from memlab.sources import SourceError, data_folders
from memlab.sources.cards import Card, Download, load_card, sha256_of

CHUNK_BYTES = 1 << 16
TIMEOUT_SECONDS = 30
NOBODY_MAY = ("none", "no licence", "all rights reserved", "proprietary")
Progress = Callable[[str, int, int | None], None]


def card_of(name: str) -> Card:
    """The card of a data set.

    Raises:
        SourceError: There is no such data set; the three nearest are offered.
    """
    return load_card(chosen([name])[0])


def folder_for(card: Card) -> Path:
    """Where a data set's files are looked for first: `$MEMLAB_DATA/<name>`, or `./data/<name>` where that is unset."""
    return data_folders(card.name)[0]


def about(card: Card) -> Iterator[str]:
    """What is to be read before anything is fetched: licence, citation, home.

    Raises:
        SourceError: The licence lets nobody pass the files on, or no file of known checksum is named.
    """
    yield f"{card.name}: {card.title}"
    yield f"licence:  {card.licence}"
    yield f"citation: {card.citation}"
    yield f"from:     {card.url}"
    by_hand = f"get it by hand from {card.url} and put it into {folder_for(card)}/"
    if not card.distributable or card.licence.casefold().startswith(NOBODY_MAY):
        raise SourceError(f"source {card.name}: its licence ({card.licence}) lets nobody pass it on; {by_hand}")
    if not card.download:
        raise SourceError(f"source {card.name}: its card names no file with a checksum to fetch; {by_hand}")


def fetch(
    download: Download, folder: Path, progress: Progress = lambda file, done, total: None, timeout: float | None = None
) -> Path:
    """A file of a data set, fetched into `folder` unless it is there; a part that was left is continued.

    Args:
        progress: Called with the file's name, the bytes that are there and, where it is known, how many there will be.
        timeout: Seconds without a byte after which the server counts as silent; None is 30.

    Raises:
        SourceError: The server refuses, is silent or cuts the file off, or what came is not the file; nothing then
            stands under the file's name. A part that can be continued is kept, any other is removed.
    """
    final = _inside(folder, download.file)
    if final.exists():
        if sha256_of(final) == download.sha256:
            return final
        raise SourceError(f"{final} is there already and is not {download.url}: sha256 differs; move it away first")
    if urlsplit(download.url).scheme not in ("http", "https"):
        raise SourceError(f"{download.url}: only http and https addresses are fetched")
    part = final.with_name(f"{final.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    if part.exists() and download.bytes is not None and part.stat().st_size > download.bytes:
        part.unlink()
    if not _whole(part, download):
        _receive(download, part, progress, timeout or TIMEOUT_SECONDS)
    found = sha256_of(part)
    if found != download.sha256:
        part.unlink()
        raise SourceError(
            f"{download.url}: what came has sha256 {found}, and its card has {download.sha256}; it is another file "
            "or was damaged on the way, and was removed"
        )
    part.replace(final)
    return final


def _inside(folder: Path, file: str) -> Path:
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise SourceError(f"{file!r} is no path below the data set's folder")
    return folder / path


def _whole(part: Path, download: Download) -> bool:
    return part.exists() and part.stat().st_size == download.bytes and sha256_of(part) == download.sha256


def _receive(download: Download, part: Path, progress: Progress, timeout: float) -> None:
    """Brings the part to its full length; asks for the rest of it first, and for the whole where that is refused."""
    have = part.stat().st_size if part.exists() else 0
    try:
        _ask(download, part, have, progress, timeout)
    except HTTPError as error:
        if error.code != 416 or not have:
            raise SourceError(f"{download.url}: the server answers {error.code} {error.reason}") from error
        part.unlink()
        _receive(download, part, progress, timeout)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        left = (
            f"; {part.stat().st_size:,} bytes are kept in {part}, the same command continues" if part.exists() else ""
        )
        raise SourceError(f"{download.url} cannot be reached: {reason}{left}") from error


def _ask(download: Download, part: Path, have: int, progress: Progress, timeout: float) -> None:
    headers = {"User-Agent": "memlab", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with urlopen(Request(download.url, headers=headers), timeout=timeout) as response:
        resumed = have > 0 and response.status == 206
        if resumed and not (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-"):
            part.unlink()
            raise SourceError(f"{download.url}: the server sends another part than was asked for; try again")
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        offered = have + int(length) if length is not None and length.isdigit() else None
        total = download.bytes if download.bytes is not None else offered
        with part.open("ab" if resumed else "wb") as file:
            have = _copy(response, file, have, total, lambda done: progress(download.file, done, total))
    if total is not None and have > total:
        part.unlink()
        raise SourceError(f"{download.url}: it is longer than the {total:,} bytes of its card; it is another file")
    if total is not None and have < total:
        raise SourceError(
            f"{download.url}: cut off after {have:,} of {total:,} bytes; they are kept in {part}, "
            "the same command continues"
        )


def _copy(response: BinaryIO, file: BinaryIO, have: int, total: int | None, progress: Callable[[int], None]) -> int:
    """Copies until the end, or just beyond `total`; returns how many bytes there are now."""
    progress(have)
    while chunk := response.read(CHUNK_BYTES):
        file.write(chunk)
        have += len(chunk)
        progress(have)
        if total is not None and have > total:
            break
    return have
