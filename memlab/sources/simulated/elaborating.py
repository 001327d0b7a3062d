"""What is said beside the point: the user adds how it came about, the assistant goes on about the subject.

None of it states anything that a question asks for; it makes turns as long and as unlike as those of real talk, and
gives what is asked for something to stand among.
"""

from collections.abc import Sequence

from memlab.seeds import Draw
from memlab.sources.simulated.patterns import Subject

MORE_PERMILLES = (450, 400, 400)
AT_LENGTH_PERMILLE = 600
HEEDED_PERMILLE = 700
THOUGHT_AGAIN_PERMILLE = 350
LISTED_PERMILLE = 450
ASKED_BACK_PERMILLE = 550
LISTED = (3, 5)
BULLETS = ("{n}. ", "- ", "* ", "{n}) ")


def with_more(said: str, subject: Subject, factor: float, draw: Draw) -> str:
    """What a user says, and up to three sentences on how it came about.

    Args:
        factor: How readily, 1 as people here do, 0 never.
    """
    n = 0
    while n < len(MORE_PERMILLES) and draw.chance(_at(MORE_PERMILLES[n], factor)):
        n += 1
    return " ".join(map(_ended, [said, *draw.some(subject.more, n)])) if n else said


def at_length(subject: Subject, factor: float, draw: Draw) -> str | None:
    """What the assistant has to say on a subject, in paragraphs and at times a list; None where it has nothing."""
    if not draw.chance(_at(AT_LENGTH_PERMILLE, factor)):
        return None
    opening = [draw.choice(subject.heed)] if draw.chance(HEEDED_PERMILLE) else []
    thoughts = draw.some(subject.think, 2 if draw.chance(THOUGHT_AGAIN_PERMILLE) else 1)
    parts = [" ".join([*opening, *thoughts])]
    if draw.chance(LISTED_PERMILLE):
        bullet, steps = draw.choice(BULLETS), draw.some(subject.steps, draw.between(*LISTED))
        parts.append(_listed(bullet, steps))
    if draw.chance(ASKED_BACK_PERMILLE):
        parts.append(draw.choice(subject.back))
    return "\n\n".join(parts)


def _listed(bullet: str, steps: Sequence[str]) -> str:
    return "\n".join(bullet.format(n=n) + step for n, step in enumerate(steps, start=1))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _at(permille: int, factor: float) -> int:
    return min(1000, int(permille * factor))
