"""Packs in one language: their texts are written once and stand for both languages downstream."""

from collections.abc import Mapping
from typing import Any


def speaks_one_language(pack: Any) -> bool:
    """Whether this pack.yaml says `languages: [zh]`: its site then is in Chinese only."""
    return isinstance(pack, Mapping) and pack.get("languages") == ["zh"]


def in_both(value: Any) -> Any:
    """The same data in which every text {zh: …} without `en` has its Chinese there too.

    A pack with `languages: [zh]` writes {zh: …} and no more. This is done when its files are read,
    so that everything behind (checks, rulebook, the stored load, its hash, differences) knows one
    form only. Written back from a running system such a text has `zh` and the same `en`; read
    again that gives the same data and the same hash. Texts that are bilingual already, of the
    national pack for instance, stay as they are.
    """
    if isinstance(value, Mapping):
        both = {key: in_both(item) for key, item in value.items()}
        if isinstance(both.get("zh"), str) and "en" not in both:
            both["en"] = both["zh"]
        # a policy has its title as two keys
        if isinstance(both.get("title"), str) and "title_en" not in both:
            both["title_en"] = both["title"]
        return both
    if isinstance(value, list):
        return [in_both(item) for item in value]
    return value
