"""Sentences of many kinds: what the rules take from them, and above all what they leave."""

import time

import pytest

from memlab.extract import Mention
from memlab.extract.rules import Rules, asks_of_past, said
from memlab.testing import turn

STATES = {
    "My sister Priya moved in with us.": {("sister", "Priya")},
    "my sister's name is Priya": {("sister", "Priya")},
    "My older sister is called Priya.": {("sister", "Priya")},
    "My sister, who is called Priya, is here.": {("sister", "Priya")},
    "My sister, Priya, is here.": {("sister", "Priya")},
    "Priya is my sister.": {("sister", "Priya")},
    "And Priya was my boss back then, but now she is not.": set(),
    "Priya was my boss.": {("boss", "Priya")},
    "Yesterday I met Priya, my sister.": {("sister", "Priya")},
    "I have a brother called Tom.": {("brother", "Tom"), ("own", "brother")},
    "I've got one sister, Priya, and she drives": {("sister", "Priya")},
    "We adopted a puppy named Rex today": {("puppy", "Rex"), ("own", "puppy")},
    "My sister Priya's birthday is in May": {("sister", "Priya")},
    "My sister Priya’s birthday is in May": {("sister", "Priya")},
    "My cousin Élodie and our friend Øystein Dahl came": {("cousin", "Élodie"), ("friend", "Øystein Dahl")},
    "My sister-in-law Ana and my mother-in-law Bea": {("sister-in-law", "Ana"), ("mother-in-law", "Bea")},
    "My dentist is Dr. Patel": {("dentist", "Patel")},
    "My mate Seán O'Neill dropped by": {("mate", "Seán O'Neill")},
    "I moved to Denver": {("live in", "Denver")},
    "I moved to Denver last year": {("live in", "Denver")},
    "I have a sister in Boston": {("own", "sister")},
    "I've just moved to Denver, and it snows": {("live in", "Denver")},
    "We live in the old town now": {("live in", "old town")},
    "I'm living in New Mexico at the moment": {("live in", "New Mexico")},
    "I work as a pilot for fun": {("work as", "pilot")},
    "I got a job at Initech": {("work at", "Initech")},
    "I'm really into pottery": {("love", "pottery")},
    "I love tea and I love cake": {("love", "tea"), ("love", "cake")},
    "I like to swim": {("love", "swim")},
    "I don’t like olives": {("dislike", "olives")},
    "I'm allergic to walnuts": {("avoid", "walnuts")},
    "I have a red bicycle": {("own", "red bicycle")},
    "I speak Dutch, I play the cello.": {("speak", "Dutch"), ("play", "cello")},
    "My favourite colour is blue": {("favourite colour", "blue")},
    "My hobby is painting": {("hobby", "painting")},
    "My name is Ana": {("name", "Ana")},
    "I love “Dune” by the way": {("love", "Dune")},
}
LEAVES = (
    "my sister and I went to the sea",
    "My sister and I'm sure of it",
    "My friend I’ve told you about",
    "I like that you asked",
    "I like how you put it",
    "I love you",
    "I love it!",
    "I hate this",
    "I like her jokes",
    "I like on principle",
    "If I moved to Denver, would you visit?",
    "I wish I had time; I wish I spoke Dutch",
    "Imagine I live in a castle",
    "Unless I work at Initech",
    "Should I adopt a cat?",
    "Do I like tea?",
    "Would I prefer tea?",
    "I would love tea",
    "I might have a cat one day",
    "I no longer live in Boston",
    "I used to live in Boston",
    "I never liked olives, and I do not work at Initech",
    "I don't love tea",
    "Priya is not my sister",
    "Priya isn't my sister",
    "My sister isn't Priya",
    "My favourite colour is not blue",
    "My favourite thing is that you ask",
    "My back is killing me",
    "My savings pot is meant for later",
    "My friend says it is cold",
    "My friend thinks the weather is fine",
    "Anna met my sister",
    "Anna and my sister left",
    "Anna is meeting my sister",
    "Hey Tom, my sister called",
    "When I was in Boston, my sister called",
    "In Boston, my sister, as ever, was late",
    "I saw Tom, my sister, and Ana",
    "My sister, Tom and I",
    "Rex is my dog's rival",
    "Max is my sister Ana's",
    "My boss is American",
    "My teacher is Catholic",
    "My sister Monday",
    "My sister is Priya's best friend",
    "Tom has a sister called Ana",
    "She has a dog named Max",
    "I met a doctor, Ana said",
    "His sister Ana and your brother Ben",
    "I bought a cake",
    "I quit my job",
    "I started at nine",
    "I became a bit sad",
    "I have a question",
    "I have a dentist appointment",
    "I speak to my boss daily",
    'She said "I moved to Denver" and left',
    "He wrote “my sister Priya is here” on it",
    "You live in Denver",
    "They moved to Denver",
    "",
    "?!",
    "MY SISTER PRIYA MOVED TO DENVER",
    "mysisterpriyamovedtodenver",
    "אחותי גרה בדנבר 🙂🙂 妹妹住在丹佛",
)
LAUGHABLE = {
    "capitals": "A",
    "names": "Aa ",
    "dashed capitals": "A-",
    "mine": "my ",
    "love": "I love ",
    "just": "I just ",
    "quotes": "“",
    "blanks": " ",
    "lines": "\n",
    "apostrophes": "a'",
    "sisters": "my sister ",
    "apposed": "my sister Ana, ",
    "of whom": "Ana is my ",
    "shouted": "MY SISTER PRIYA MOVED TO DENVER. ",
    "dashes": "-",
    "smiles": "🙂",
    "right to left": "שלום ",
    "letters": "a",
    "doctors": "Dr. ",
}


