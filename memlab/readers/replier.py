"""A reader without a model that replies like an assistant: it says what it chose, or asks for what it does not know."""

from collections.abc import Callable, Mapping, Sequence

from memlab.events import Memory, Query, Reply
from memlab.readers import Chooser
from memlab.readers.waiting import Waiting
from memlab.seeds import Draw
from memlab.text import contains, count_tokens


class Replier:
    """Chooses as `Choice` does and puts it into words; what it brings up is what it chose, no other memory.

    A request that asks no question is acted on: the choice is what it is fitted to, as a recommendation to a
    preference. Where it does not choose it asks back, also where it was given nothing at all. The same choice is
    worded alike whenever it is made, so that replies recur.

    It takes what its choice takes. What the user waits is declared, not measured: seconds for a call, for each word
    piece in and out, and for each memory that the strategy gave.

    Args:
        seed: In which order options are looked at, and which wording a choice gets.
        choice: Makes the reader that chooses, of a seed and an encoder; by its probabilities use is measured.
        seconds: What the user waits, see `Waiting`.
        answers: Sentences with `{choice}` for questions; `acts` for requests.
        asks: Questions for what is not known.

    Raises:
        ValueError: A number of seconds is missing, unknown or below 0, or there is no sentence.
    """

    def __init__(
        self,
        seed: int,
        choice: Callable[..., Chooser],
        seconds: Mapping[str, float],
        answers: Sequence[str],
        acts: Sequence[str],
        asks: Sequence[str],
    ) -> None:
        for name, said in {"answers": answers, "acts": acts, "asks": asks}.items():
            if not said:
                raise ValueError(f"reader.{name} is empty; it must have at least one sentence")
        self._choice, self._seed, self._waiting = choice(seed=seed, encoder=None), seed, Waiting(seconds)
        self._answers, self._acts, self._asks = tuple(answers), tuple(acts), tuple(asks)

    def answer(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> Reply:
        """What the memories bear out in words, with what the user waits for it; a question back for nothing."""
        found = self._choice.answer(query, memories, choices)
        chosen = found.choice if found else None
        text = self._worded(query, chosen)
        tokens_in = count_tokens(query.text) + sum(count_tokens(memory.text) for memory in memories)
        tokens_out = count_tokens(text)
        seconds = self._waiting.of(len(memories), tokens_in, tokens_out)
        used = tuple(m.id for m in memories if chosen is not None and contains(m.text, chosen))[:1]
        return Reply(text=text, choice=chosen, used=used, seconds=seconds, tokens_in=tokens_in, tokens_out=tokens_out)

    def weigh(
        self, query: Query, memories: Sequence[Memory], choices: Sequence[str]
    ) -> Mapping[str | None, float] | None:
        """How probable each option is to the reader that chooses; the words that it is put into change nothing."""
        return self._choice.weigh(query, memories, choices)

    def _worded(self, query: Query, chosen: str | None) -> str:
        if chosen is None:
            return Draw(self._seed, "asks", query.id).choice(self._asks)
        sentences = self._answers if query.text.rstrip().endswith("?") else self._acts
        return Draw(self._seed, "says", chosen).choice(sentences).format(choice=chosen)
