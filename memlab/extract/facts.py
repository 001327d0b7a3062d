"""Facts by rules: what a turn states of its own speaker, by the grammar of a few dozen kinds of English statement.

A rule takes what is stated in the first person and lasts: "I live in Oslo", "my budget is 900 euros", "I no longer run",
"I swapped the car for a bike", "it was never Oslo, I meant Bergen". Questions, suppositions, reports of others, jokes
and first-person quotations state nothing. Precision comes before recall; `memlab/extract/facts.yaml` holds the words.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from memlab.events import Turn
from memlab.extract import Fact
from memlab.extract.rules import FIRST_PERSON, said
from memlab.paths import read_yaml
from memlab.text import stems

SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?!\s|$)[^.!?;\n]*)*[.!?;…\"”)]*")
WORD = re.compile(r"[$€£#]?[\w'&%+-]+(?:[.,:/]\d+\w*)*")
STOP = re.compile(r"[;!?()\n…–—]|[,:](?!\d)|\.(?!\d)|\s-\s")
QUOTING = re.compile(r"“[^“”]{0,300}”|\"[^\"]{0,300}\"")
MENTIONING = re.compile(
    r"(?i)(?:did i|have i) (?:(?:ever|never|honestly|really|already|actually) )*(?:mention|mentioned|say|said|tell you|told you)"
    r"(?: before)?(?: that)? "
)
I = r"(?<![\w'-])(?:i|we)\b"
THING = r"(?P<thing>(?:[a-z-]+ ){0,2}?[a-z-]+(?: of [a-z]+(?: [a-z]+)?)?)"
REST = r"(?=(?P<rest>[^\n]{1,200}))"
MOST_WORDS = 6
LONGEST = 600  # characters of a sentence; what is longer is pasted in, not said
ASSISTANT = "assistant"
NAMED, ANY = 0.9, 0.6

Found = tuple[str | None, str, float, bool, bool, str]  # slot, category, confidence, single, ends, value


class FactRules:
    """Finds facts with regular expressions; costs about a tenth of a millisecond for a turn.

    Confidence is the worth of the rule that found a fact: .9 for what names its slot, .6 for what any verb may state.
    """

    def facts(self, turn: Turn, before: Turn | None = None) -> tuple[Fact, ...]:
        """What a turn states of its speaker, and what it confirms of the turn that it answers.

        The assistant's own claims are none, but for what it asks last and the user's turn opens with a yes to.

        Args:
            turn: What was said.
            before: The turn that it answers; None where nothing is known of one.
        """
        if turn.speaker.casefold() == ASSISTANT:
            return ()
        text = said(turn)
        claimed = said(before) if before is not None and before.speaker.casefold() == ASSISTANT else ""
        asked = [sentence for sentence in sentences(claimed) if sentence.endswith("?")][-1:]
        confirmed = _facts(_of_me(asked[0])) if asked and _opens_with_yes(text) else ()
        return tuple(dict.fromkeys((*confirmed, *_facts(text))))


def sentences(text: str) -> list[str]:
    """The sentences and clauses of a text, each as it stands there, cut at a full stop, a semicolon or a line's end."""
    return [found.group().strip() for found in SENTENCE.finditer(text) if found.group().strip()]


def _facts(text: str) -> Iterator[Fact]:
    for sentence in sentences(text):
        plain = QUOTING.sub(_unless_said_in_first_person, sentence.replace("’", "'")).strip()
        plain = MENTIONING.sub("", plain).rstrip("?") if MENTIONING.match(plain) else plain
        if plain and not plain.endswith("?") and len(plain) <= LONGEST:
            yield from _of(sentence, plain)


def _unless_said_in_first_person(quote: re.Match[str]) -> str:
    return " " if FIRST_PERSON.search(quote.group()) else quote.group()


