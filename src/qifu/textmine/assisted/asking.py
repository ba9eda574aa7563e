"""Ask a language model for JSON and check every word of the answer; without one, nothing is lost.

A model invents. So whatever it says has to point at places of a text that we hold, in the very
words that stand there, and has to be of the form that was asked for. What fails is asked for once
more with the reason, then left: the caller goes on with what it had, and keeps what was said.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

MOST_SAID: Final = 200_000  # characters of an answer that are looked at
TURNS: Final = 2

Message = Mapping[str, str]  # {"role": "system" | "user" | "assistant", "content": …}
T = TypeVar("T")


class Unreachable(Exception):
    """Nobody answered, or with no answer; the text says why."""


class LanguageModel(Protocol):
    """One that answers a conversation with a text that should be JSON. May raise Unreachable."""

    @property
    def name(self) -> str: ...

    def answer(self, messages: Sequence[Message]) -> str: ...


class NotAsAsked(ValueError):
    """An answer that is not what was asked for; the text goes back to the model."""


@dataclass(frozen=True)
class Answered(Generic[T]):
    """What came of asking. `value` is None where nothing could be used, and `why` says so.

    `said` is the last answer, word for word.
    """

    value: T | None
    said: str = ""
    why: str = ""


def ask(
    model: LanguageModel, task: str, content: str, read: Callable[[dict[str, Any]], T]
) -> Answered[T]:
    """Give a task and a text; `read` makes the value of the answer or raises NotAsAsked.

    Never raises: of a model that is silent, slow or wrong only `why` is told.
    """
    messages: list[Message] = [
        {"role": "system", "content": task},
        {"role": "user", "content": content},
    ]
    said = why = ""
    for _turn in range(TURNS):
        try:
            said = model.answer(messages)
        except Unreachable as error:
            return Answered(None, said, f"{model.name}: {error}")
        try:
            return Answered(read(_document(said)), said)
        except NotAsAsked as error:
            why = f"{model.name}: {error}"
            messages = [
                *messages[:2],
                {"role": "assistant", "content": said[:MOST_SAID]},
                {"role": "user", "content": f"不能用：{error}。请只用改正后的 JSON 回答。"},
            ]
    return Answered(None, said, why)


def _document(said: str) -> dict[str, Any]:
    if len(said) > MOST_SAID:
        raise NotAsAsked("答复太长 · the answer is too long")
    # some wrap what was asked for in a fence of three backticks
    body = said.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAsAsked("不是 JSON · no JSON") from None
    if not isinstance(found, dict):
        raise NotAsAsked("不是 JSON 对象 · no JSON object")
    return found


def place(quote: object, text: str, after: int = 0) -> tuple[int, int]:
    """Where a quote stands in a text, word for word; NotAsAsked where it does not."""
    if not isinstance(quote, str) or not quote.strip():
        raise NotAsAsked("引文是空的 · an empty quote")
    at = text.find(quote, after)
    at = at if at >= 0 else text.find(quote)
    if at < 0:
        raise NotAsAsked(f"原文里没有这句 · not in the text: {quote[:60]}")
    return at, at + len(quote)


def listed(document: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key; NotAsAsked for anything else."""
    found = document.get(key)
    if not isinstance(found, list):
        raise NotAsAsked(f"{key} 要是列表 · {key} has to be a list")
    return found