def taken(text: str) -> set[tuple[str, str]]:
    return {(stated.relation, stated.object) for stated in Rules().relations(text, "user")}


@pytest.mark.parametrize("text", STATES)
def test_what_is_stated_is_taken(text):
    assert taken(text) == STATES[text]


@pytest.mark.parametrize("text", LEAVES)
def test_what_is_not_stated_is_left(text):
    known = {("sister", "Ana")} if "sister Ana's" in text else set()
    assert taken(text) == known


def test_every_word_of_the_language_is_a_text():
    """`on` and `no` are truth values in YAML unless they are quoted."""
    from memlab.extract.rules import _language

    words = [
        word
        for part in _language().values()
        for line in (part.values() if isinstance(part, dict) else [part])
        for entry in line
        for word in (entry if isinstance(entry, list) else [entry])
    ]
    assert [word for word in words if not isinstance(word, str)] == []


def test_one_has_one_home_and_many_loves():
    stated = Rules().relations("I live in Denver. I love tea. My bicycle is red. My sister Priya drives.", "user")
    assert {s.relation: s.single for s in stated} == {"live in": True, "love": False, "bicycle": True, "sister": False}


def test_i_is_whoever_speaks_and_the_speaker_in_front_is_no_text():
    reading = Rules().read(turn(0, "Caroline: I love Paris", speaker="Caroline"))
    assert [(s.subject, s.object) for s in reading.relations] == [("Caroline", "Paris")]
    assert [mention.stem for mention in reading.mentions] == ["love", "pari"]


def test_only_the_speaker_is_taken_off():
    assert said(turn(0, "user: I know: it rains")) == "I know: it rains"
    assert said(turn(0, "I know: it rains")) == "I know: it rains"


def test_a_capital_tells_a_name_within_a_sentence_alone():
    mentions = Rules().read(turn(0, "Priya met Rex. Monday suits Rex, said priya")).mentions
    assert mentions[:2] == (Mention("priya", None), Mention("met", False))
    assert [m.cased for m in mentions if m.stem == "rex"] == [True, True]
    assert [m.cased for m in mentions if m.stem == "priya"] == [None, False]
    assert [m.cased for m in mentions if m.stem.startswith("monday")] == [None]


@pytest.mark.parametrize(("gap", "cased"), [(". ", None), ("!\n\n  ", None), ("… ", None), (" “", None), (", ", True)])
def test_a_sentence_begins_after_its_marks(gap, cased):
    assert Rules().read(turn(0, f"hello there{gap}Priya")).mentions[-1] == Mention("priya", cased)


def test_a_reading_depends_on_its_turn_alone():
    rules, texts = Rules(), [*STATES, *LEAVES]
    forth = [rules.read(turn(0, text)) for text in texts]
    back = [rules.read(turn(0, text)) for text in reversed(texts)][::-1]
    assert forth == back == [Rules().read(turn(0, text)) for text in texts]


@pytest.mark.parametrize("kind", LAUGHABLE)
def test_a_long_text_costs_in_proportion_to_its_length(kind):
    def seconds(length):
        text, times = (LAUGHABLE[kind] * length)[:length], []
        for _ in range(3):
            start = time.perf_counter()
            Rules().read(turn(0, text))
            times.append(time.perf_counter() - start)
        return min(times)

    seconds(100)
    assert seconds(100_000) < 20 * seconds(20_000) + 0.02


def test_relations_know_what_their_objects_are():
    text = "My boss Ana, my cat Rex. I moved to Denver. I work for Initech. My car Herbie. I love tea."
    kinds = {relation.object: relation.kind for relation in Rules().relations(text, "user")}
    assert kinds == {
        "Ana": "person",
        "Rex": "animal",
        "Denver": "place",
        "Initech": "organisation",
        "Herbie": "thing",
        "tea": "thing",
    }


@pytest.mark.parametrize(
    ("question", "past"),
    [
        ("Where did I use to live?", True),
        ("What was my previous job?", True),
        ("Where do I live?", False),
        ("What is my sister's old cat called?", False),
    ],
)
def test_a_question_of_the_past_is_told_by_its_words(question, past):
    assert asks_of_past(question) is past