def _of(sentence: str, plain: str) -> Iterator[Fact]:
    """The facts of one sentence; `plain` is it without what is quoted in the first person."""
    found: Iterator[Found] | list[Found] = []
    if _has("joked", plain):
        found = _taken_back(plain)
    elif not _has("unreal", plain) and not _has("reported", plain):
        found = [*_taken_back(plain), *_replaced(plain), *_owned(plain), *_stated(plain)]
        found += [*_arranged(plain), *_any_verb(plain)]
        found += _of_topic(plain, found)
    change, seen = _has("changed", plain), set[tuple[tuple[str, ...], bool]]()
    for slot, category, confidence, single, ends, value in found:
        words = (stems(value), "topic" == category)
        if words[0] and words not in seen:
            seen.add(words)
            category = "context" if category == "topic" else category
            single = single or (change and slot is not None and not ends)
            yield Fact(
                text=sentence, category=category, slot=slot, value=value, single=single, ends=ends,
                confidence=confidence,
            )  # fmt: skip


def _taken_back(plain: str) -> Iterator[Found]:
    """What a sentence says was never so: a slip, a joke, an untruth."""
    for pattern in _taking_back():
        for found in pattern.finditer(plain):
            if value := _value(found["old"]):
                yield None, "fact", NAMED, False, True, value


def _replaced(plain: str) -> Iterator[Found]:
    """Both sides of a change or correction, first what no longer holds; what no side names is left out."""
    for pattern in _replacing():
        for found in pattern.finditer(plain):
            sides = found.groupdict()
            if sides.get("old") and (old := _value(sides["old"])):
                yield None, "fact", NAMED, False, True, old
            if sides.get("new") and (new := _value(sides["new"])):
                yield None, "fact", NAMED, True, False, new


def _owned(plain: str) -> Iterator[Found]:
    """`my budget is 900 euros`, `my job used to be baking`."""
    for found in _owning().finditer(plain):
        thing, words = found["thing"].casefold(), _words()
        head = thing.split(" of ")[0].split()
        if set(thing.split()) & (words["not_mine"] | words["pointing"]) or not (value := _value(found["rest"])):
            continue
        category = "fact"
        for kind, names in (("preference", "preferred"), ("behaviour", "habits"), ("context", "now")):
            category = kind if words[names] & set(head) else category
        yield thing, category, NAMED, True, bool(found["ended"]), value


def _stated(plain: str) -> Iterator[Found]:
    """`I live in Oslo`, `I'm allergic to nuts`, `we no longer live in Oslo`."""
    for slot, category, single, pattern in _stating():
        for found in pattern.finditer(plain):
            if value := _value(found["rest"]):
                yield slot, category, NAMED, single, bool(found["ended"]), value


def _arranged(plain: str) -> Iterator[Found]:
    """`I do my shopping at Lidl` fills "do shopping", `I have porridge for breakfast` fills "breakfast"."""
    for found in _with_object().finditer(plain):
        if value := _value(found["rest"]):
            yield f"{found['verb']} {found['thing']}".casefold(), "behaviour", ANY, False, bool(found["ended"]), value
    for found in _for_something().finditer(plain):
        if value := _value(found["rest"].partition(f" {found['for']} ")[0]):
            yield found["thing"].casefold(), "behaviour", ANY, False, bool(found["ended"]), value


def _any_verb(plain: str) -> Iterator[Found]:
    """`I take losartan`, `we're building a shed`: the verb is the slot, of which several may be true at once."""
    for found in _verb().finditer(plain):
        if value := _value(found["rest"]):
            verb = (found["verb"] or found["doing"]).casefold()
            category = "context" if found["doing"] else "fact"
            yield _base(verb), category, ANY, False, bool(found["ended"]), value


def _of_topic(plain: str, found: list[Found]) -> Iterator[Found]:
    """`the rent I pay has changed, it's 900 now`: the topic that a change names is the slot, whatever states the value."""
    for pattern in _changing():
        for topic in pattern.finditer(plain):
            key = " ".join(stems(topic["topic"]))
            new = [value for _, _, _, _, ends, value in found if not ends]
            rest = " ".join(WORD.findall(plain[topic.end() :])[:12])
            if key and (new or stems(rest)):
                yield key, "topic", ANY, True, False, new[-1] if new else rest
                return


