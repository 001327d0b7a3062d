"""Phrasings by which facts are stated in English, as regular expressions made of the words in `facts.yaml`.

All are made once, when the first turn is read. What follows a phrasing is looked ahead at, not taken, so that a second
one may begin in it.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from memlab.paths import read_yaml

SPEAKER = r"(?<![\w'-])(?:i|we)\b"
THING = r"(?P<thing>(?:[a-z-]+ ){0,2}?[a-z-]+(?: of [a-z]+(?: [a-z]+)?)?)"
REST = r"(?=(?P<rest>[^\n]{1,200}))"
OLD, NEW = r"(?P<old>[^,;:\n]{2,60}?)", r"(?P<new>[^,;:\n]{2,60}?)"
CLOSED = r"(?=$|[.,;:!?)]| (?:and|but|because|so|since|these days|now|from)\b)"
CHANGED = r"(?:changed|altered|moved on|different|history|new|what it was|no longer|over|outdated|out of date|wrong)"
ABOUT = (
    r"(?:updates? (?:on|to|about|for)|changes? (?:to|in|with|of|regarding|about)|news? (?:on|about|for)|"
    r"correction (?:on|to|of)|wrong (?:about|on))"
)
MENTIONING = re.compile(
    r"(?i)(?:did i|have i) (?:(?:ever|never|honestly|really|already|actually) )*"
    r"(?:mention|mentioned|say|said|tell you|told you)(?: before)?(?: that)? "
)


def has(name: str, plain: str) -> bool:
    """Whether one of the words of a list of `facts.yaml` stands in a sentence."""
    return bool(cue(name).search(plain))


def either(words: Sequence[str]) -> str:
    """A pattern for any of some words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def lists() -> dict[str, Any]:
    """All that `facts.yaml` says."""
    return read_yaml(Path(__file__).parent / "facts.yaml")


@cache
def words() -> dict[str, frozenset[str]]:
    """The lists of `facts.yaml`, each as a set."""
    return {name: frozenset(words) for name, words in lists().items() if isinstance(words, list)}


@cache
def cue(name: str) -> re.Pattern[str]:
    """Finds any word of a list of `facts.yaml`."""
    return re.compile(rf"(?i)(?<![\w'])(?:{either(lists()[name])})(?![\w])")


@cache
def _adverbs() -> str:
    """What may stand between `I` and its verb; `ended` if the verb is denied or no longer true."""
    denied = r"(?P<ended> no longer| used to| don't| do not| stopped| quit| gave up)?"
    return rf"(?:(?: |(?='))(?:{either(lists()['adverbs'])}))*{denied}"


@cache
def owning() -> re.Pattern[str]:
    """`my budget is …`"""
    is_ = r"(?:is|are|'s|will be|became|has become|(?P<ended>is no longer|isn't|is not|was|were|used to be))"
    return re.compile(rf"(?i)\b(?:my|our) {THING} {is_}(?: now| currently| still| always| actually)? {REST}")


@cache
def stating() -> tuple[tuple[str, str, bool, re.Pattern[str]], ...]:
    """`I live in …`, by slot, with its category and whether one has one at a time."""
    found = []
    for single, slots in ((True, lists()["one"]), (False, lists()["many"])):
        for slot, about in slots.items():
            ways = either(about["ways"]).replace("'m\\ ", "'m\\ (?:now |still |really |currently |also )?")
            pattern = rf"(?i){SPEAKER}{_adverbs()}(?: |(?='))(?:{ways}) {REST}"
            found.append((slot, about["category"], single, re.compile(pattern)))
    return tuple(found)


@cache
def verb() -> re.Pattern[str]:
    """`I take …`, `I'm building …`"""
    verbs, gerunds = either(lists()["verbs"]), either(lists()["gerunds"])
    return re.compile(
        rf"(?i){SPEAKER}{_adverbs()}(?: (?P<verb>{verbs})|(?:'m| am|'re| are|'ve been| have been)"
        rf"(?: now| still| currently| also)? (?P<doing>{gerunds})) {REST}"
    )


