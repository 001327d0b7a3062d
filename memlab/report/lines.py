"""What `memlab.report.show` found, as lines of plain text for a terminal."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from memlab.text import cut

LONGEST_LIST = 40
FIRST_MEMORIES, FIRST_SOURCES, LONGEST_TEXT = 10, 6, 12
SENTENCES = {
    "found": "Found: all that must be known stands within the first {budget} tokens.",
    "nothing_to_find": "Nothing to find: no turn is evidence for this question.",
    "never_stored": "no memory, recalled or held when it was asked, cites what must be known and says it.",
    "not_in_first": "what must be known is held, but not among the first {n} memories.",
    "over_budget": "what must be known was recalled, but not within the first {budget} tokens.",
    "stale_above": "a memory of what no longer holds stands above that of what does.",
    "read_wrong": "the reader was given what must be known, and answered something else.",
}
Dict = dict[str, Any]


def overview_lines(found: Dict, width: int) -> list[str]:
    """The missed questions and the counts, in 40 lines at most."""
    counts, missed = found["causes"], found["missed"]
    causes = f": {', '.join(f'{cause} {n}' for cause, n in counts.items())}" if counts else ""
    tail = list(_wrap(f"{len(missed):,} of {found['questions']:,} questions missed{causes}", width))
    tail.append(f"{found['found']:,} found, {found['nothing_to_find']:,} with nothing to find")
    tail += [f"Within {found['budget_tokens']} tokens. `memlab show RUN QUERY` explains one."] if missed else []
    head = [*_wrap(_title(found), width), ""]
    room = LONGEST_LIST - len(head) - len(tail) - 1
    shown = missed if len(missed) <= room else missed[: room - 1]
    widths = [max((len(row[name]) for row in shown), default=0) for name in ("id", "kind", "why")]
    rows = [
        _shorten("  ".join(f"{_plain(row[n]):<{w}}" for n, w in zip(("id", "kind", "why"), widths, strict=True)), width)
        for row in shown
    ]
    rows = [_shorten(f"{row}  {_plain(q['text'], ' ')}", width) for row, q in zip(rows, shown, strict=True)]
    more = [f"… {len(missed) - len(shown):,} more: --json gives all"] if len(shown) < len(missed) else []
    return [*head, *rows, *more, *([""] if rows else []), *tail]


def question_lines(found: Dict, width: int) -> list[str]:
    """Evidence, stale and forbidden turns, what was recalled with the budget's end, reply, scores and outcome."""
    parts = (_asked, _evidence, _other_turns, _recalled, _answered, _scored)
    lines = [*_wrap(_title(found), width)]
    for part in parts:
        lines += part(found, width)
    return [*lines, "", *_wrap(_outcome(found), width)]


def _outcome(found: Dict) -> str:
    outcome, budget = found["outcome"], found["budget_tokens"]
    sentence = SENTENCES[outcome].format(budget=budget, n=len(found["recalled"]))
    if outcome in ("found", "nothing_to_find"):
        return sentence
    inside = [nugget["within_budget"] for nugget in found["evidence"]]
    some = f", {sum(inside)} of {len(inside)} nuggets within {budget} tokens" if any(inside) else ""
    return f"Missed{some} ({outcome}): {sentence}"


def _title(found: Dict) -> str:
    run = found["run"]
    return f"{run['strategy']} on {run['source']}, seed {run['seed']} (run {run['key']}, {run['status']})"


def _asked(found: Dict, width: int) -> Iterator[str]:
    query = found["query"]
    yield from _wrap(f"user {found['user']}, session {found['session']}, {_time(found['at'])}", width)
    yield ""
    yield from _wrap(f"Query {query['id']}, {query['kind']}", width)
    yield from _wrap(query["text"], width, 2)
    unknown = "none is given" if query["answerable"] else "none: it cannot be known"
    yield from _wrap(f"answers: {' | '.join(query['answers']) or unknown}", width, 2)
    if query["choices"]:
        yield from _wrap(f"choices: {' | '.join(query['choices'])}", width, 2)
    if query["facets"]:
        yield from _wrap(f"facets: {', '.join(f'{name} {value}' for name, value in query['facets'].items())}", width, 2)


