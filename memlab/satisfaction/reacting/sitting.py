"""One session's goal, pursued: the question, the reply, what the user does about it, and the question again."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from memlab.events import Event, Reply, Turn
from memlab.life import Feedback, Gold
from memlab.satisfaction.reacting.goals import Sought, again, goal_of, mentioned, righted
from memlab.satisfaction.reacting.noticing import said_choice
from memlab.satisfaction.reacting.step import State, step
from memlab.satisfaction.reacting.words import worded
from memlab.seeds import Draw
from memlab.sources.simulated.dialogue import LONGEST_PAUSE, SHORTEST_PAUSE, Statement
from memlab.sources.simulated.following import query_of
from memlab.sources.simulated.remarks import States
from memlab.sources.simulated.scene import Scene
from memlab.sources.simulated.source import Begun

Told = Generator[Event, Reply | None, State]


@dataclass(slots=True)
class Sitting:
    """What is said in one session from the moment at which the user wants something.

    Attributes:
        scene: What the judge knows when so many turns have been said.
        gold: Filled before a question is put; `feedback` once its reply is heard.
        place: How many turns the session has had, `at` when the last was said.
        allowed: How often the user asks at most.
    """

    begun: Begun
    session: int
    scene: Callable[[int], Scene]
    form: str
    gold: dict[str, Gold]
    feedback: list[Feedback]
    at: datetime
    place: int
    allowed: int

    def pursue(self, found: Sought, state: State) -> Told:
        """The turns of the exchange and its questions; returns the user as it leaves them.

        Who has been asked for what they said puts their question in other words; who has put a reply right or objected
        to it asks as before.
        """
        words = 1
        for attempt in range(1, self.allowed + 1):
            if attempt > 1:
                found = again(found, self._now(), self.begun.root, words)
            asked_for = replace(found.question, natural=1)
            query = query_of(self.begun.user, self._now(), f"goal {attempt}", self.at, asked_for, self.gold)
            goal = goal_of(found, self._now(), query.id, query.at, self.allowed)
            reply = yield query
            state, reaction, felt = step(replace(state, goal=goal), reply)
            self.feedback.append(felt)
            named = found.question.named
            own = ((((found.kind, *found.question.subject)), named),) if named else ()
            yield self._turn("user", found.question.text, own, self._pause(attempt, "asks"))
            said = None
            if reply is not None and reply.text.strip():
                said = self._turn("assistant", reply.text, self._heard(found, reply), max(1, ceil(reply.seconds)))
                yield said
            draw = self._draw("reacts", reaction.kind, reaction.about)
            text = worded(reaction, goal.statement, self.begun.voice, draw)
            if text is not None:
                states = self._righted(found, reply, said) if reaction.states else ()
                yield self._turn("user", text, states, self._pause(attempt, "reacts"))
            if not reaction.again:
                break
            words = 2 if text is None else words
        return state

    def _heard(self, found: Sought, reply: Reply) -> States:
        """What a reply states: what holds where it is right, else nothing; but whatever it names can be erased."""
        scene = self._now()
        right = said_choice(reply.text, reply.choice, found.question.gold.choices)
        states = righted(found, scene) if right in found.question.gold.answers[:1] else ()
        said = tuple((key, form) for key, form in states if form.casefold() in reply.text.casefold())
        return said or mentioned(reply.text, scene)

    def _righted(self, found: Sought, reply: Reply | None, said: Turn | None) -> States:
        """What a correction states: what holds, and that the reply before it was wrong where it named a value."""
        talk, states = self.begun.talk, righted(found, self._now())
        wrong = said_choice(reply.text, reply.choice, found.question.gold.choices) if reply else None
        name = found.question.subject[0]
        if said is None or wrong is None or not any(key[0] == "fact" for key, _ in states):
            return states
        talk.stated["wrong", name].append(Statement(said.id, talk.said - 1, said.speaker, wrong))
        return (*states, (("righted", name), states[0][1]))

    def _turn(self, speaker: str, said: str, states: States, after: int) -> Turn:
        self.at += timedelta(seconds=after)
        text = self.form.format(speaker=speaker, text=said, at=self.at)
        id = f"s{self.session:03d}t{self.place:02d}"
        self.place += 1
        turn = Turn(at=self.at, session=self.session, id=id, speaker=speaker, text=text)
        self.begun.talk.hear(turn, states)
        return turn

    def _now(self) -> Scene:
        return self.scene(self.begun.talk.said)

    def _pause(self, attempt: int, what: str) -> int:
        return self._draw(what, attempt).between(SHORTEST_PAUSE, LONGEST_PAUSE)

    def _draw(self, *names: str | int) -> Draw:
        return Draw(self.begun.root, "sitting", self.session, *names)
