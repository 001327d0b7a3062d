"""A reader that is a chat model: it is shown what was recalled and the question, and what it says is the reply."""

from collections.abc import Mapping, Sequence

from memlab.assistants import prompt
from memlab.events import Memory, Query, Reply
from memlab.llm import Chat, ChatError, Message
from memlab.llm.rules import RuleChat
from memlab.readers.waiting import Waiting
from memlab.text import contains, count_tokens, sole


class ChatReader:
    """Asks a chat as an assistant would be asked: memories in the system prompt, as data, the question as a message.

    Memories stand in the order in which they were recalled, each with its day; today is the question's day. Of a reply
    to a question that offers options, the choice is the one option that it names; of a reply to any other, its text. A
    reply that says that it does not know abstains, whatever else it says. Which memories it used no chat can tell, so
    `Reply.used` is empty. A chat is not asked for probabilities: use is told by the reply alone (`memlab use`).

    It takes one reply of the chat. The tokens are those that the chat reports; of one that reports none, word pieces
    of all that it was sent, and of what it said. What the user waits is declared, not measured.

    Args:
        chat: Who is asked.
        instruction: How the system prompt begins; it should say how to tell what is not known.
        offer: What stands before the options of a question.
        unknown: Words by which a reply says that it does not know.
        seconds: What the user waits, see `Waiting`.

    Raises:
        ValueError: The chat says nothing (`RuleChat`), a text is empty, or the seconds are not what they should be.
    """

    def __init__(
        self, chat: Chat, instruction: str, offer: str, unknown: Sequence[str], seconds: Mapping[str, float]
    ) -> None:
        if isinstance(chat, RuleChat):
            raise ValueError(
                "chat=rules calls the tools of strategy=agentic and says nothing; reader=chat needs a chat that "
                "answers in words: chat=openai, or chat=recorded chat.path=FILE"
            )
        for name, said in {"instruction": [instruction], "offer": [offer], "unknown": unknown}.items():
            if not said or not all(text.strip() for text in said):
                raise ValueError(f"reader.{name} is empty; it must have words")
        self._chat, self._waiting = chat, Waiting(seconds)
        self._instruction, self._offer, self._unknown = instruction, offer, tuple(unknown)

    def answer(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> Reply:
        """What the chat says to the question, and what it settles on.

        Raises:
            ChatError: There is no reply to go by.
        """
        asked = self._asked(query, memories, choices)
        said = self._chat.reply(asked)
        text = said.text.strip()
        if not text:
            raise ChatError(f"query {query.id}: the chat ended without a word; it must answer in words", said.text)
        tokens_in = said.tokens_in or sum(count_tokens(message.text) for message in asked)
        tokens_out = said.tokens_out or count_tokens(text)
        return Reply(
            text=text,
            choice=self._choice(text, choices),
            seconds=self._waiting.of(len(memories), tokens_in, tokens_out),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
        )

    def _asked(self, query: Query, memories: Sequence[Memory], choices: Sequence[str]) -> list[Message]:
        system = prompt.system(self._instruction, query.at.date(), map(prompt.line, memories))
        offered = f"\n\n{self._offer.strip()}\n" + "\n".join(f"- {one}" for one in choices) if choices else ""
        return [Message(role="system", text=system), Message(role="user", text=query.text + offered)]

    def _choice(self, text: str, choices: Sequence[str]) -> str | None:
        if any(contains(text, words) for words in self._unknown):
            return None
        return sole(text, choices) if choices else text