def _evidence(found: Dict, width: int) -> Iterator[str]:
    nuggets = found["evidence"]
    needed = "any one of its turns will do" if len(nuggets) == 1 else "all are needed, any one turn of each will do"
    yield from _section(f"Evidence: {_count(len(nuggets), 'nugget')}{f', {needed}' if nuggets else ''}", width)
    for place, nugget in enumerate(nuggets, 1):
        rank, budget = nugget["first_rank"], found["budget_tokens"]
        reach = f"recalled at rank {rank}" if rank else "not recalled"
        within = f", {'within' if nugget['within_budget'] else 'not within'} {budget} tokens" if rank else ""
        values = f": {' | '.join(nugget['values'])}" if nugget["values"] else ""
        yield from _wrap(f"{place}. {reach}{within}{values}", width, hanging=3)
        for turn in nugget["turns"]:
            yield from _turn(turn, width)


def _other_turns(found: Dict, width: int) -> Iterator[str]:
    if found["stale"]:
        values = f": {' | '.join(found['stale_values'])}" if found["stale_values"] else ""
        yield from _section(f"Stale: {_count(len(found['stale']), 'turn')} that no longer hold{values}", width)
    for turn in found["stale"]:
        yield from _turn(turn | {"superseded_by": None}, width)
        by = turn["superseded_by"]
        if by:
            yield _shorten(f"     superseded by {by['id']}, {_time(by['at'])}: {_plain(by['text'], ' ')}", width)
    if found["forbidden"]:
        yield from _section(f"Forbidden: {_count(len(found['forbidden']), 'turn')} that must not be used", width)
    for turn in found["forbidden"]:
        yield _shorten(f"   {turn['id']}  {_time(turn['at'])}  {_plain(turn['text'], ' ')}", width)


def _turn(turn: Dict, width: int) -> Iterator[str]:
    about = [f"{turn['id']}  {_time(turn['at'])}, session {turn['session']}, {turn['speaker']}"]
    about += [f"states {' | '.join(turn['values'])}"] if turn["values"] else []
    about += [f"superseded by {turn['superseded_by']['id']}"] if turn["superseded_by"] else []
    about += ["erased"] if turn["erased"] else []
    yield from _wrap("; ".join(about), width, 3)
    yield from _wrap(turn["text"], width, 5)


def _recalled(found: Dict, width: int) -> Iterator[str]:
    memories, budget = found["recalled"], found["budget_tokens"]
    total = memories[-1]["tokens_so_far"] if memories else 0
    fits = f", {total} tokens{', all within the budget' if total <= budget else ''}" if memories else ""
    short = "" if found["complete"] else "; cut short by a deadline"
    counts = f"{_count(len(memories), 'memory')}{fits}; {_count(found['candidates'], 'turn')} to choose from"
    yield from _section(f"Recalled: {counts}{short}", width)
    ended = False

    def wanted(memory: Dict) -> bool:
        touches = any(source["role"] in ("evidence", "stale") for source in memory["sources"])
        return touches or memory["tokens_so_far"] - memory["tokens"] <= budget < memory["tokens_so_far"]

    for shown in _some(memories, FIRST_MEMORIES, wanted):
        if isinstance(shown, int):
            yield f"… {shown} more"
            continue
        inside = shown["tokens_within_budget"]
        ends_here = not ended and inside < shown["tokens"]
        ended = ended or ends_here
        begun = cut(shown["text"], inside) if ends_here else ""
        if ends_here and not begun:
            yield _ruler(budget, width)
        yield from _memory_head(shown, width)
        if begun:
            yield from _text(begun, width)
            yield _ruler(budget, width)
        yield from _text(shown["text"][len(begun) :].strip() if begun else shown["text"], width)


