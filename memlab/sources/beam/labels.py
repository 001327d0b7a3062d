"""What a BEAM question's labels say: the messages that it names, and which of them hold the old value of an update."""

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from memlab.sources.reading import no_labels, traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The messages that a question names, each once and all said.

    Attributes:
        old: What an update makes out of date: said before all of `new`. Both are empty for other questions.
        dropped: The question is of an update whose values are not told in that order: nothing says which one holds.
        flaws: How many labels there are, and what became of them.
    """

    named: tuple[int, ...]
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    dropped: bool = False
    flaws: Mapping[str, int]


def read_labels(kind: str, question: Mapping[str, Any], said: Set[int]) -> Labels:
    """The labels of a question: `source_chat_ids` is a list of ids, or a mapping of such lists by what they state.

    Args:
        said: The ids of all messages of the chat.
    """
    flaws = no_labels()
    source = question.get("source_chat_ids")
    parts = source if isinstance(source, dict) else {"": source}
    groups = {name: _said(ids, said, flaws) for name, ids in parts.items()}
    every = [id for ids in groups.values() for id in ids]
    named = tuple(dict.fromkeys(every))
    flaws.update(traced(every, said))
    if kind != "knowledge_update" or not named:
        return Labels(named=named, flaws=flaws)
    old, new = (tuple(dict.fromkeys(groups.get(side, ()))) for side in ("original_info", "updated_info"))
    if old and new and max(old) < min(new):
        return Labels(named=named, old=old, new=new, flaws=flaws)
    return Labels(named=named, dropped=True, flaws=flaws)


def _said(label: Any, said: Set[int], flaws: Counter[str]) -> list[int]:
    """The ids of a label that are said; ids in quotes and lists within the list are repaired, all others dangle."""
    found: list[int] = []
    for entry in label if isinstance(label, list) else [] if label is None else [label]:
        for id in entry if isinstance(entry, list) else [entry]:
            number = int(id) if re.fullmatch(r"\s*\d+\s*", str(id)) else -1
            if number not in said:
                flaws.update(labels=1, labels_dangling=1)
                continue
            flaws["labels_repaired"] += type(entry) is not int or not isinstance(label, list)
            found.append(number)
    return found