def _base(verb: str) -> str:
    """`take` for `taking`, so that both are one slot."""
    first, _, rest = verb.partition(" ")
    base = stems(first)[0] if first.endswith("ing") and stems(first) else first
    for known in _lists()["verbs"]:
        if stems(known)[:1] == (base,) and known.partition(" ")[2] == rest:
            return known
    return verb


def _value(rest: str | None) -> str | None:
    """The words of a value: up to where something else begins, at most a few; None where it only points."""
    words, kept = _words(), []
    for word in WORD.findall(STOP.split((rest or "").strip(" \"“”'"), maxsplit=1)[0]):
        low = word.casefold()
        if low in words["ends"]:
            break
        if kept or low not in words["shed"]:
            kept.append(word)
    if not kept or len(kept) > MOST_WORDS or kept[0].casefold() in words["pointing"]:
        return None
    return " ".join(kept)


def _opens_with_yes(text: str) -> bool:
    start = text.replace("’", "'").casefold().lstrip()
    return bool(re.match(rf"(?:{_either(_lists()['confirms'])})\b(?!,? but\b)", start))


def _of_me(text: str) -> str:
    """What the assistant says of `you`, as the user would say it; its questions become statements."""
    turned = text.replace("’", "'")
    for you, me in ((r"you're", "I'm"), (r"you've", "I've"), (r"your", "my"), (r"(?:do |so |and )?you", "I")):
        turned = re.sub(rf"(?i)(?<![\w']){you}(?![\w'])", me, turned)
    return re.sub(
        r"(?i)(?:, (?:right|correct|yes|is that right|isn't it))?\?", ".", re.sub(r"\bI are\b", "I am", turned)
    )


def _has(name: str, plain: str) -> bool:
    return bool(_cue(name).search(plain))


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _lists() -> dict[str, Any]:
    return read_yaml(Path(__file__).parent / "facts.yaml")


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in _lists().items() if isinstance(words, list)}