@cache
def with_object() -> re.Pattern[str]:
    """`I do my shopping at …`"""
    thing = r"(?P<thing>[a-z-]+(?: [a-z-]+)?)"
    return re.compile(
        rf"(?i){SPEAKER}{_adverbs()} (?P<verb>[a-z]{{2,12}}) my {thing} (?:in|at|with|on|by|from|using|via|near) {REST}"
    )


@cache
def for_something() -> re.Pattern[str]:
    """`I have … for breakfast`"""
    verbs = "have|eat|drink|take|use|wear|get|make|rely on|go for|cook|read"
    rest = r"(?=(?P<rest>[^,;:\n]{2,60} (?P<for>for|against|in) (?:the |my |our )?(?P<thing>[a-z]+)\b))"
    return re.compile(rf"(?i){SPEAKER}{_adverbs()} (?:{verbs}) {rest}")


@cache
def changing() -> tuple[re.Pattern[str], ...]:
    """`the rent I pay has changed`, `an update on my job`: the topic of a change."""
    topic = r"(?P<topic>(?:the|my|our|what|where|how|when|who)\b(?: [\w'-]+){1,7}?)"
    over = rf"(?:has|have|is|are|isn't|aren't|'s|must be|may be)(?: not)?(?: now| since| just)? {CHANGED}"
    return (
        re.compile(rf"(?i)\b{ABOUT} {topic}(?=[,:.;]|$| and\b| because\b| as\b)"),
        re.compile(rf"(?i)\b{topic} {over}\b"),
        re.compile(rf"(?i)\b{ABOUT} {topic}(?= i | my )"),
    )


@cache
def replacing() -> tuple[re.Pattern[str], ...]:
    """`swapped … for …`, `no longer …`, `I meant …`: both sides of a change or a correction."""
    over = (
        "no longer|not any more|stopped|quit|gave up|given up|dropped|ditched|done with|finished with|goodbye(?: to)?"
    )
    meant = r"(?:but|when|where|and) i (?:really |actually |clearly )?(?:meant|should have said)"
    return tuple(
        re.compile(f"(?i){pattern}")
        for pattern in (
            rf"\b(?:swapped|traded|exchanged) {OLD} for {NEW}{CLOSED}",
            rf"\breplaced {OLD} (?:with|by) {NEW}{CLOSED}",
            rf"\b(?:switched|changed|moved|went|converted|migrated|gone|switching|moving) from {OLD} to {NEW}{CLOSED}",
            rf"\b(?:switched|changed|converted|migrated|switching) (?:over )?to {NEW}{CLOSED}",
            rf"\b(?:{over}|scrap|cancel the) {OLD}{CLOSED}",
            rf"\b{SPEAKER} [^,;:\n]{{2,60}}? (?:rather than|instead of) {OLD}{CLOSED}",
            rf"\b(?:wrote|said|typed|put|claimed) {OLD} {meant} {NEW}{CLOSED}",
            rf"\b(?:i meant|should have (?:said|been)|please make it) {NEW}{CLOSED}",
            rf"^(?=.*\b(?:{either(lists()['corrects'])})\b)(?:.*[,;:] )?{NEW},? not {OLD}{CLOSED}",
        )
    )


@cache
def taking_back() -> tuple[re.Pattern[str], ...]:
    """`it was never …`, `joking about …`: what was said and does not hold."""
    old, end = r"(?P<old>[^,;:\n]{2,50}?)", r"(?=$|[.,;:!?)]| and\b| but\b| where\b| when\b| was\b| because\b)"
    return tuple(
        re.compile(f"(?i){pattern}")
        for pattern in (
            rf"\b(?:was|were) never {old}{end}",
            rf"^(?:not|scratch|ignore|cross out|take out|strike) {old}{end}",
            rf"\b(?:joking|kidding|joke|serious|seriously|ironic|silly) (?:about|when i said|with) {old}{end}",
            rf"\b(?:when|where) i (?:said|wrote|typed) {old}{end}",
            rf"\b(?:said|wrote|told you|typed|put) {old} (?:but|by mistake|in error)\b",
        )
    )