def _memory_head(memory: Dict, width: int) -> Iterator[str]:
    verdict = " and ".join(
        [memory["verdict"]] * (memory["verdict"] != "neither" or not memory["forbidden"])
        + ["forbidden"] * memory["forbidden"]
    )
    until = f"; held until {_time(memory['valid_to'])}" if memory["valid_to"] else ""
    tokens = f"{memory['tokens']} tokens, {memory['tokens_so_far']} so far"
    yield from _wrap(f"{memory['rank']:>3}  {verdict}; score {memory['score']:.4g}; {tokens}{until}", width, hanging=5)
    sources = [
        f"… {shown} more" if isinstance(shown, int) else _source(shown)
        for shown in _some(memory["sources"], FIRST_SOURCES, lambda source: source["role"] != "other")
    ]
    yield from _wrap(f"from {', '.join(sources)}" if sources else "cites no turn", width, 5)


def _source(source: Dict) -> str:
    role = f"{source['role']}, " if source["role"] != "other" else ""
    borne_out = "supported" if source["supported"] else "not supported" if source["said"] else "never said"
    return f"{source['turn']} ({role}{borne_out})"


def _text(text: str, width: int) -> Iterator[str]:
    lines = list(_wrap(text, width, 7))
    yield from lines[:LONGEST_TEXT]
    if len(lines) > LONGEST_TEXT:
        yield f"       … {len(lines) - LONGEST_TEXT} more lines"


def _answered(found: Dict, width: int) -> Iterator[str]:
    confidence, reply = found["confidence"], found["reply"]
    yield ""
    yield f"Confidence: {'none given, it does not abstain' if confidence is None else f'{confidence:.4g}'}"
    if reply is None:
        yield "Reply: none, the run has no reader"
        return
    yield from _wrap(f"Reply: {reply['text']}", width, hanging=2)
    yield from _wrap(f"choice: {reply['choice'] or 'none, it abstains'}", width, 2)
    if reply["used"]:
        yield from _wrap(f"used: {', '.join(reply['used'])}", width, 2)


def _scored(found: Dict, width: int) -> Iterator[str]:
    names = [score["name"] for score in found["scores"]]
    space = min(max(map(len, names), default=0), width - 38)
    yield from _section(f"{'Scores':<{space + 2}}{'value':>10}{'chance':>10}{'attainable':>14}", width)
    for score in found["scores"]:
        value, chance, best = (_number(score[name]) for name in ("value", "chance", "attainable"))
        yield f"  {_shorten(score['name'], space):<{space}}{value:>10}{chance:>10}{best:>14}"


def _section(title: str, width: int) -> Iterator[str]:
    yield ""
    yield from _wrap(title, width)


def _ruler(budget: int, width: int) -> str:
    return f"──── the budget of {budget} tokens ends here ".ljust(width, "─")


def _some(rows: Sequence[Any], first: int, wanted: Callable[[Any], bool]) -> Iterator[Any]:
    """The first rows and those wanted, and in place of each gap the number of rows left out."""
    left_out = 0
    for place, row in enumerate(rows):
        if place >= first and not wanted(row):
            left_out += 1
            continue
        if left_out:
            yield left_out
        left_out = 0
        yield row
    if left_out:
        yield left_out


def _wrap(text: str, width: int, indent: int = 0, hanging: int = 0) -> Iterator[str]:
    """`text` folded to `width` columns as a terminal counts them, every line indented, all but the first hanging."""
    from rich.text import Text

    room = max(1, width - indent - hanging)
    first = True
    for line in Text(_plain(text)).wrap(_console(), room) if text else ():
        yield " " * (indent + (0 if first else hanging)) + line.plain.rstrip()
        first = False


@cache
def _console():
    from rich.console import Console

    return Console(color_system=None)


def _shorten(text: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


def _plain(text: str, newline: str = "\n") -> str:
    """`text` without what would steer a terminal: control and direction characters, as escape codes begin with."""

    def safe(c: str) -> str:
        return c if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") or c in "\u200c\u200d" else "\ufffd"

    return newline.join("".join(map(safe, line.expandtabs(4))) for line in text.splitlines())


def _time(iso: str) -> str:
    return iso[:16].replace("T", " ")


def _count(n: int, word: str) -> str:
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{n:,} {word if n == 1 else plural}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value == int(value) and abs(value) >= 2 else f"{value:.3f}"
