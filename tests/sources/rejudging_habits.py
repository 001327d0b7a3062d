"""What questions about people and about what recurs should have for gold, by the second reading of a life's words."""

import re
from collections import defaultdict

from rereading import alike, closeness

from memlab.events import Outcome
from memlab.text import contains


def habits_judged(judge, events, kind):
    """Answers and evidence of everything of a kind that can be asked, with the ways to ask for it and its name."""
    reading, habits = judge.reading, judge.world.habits

    def id_of(session, patterns, value=""):
        return reading.turns[reading.likest(session, patterns, value)].id

    def told(sessions, patterns, echo, value):
        """The likeliest turns and, where they repeat the value, the answers to them."""
        heard = re.sub("^my ", "your ", value)
        for session in sessions:
            n = reading.likest(session, patterns, value)
            answer = reading.text[n + 1]
            yield reading.turns[n].id
            if contains(answer, heard) and alike(answer, echo) > 0.9:
                yield reading.turns[n + 1].id

    def by_now(sessions):
        return [session for session in sessions if session <= judge.session]

    if kind == "two_hop":
        for person in judge.world.acquaintances:
            for about, value, sessions in person.facts:
                past = by_now(sessions)
                if person.introduced <= judge.session and past and not person.namesake:
                    first = id_of(person.introduced, person.relation.introduce, person.name)
                    yield (value,), [{first}, set(told(past, about.say, about.echo, value))], about.ask, ""
    if kind == "homonym":
        for word in habits.ambiguous:
            for sense, value, sessions in zip(word.homonym.senses, word.values, word.sessions, strict=True):
                if all(by_now(s) for s in word.sessions):
                    yield (value,), [set(told(by_now(sessions), sense.say, sense.echo, value))], sense.ask, ""
    if kind == "next_request":
        for f in habits.followed:
            past = by_now(s for s, follows in f.times if follows)
            yield (f.routine.value,), [{id_of(s, f.routine.after) for s in past}], f.routine.ask, ""
    if kind in ("best_approach", "avoid_error"):
        yield from approaches(events, kind, {task.kind.name: task.kind for task in habits.tasks})
    if kind in ("outcome", "sentiment"):
        for e in habits.episodes:
            if e.ended is not None and e.ended <= judge.session:
                answer = e.ending.outcome_value if kind == "outcome" else e.ending.sentiment
                named, unnamed = getattr(e.kind, f"ask_{kind}"), getattr(e.kind, f"ask_{kind}_unnamed")
                asks = (*named, *unnamed) if is_alone(judge, e) else named
                yield (answer,), [{id_of(e.ended, e.ending.say, e.value)}], asks, e.value


def approaches(events, kind, tasks):
    """What worked best for each task, or what only failed, by the outcomes."""
    done = defaultdict(lambda: defaultdict(list))
    for event in events:
        if isinstance(event, Outcome):
            done[event.task][event.approach].append((event.success, event.turn))
    for task, tried in done.items():
        rate = {a: sum(ok for ok, _ in all_) / len(all_) for a, all_ in tried.items()}
        if kind == "best_approach":
            top = [a for a in rate if rate[a] == max(rate.values())]
            if len(top) == 1 and len(tried[top[0]]) >= 2 and rate[top[0]] > 0.5:
                yield (top[0],), [{turn for ok, turn in tried[top[0]] if ok}], tasks[task].ask_best, ""
        elif bad := sorted(a for a in rate if rate[a] == 0):
            yield tuple(bad), [{turn for a in bad for _, turn in tried[a]}], tasks[task].ask_avoid, ""


def is_alone(judge, episode):
    """Whether nothing that has been told of could be taken for an episode."""
    told = {fact.attribute.name for fact, *_ in judge.happened()}
    others = (e for e in judge.world.habits.episodes if e is not episode)
    told |= {e.kind.name for e in others if e.announced <= judge.session}
    return told.isdisjoint(episode.kind.like)


def is_asked_so(text, asks, value, others):
    """Whether a question is put in one of the ways to ask for a thing, and for nothing else."""
    if value and contains(text, value):
        return True
    return closeness(text, asks) >= max([closeness(text, other) for other in others], default=0.0)
