"""Facts by rules: what a turn states of its own speaker, by the grammar of a few dozen kinds of English statement.

A rule takes what is stated in the first person and lasts: "I live in Oslo", "my budget is 900 euros", "I no longer
run", "I swapped the car for a bike", "it was never Oslo, I meant Bergen". Questions, suppositions, reports of others,
jokes and first-person quotations state nothing. Precision comes before recall. The words are in
`memlab/extract/facts.yaml`, the patterns that are made of them in `memlab.extract.phrasing`.
"""

import re
from collections.abc import Iterator

from memlab.events import Turn
from memlab.extract import Fact, phrasing
from memlab.extract.phrasing import MENTIONING, either, has, lists
from memlab.extract.rules import FIRST_PERSON, said
from memlab.text import stems

SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?!\s|$)[^.!?;\n]*)*[.!?;…\"”)]*")
WORD = re.compile(r"[$€£#]?[\w'&%+-]+(?:[.,:/]\d+\w*)*")
STOP = re.compile(r"[;!?()\n…–—]|[,:](?!\d)|\.(?!\d)|\s-\s")
QUOTING = re.compile(r"“[^“”]{0,300}”|\"[^\"]{0,300}\"")
MOST_WORDS = 6
LONGEST = 600  # characters of a sentence; what is longer is pasted in, not said
ASSISTANT, HABIT, TOPIC = "assistant", "usually does", "topic"
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
        confirmed = _facts(_of_me(asked[0])) if asked and opens_with_yes(text) else ()
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
    if has("joked", plain):
        found = _taken_back(plain)
    elif not has("unreal", plain) and not has("reported", plain):
        found = [*_taken_back(plain), *_replaced(plain), *_owned(plain), *_stated(plain)]
        found += [*_arranged(plain), *_any_verb(plain)]
        found += _of_topic(plain, found)
    change, seen = has("changed", plain), set[tuple[tuple[str, ...], bool]]()
    for slot, category, confidence, single, ends, value in found:
        words = stems(value), category == TOPIC
        if words[0] and words not in seen:
            seen.add(words)
            category = "context" if category == TOPIC else category
            single = single or (change and slot is not None and not ends)
            yield Fact(
                text=sentence, category=category, slot=slot, value=value, single=single, ends=ends,
                confidence=confidence,
            )  # fmt: skip


def _taken_back(plain: str) -> Iterator[Found]:
    """What a sentence says was never so: a slip, a joke, an untruth."""
    for pattern in phrasing.taking_back():
        for found in pattern.finditer(plain):
            if value := _value(found["old"]):
                yield None, "fact", NAMED, False, True, value


def _replaced(plain: str) -> Iterator[Found]:
    """Both sides of a change or correction, first what no longer holds; what no side names is left out."""
    for pattern in phrasing.replacing():
        for found in pattern.finditer(plain):
            sides = found.groupdict()
            if sides.get("old") and (old := _value(sides["old"])):
                yield None, "fact", NAMED, False, True, old
            if sides.get("new") and (new := _value(sides["new"])):
                yield None, "fact", NAMED, True, False, new


def _owned(plain: str) -> Iterator[Found]:
    """`my budget is 900 euros`, `my job used to be baking`."""
    for found in phrasing.owning().finditer(plain):
        thing, words = found["thing"].casefold(), phrasing.words()
        head = thing.split(" of ")[0].split()
        if set(thing.split()) & (words["not_mine"] | words["pointing"]) or not (value := _value(found["rest"])):
            continue
        category = "fact"
        for kind, names in (("preference", "preferred"), ("behaviour", "habits"), ("context", "now")):
            category = kind if words[names] & set(head) else category
        yield thing, category, NAMED, True, bool(found["ended"]), value


def _stated(plain: str) -> Iterator[Found]:
    """`I live in Oslo`, `I'm allergic to nuts`, `we no longer live in Oslo`."""
    for slot, category, single, pattern in phrasing.stating():
        for found in pattern.finditer(plain):
            value = _value(found["rest"])
            if value and (slot != HABIT or " " in value):
                yield slot, category, NAMED, single, bool(found["ended"]), value


def _arranged(plain: str) -> Iterator[Found]:
    """`I do my shopping at Lidl` fills "do shopping", `I have porridge for breakfast` fills "breakfast"."""
    for found in phrasing.with_object().finditer(plain):
        if value := _value(found["rest"]):
            yield f"{found['verb']} {found['thing']}".casefold(), "behaviour", ANY, False, bool(found["ended"]), value
    for found in phrasing.for_something().finditer(plain):
        if value := _value(found["rest"].partition(f" {found['for']} ")[0]):
            yield found["thing"].casefold(), "behaviour", ANY, False, bool(found["ended"]), value


def _any_verb(plain: str) -> Iterator[Found]:
    """`I take losartan`, `we're building a shed`: the verb is the slot, of which several may be true at once."""
    for found in phrasing.verb().finditer(plain):
        if value := _value(found["rest"]):
            verb = (found["verb"] or found["doing"]).casefold()
            category = "context" if found["doing"] else "fact"
            yield _base(verb), category, ANY, False, bool(found["ended"]), value


def _of_topic(plain: str, found: list[Found]) -> Iterator[Found]:
    """`the rent I pay has changed, it's 900 now`: the topic that a change names is the slot, however it is valued."""
    for pattern in phrasing.changing():
        for topic in pattern.finditer(plain):
            key = " ".join(stems(topic["topic"]))
            new = [value for _, _, _, _, ends, value in found if not ends]
            rest = " ".join(WORD.findall(plain[topic.end() :])[:12])
            if key and (new or stems(rest)):
                yield key, TOPIC, ANY, True, False, new[-1] if new else rest
                return


def _base(verb: str) -> str:
    """`take` for `taking`, so that both are one slot."""
    first, _, rest = verb.partition(" ")
    base = stems(first)[0] if first.endswith("ing") and stems(first) else first
    for known in lists()["verbs"]:
        if stems(known)[:1] == (base,) and known.partition(" ")[2] == rest:
            return known
    return verb


def _value(rest: str | None) -> str | None:
    """The words of a value, up to where something else begins; None where these are many or, uncapped, only point."""
    words, kept = phrasing.words(), list[str]()
    for word in WORD.findall(STOP.split((rest or "").strip(" \"“”'"), maxsplit=1)[0]):
        low = word.casefold()
        if low in words["ends"]:
            break
        if kept or low not in words["shed"]:
            kept.append(word)
    if not kept or len(kept) > MOST_WORDS or kept[0] in words["pointing"]:
        return None
    return " ".join(kept)


def opens_with_yes(text: str) -> bool:
    start = text.replace("’", "'").casefold().lstrip()
    return bool(re.match(rf"(?:{either(lists()['confirms'])})\b(?!,? but\b)", start))


def _of_me(text: str) -> str:
    """What the assistant says of `you`, as the user would say it; its questions become statements."""
    turned = text.replace("’", "'")
    for you, me in ((r"you're", "I'm"), (r"you've", "I've"), (r"your", "my"), (r"(?:do |so |and )?you", "I")):
        turned = re.sub(rf"(?i)(?<![\w']){you}(?![\w'])", me, turned)
    return re.sub(
        r"(?i)(?:, (?:right|correct|yes|is that right|isn't it))?\?", ".", re.sub(r"\bI are\b", "I am", turned)
    )
