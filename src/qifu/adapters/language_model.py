"""A language model that the house runs itself, over the interface that most of them speak.

Off unless QIFU_LLM_URL names one (`http://127.0.0.1:8080/v1`): no text leaves the house before
somebody has said where to. Everything that comes back is checked by `qifu.textmine.assisted`.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from qifu.textmine.assisted.asking import MOST_SAID, Message, Unreachable

PATIENCE: Final = 60.0  # seconds for one answer
_MOST_BYTES: Final = 4 * MOST_SAID


@dataclass(frozen=True)
class ChatModel:
    """One model behind `{url}/chat/completions`; `key` is sent as a bearer token."""

    url: str
    model: str
    key: str = ""
    patience: float = PATIENCE

    @property
    def name(self) -> str:
        return f"model {self.model}"

    def answer(self, messages: Sequence[Message]) -> str:
        """The text of the first choice; Unreachable for all else, silence and redirects too."""
        body = {
            "model": self.model,
            "messages": list(messages),
            "temperature": 0,
            "response_format": {"type": "json_object"},
        }
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        address = f"{self.url.rstrip('/')}/chat/completions"
        until = time.monotonic() + self.patience
        try:
            with httpx.stream(
                "POST", address, json=body, headers=headers, timeout=self.patience, trust_env=False
            ) as response:
                if response.status_code != httpx.codes.OK:
                    raise Unreachable(f"HTTP {response.status_code}")
                whole = b""
                for piece in response.iter_bytes():
                    whole += piece
                    if time.monotonic() > until:  # word by word, each in time, is too slow as well
                        raise Unreachable("太慢 · too slow")
                    if len(whole) > _MOST_BYTES:
                        raise Unreachable("答复太长 · the answer is too long")
        except httpx.HTTPError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from None
        return _first_choice(whole)


def _first_choice(whole: bytes) -> str:
    try:
        said: Any = httpx.Response(200, content=whole).json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise Unreachable("不是聊天接口的答复 · no answer of a chat interface") from None
    if not isinstance(said, str):
        raise Unreachable("答复里没有文字 · no text in the answer")
    return said


def configured(environment: Mapping[str, str] = os.environ) -> ChatModel | None:
    """The model that QIFU_LLM_URL, QIFU_LLM_MODEL and QIFU_LLM_KEY name; None where none is."""
    url = environment.get("QIFU_LLM_URL", "")
    if not url:
        return None
    name = environment.get("QIFU_LLM_MODEL", "default")
    return ChatModel(url, name, environment.get("QIFU_LLM_KEY", ""))
