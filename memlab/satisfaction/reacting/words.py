"""What a reacting user says, read from the yaml beside: one list of sentences for each reaction and its cause."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from memlab.paths import read_yaml
from memlab.satisfaction.reacting.step import Reaction
from memlab.seeds import Draw
from memlab.sources.simulated.wording import Voice

FILE = Path(__file__).parent.parent / "language" / "reactions.yaml"


@cache
def sentences() -> Mapping[str, tuple[str, ...]]:
    """Every list by name, read once per process."""
    return {name: tuple(said) for name, said in read_yaml(FILE).items()}


@cache
def digest() -> str:
    """The sha256 of the file."""
    return sha256(FILE.read_bytes()).hexdigest()


def worded(reaction: Reaction, statement: str, voice: Voice, draw: Draw) -> str | None:
    """What the user says; None where they go on without a word, or only ask once more.

    One sentence is always spoken alike in a register, and one statement always put alike whoever makes it, so that what
    users say recurs.

    Args:
        statement: A clause that says what is right, for reactions that state it.
    """
    if not reaction.kind or (reaction.kind == "repeat" and not reaction.states):
        return None
    known = {"thanks": "thanks", "leaving": "leaving", "repeat": "restatement"}
    name = known.get(reaction.kind, f"{reaction.kind}_{reaction.about}")
    if reaction.states:
        return Draw(0, name, statement).choice(sentences()[name]).format(fact=statement)
    pattern = draw.choice(sentences()[name])
    return voice.plainly(pattern, Draw(0, "reaction", pattern))
