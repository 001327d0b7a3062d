"""Cards say how large the files are that they know, and the files at hand are."""

from hashlib import sha256

import pytest

from memlab.sources import MissingData, find_data
from memlab.sources.beam.chats import chat_files, questions_file
from memlab.sources.cards import load_card, names
from memlab.sources.lifebench import FILES
from memlab.sources.reading import checked_files_sha256

RECORDED = [name for name in names() if load_card(name).files]


def at_hand(name):
    """The checksum and the size of every file, or files that are read as one, in the data folders."""
    match name:
        case "beam":
            for chat in chat_files(None, "100K"):
                held = chat.read_bytes() + questions_file(chat).read_bytes()
                yield sha256(held).hexdigest(), len(held)
        case "lifebench":
            for questions in find_data(name, None, "**/QA_clean.json"):
                files = [questions.parent / file for file in FILES]
                yield checked_files_sha256(name, files, None), sum(file.stat().st_size for file in files)
        case _:
            for file in find_data(name, None):
                yield sha256(file.read_bytes()).hexdigest(), file.stat().st_size


@pytest.mark.parametrize("name", RECORDED)
def test_a_known_file_has_the_size_of_its_card(name):
    card = load_card(name)
    try:
        found = [(known, size) for digest, size in at_hand(name) if (known := card.known(digest)) is not None]
    except MissingData as missing:
        pytest.skip(str(missing))
    if not found:
        pytest.skip(f"no file of {name} in the data folders is one that its card knows")
    assert [known.bytes or size for known, size in found] == [size for _, size in found]


def test_what_is_known_is_known_by_a_whole_checksum_with_counts():
    for name in RECORDED:
        for file in load_card(name).files:
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.counts["questions"] > 0
            assert file.bytes is None or file.bytes > 0