@cache
def _cue(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![\w'])(?:{_either(_lists()[name])})(?![\w])")


@cache
def _adverbs() -> str:
    return rf"(?:(?: |(?='))(?:{_either(_lists()['adverbs'])}))*(?P<ended> no longer| used to| don't| do not| stopped| quit| gave up)?"


@cache
def _owning() -> re.Pattern[str]:
    is_ = r"(?:is|are|'s|will be|became|has become|(?P<ended>is no longer|isn't|is not|was|were|used to be))"
    return re.compile(rf"(?i)\b(?:my|our) {THING} {is_}(?: now| currently| still| always| actually)? {REST}")


@cache
def _stating() -> tuple[tuple[str, str, bool, re.Pattern[str]], ...]:
    found = []
    for single, slots in ((True, _lists()["one"]), (False, _lists()["many"])):
        for slot, about in slots.items():
            ways = _either(about["ways"]).replace("'m\\ ", "'m\\ (?:now |still |really |currently |also )?")
            pattern = rf"(?i){I}{_adverbs()}(?: |(?='))(?:{ways}) {REST}"
            found.append((slot, about["category"], single, re.compile(pattern)))
    return tuple(found)


@cache
def _verb() -> re.Pattern[str]:
    verbs, gerunds = _either(_lists()["verbs"]), _either(_lists()["gerunds"])
    return re.compile(
        rf"(?i){I}{_adverbs()}(?: (?P<verb>{verbs})|(?:'m| am|'re| are|'ve been| have been)"
        rf"(?: now| still| currently| also)? (?P<doing>{gerunds})) {REST}"
    )


@cache
def _with_object() -> re.Pattern[str]:
    thing = r"(?P<thing>[a-z-]+(?: [a-z-]+)?)"
    return re.compile(
        rf"(?i){I}{_adverbs()} (?P<verb>[a-z]{{2,12}}) my {thing} (?:in|at|with|on|by|from|using|via|near) {REST}"
    )


@cache
def _for_something() -> re.Pattern[str]:
    verbs = "have|eat|drink|take|use|wear|get|make|rely on|go for|cook|read"
    rest = r"(?=(?P<rest>[^,;:\n]{2,60} (?P<for>for|against|in) (?:the |my |our )?(?P<thing>[a-z]+)\b))"
    return re.compile(rf"(?i){I}{_adverbs()} (?:{verbs}) {rest}")


@cache
def _changing() -> tuple[re.Pattern[str], ...]:
    topic = r"(?P<topic>(?:the|my|our|what|where|how|when|who)\b(?: [\w'-]+){1,7}?)"
    over = r"(?:has|have|is|are|isn't|aren't|'s|must be|may be)(?: not)?(?: now| since| just)? (?:changed|altered|moved on|different|history|new|what it was|no longer|over|outdated|out of date|wrong)"
    about = r"(?:updates? (?:on|to|about|for)|changes? (?:to|in|with|of|regarding|about)|new for|news (?:on|about)|correction (?:on|to|of)|wrong (?:about|on))"
    return (
        re.compile(rf"(?i)\b{about} {topic}(?=[,:.;]|$| and\b| because\b| as\b)"),
        re.compile(rf"(?i)\b{topic} {over}\b"),
        re.compile(rf"(?i)\b{about} {topic}(?= i | my )"),
    )


@cache
def _replacing() -> tuple[re.Pattern[str], ...]:
    old, new = r"(?P<old>[^,;:\n]{2,60}?)", r"(?P<new>[^,;:\n]{2,60}?)"
    end = r"(?=$|[.,;:!?)]| and\b| but\b| because\b| so\b| since\b| these days\b| now\b| from\b)"
    return tuple(
        re.compile(f"(?i){pattern}")
        for pattern in (
            rf"\b(?:swapped|traded|exchanged) {old} for {new}{end}",
            rf"\breplaced {old} (?:with|by) {new}{end}",
            rf"\b(?:switched|changed|moved|went|converted|migrated|gone|switching|moving) from {old} to {new}{end}",
            rf"\b(?:switched|changed|converted|migrated|switching) (?:over )?to {new}{end}",
            rf"\b(?:no longer|not any more|stopped|quit|gave up|given up|dropped|ditched|done with|finished with|goodbye(?: to)?|scrap|cancel the) {old}{end}",
            rf"\b{I} [^,;:\n]{{2,60}}? (?:rather than|instead of) {old}{end}",
            rf"\b(?:wrote|said|typed|put|claimed) {old} (?:but|when|where|and) i (?:really |actually |clearly )?(?:meant|should have said) {new}{end}",
            rf"\b(?:i meant|should have (?:said|been)|should be|ought to (?:read|be)|please read|please make it|must be) {new}{end}",
            rf"^(?=.*\b(?:{_either(_lists()['corrects'])})\b)(?:.*[,;:] )?{new},? not {old}{end}",
        )
    )


@cache
def _taking_back() -> tuple[re.Pattern[str], ...]:
    old, end = r"(?P<old>[^,;:\n]{2,50}?)", r"(?=$|[.,;:!?)]| and\b| but\b| where\b| when\b| was\b| because\b)"
    return tuple(
        re.compile(f"(?i){pattern}")
        for pattern in (
            rf"\b(?:was|were) never {old}{end}",
            rf"^(?:not|scratch|ignore|cross out|take out|strike|forget|forget about) {old}{end}",
            rf"\b(?:joking|kidding|joke|serious|seriously|ironic|silly) (?:about|when i said|with) {old}{end}",
            rf"\b(?:when|where) i (?:said|wrote|came out with|typed) {old}{end}",
            rf"\b(?:said|wrote|told you|typed|put) {old} (?:but|by mistake|in error)\b",
            rf"\bgot {old} down for\b",
        )
    )
