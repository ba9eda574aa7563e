"""What somebody meant who typed pinyin, its initials, or a wrong character."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import OSA

from qifu.textmine.ranking import plain

# A longer text has said what it is about in other words.
LONGEST: Final = 40
# A mistake in two characters leaves nothing to know the word by.
_SHORTEST_WRONG: Final = 3
# three letters are the initials of too many words, and of none: zzz is not 自治州
_SHORTEST_INITIALS: Final = 4
_LONGEST_WORD: Final = 12
_LETTERS: Final = re.compile(r"[a-z]+(?:[ '’]+[a-z]+)*")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]+")


@lru_cache(maxsize=65_536)
def syllables(word: str) -> tuple[str, ...]:
    """The pinyin of a Chinese word without tones, a syllable a character."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


class Vocabulary:
    """Words that somebody can have meant, with how often each is said."""

    def __init__(self, words: Mapping[str, int] | Iterable[str]) -> None:
        said = dict(words) if isinstance(words, Mapping) else dict.fromkeys(words, 1)
        self._said = {
            word: times for word, times in said.items()
            if 2 <= len(word) <= _LONGEST_WORD and _CHINESE.fullmatch(word)
        }  # fmt: skip
        self._sounds: dict[str, str] = {}
        self._initials: dict[str, str] = {}
        self._ends: dict[str, list[str]] = {}
        # the word that is said most stands for all that sound like it
        for word in sorted(self._said, key=lambda one: (-self._said[one], one)):
            spoken = syllables(word)
            self._sounds.setdefault("".join(spoken), word)
            if len(word) >= _SHORTEST_INITIALS:
                self._initials.setdefault("".join(one[:1] for one in spoken), word)
            if len(word) >= _SHORTEST_WRONG:
                for end in {word[0], word[-1]}:
                    self._ends.setdefault(end, []).append(word)

    def mend(self, text: str) -> str | None:
        """The text with what was typed wrongly mended, or None where nothing was.

        Letters that are the pinyin of a word, or its initials, become the word; characters that
        sound like a word, or are one wrong, missing or additional character away from one of
        three or more, become it. A word that is known stays.
        """
        asked = plain(text).strip()
        if not asked or len(asked) > LONGEST:
            return None
        mended = _LETTERS.sub(lambda found: self._typed(found[0]), asked)
        mended = _CHINESE.sub(lambda found: self._written(found[0]), mended)
        return mended if mended != asked else None

    def _typed(self, letters: str) -> str:
        joined = re.sub(r"[^a-z]", "", letters)
        if word := self._sounds.get(joined) or self._initials.get(joined):
            return word
        return re.sub(r"[a-z]+", lambda one: self._one(one[0]), letters)

    def _one(self, letters: str) -> str:
        return self._sounds.get(letters) or self._initials.get(letters) or letters

    def _written(self, run: str) -> str:
        done, at = "", 0
        while at < len(run):
            size, word = next(self._meant(run, at), (1, run[at]))
            done, at = done + word, at + size
        return done

    def _meant(self, run: str, at: int) -> Iterator[tuple[int, str]]:
        """How many characters from a place are a word, and that word; the longest first."""
        longest = min(_LONGEST_WORD, len(run) - at)
        for size in range(longest, 1, -1):
            piece = run[at : at + size]
            if piece in self._said:
                yield size, piece
            elif word := self._sounds.get("".join(syllables(piece))):
                yield size, word
            elif size >= _SHORTEST_WRONG and (word := self._near(piece)):
                yield size, word

    def _near(self, piece: str) -> str | None:
        """The word said most that one change of a character away; its first or last is right.

        Of two or more characters that are known words themselves, none is wrong.
        """
        known = [*self._ends.get(piece[0], ()), *self._ends.get(piece[-1], ())]
        near = [
            word for word in known
            if abs(len(word) - len(piece)) <= 1
            and word not in piece and piece not in word
            and OSA.distance(piece, word, score_cutoff=1) == 1
        ]  # fmt: skip
        return max(near, key=lambda word: (self._said[word], word), default=None)
