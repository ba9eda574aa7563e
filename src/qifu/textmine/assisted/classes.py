"""A language model as a classifier: one of the known codes, with the words of the text for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from qifu.textmine.assisted.asking import LanguageModel, NotAsAsked, ask, listed, place
from qifu.textmine.classify.model import Classifier, Prediction, Spoke
from qifu.textmine.privacy import mask

_TASK: Final = (
    "你给企业诉求分类。只能用下面的代码。用 JSON 回答："
    '{"label": 代码, "confidence": 0 到 1, "quotes": [原文里支持这个分类的原话]}。'
    "引文必须与原文一字不差。拿不准就把 label 写成空字符串。\n"
)


@dataclass(frozen=True, eq=False)
class AssistedClassifier:
    """Asks a model, and the classifier of the house where the model is no use.

    `labels` are the codes with their names. What the model gets has personal data masked. Its
    confidence is its own and not calibrated, so the answer abstains below `least` and never counts
    for more than a suggestion.
    """

    model: LanguageModel
    labels: Mapping[str, str]
    otherwise: Classifier
    least: float = 0.8

    @property
    def name(self) -> str:
        return f"{self.model.name}, {self.otherwise.name}"

    def classify(self, text: str) -> Prediction:
        """The model's label if it is one of ours and its quotes stand in the text; else that of the
        classifier of the house, whatever went wrong."""
        masked, _ = mask(text)
        names = "\n".join(f"{code}: {name}" for code, name in self.labels.items())
        answered = ask(self.model, _TASK + names, masked, lambda found: self._read(found, masked))
        return answered.value or self.otherwise.classify(text)

    def _read(self, found: dict[str, Any], text: str) -> Prediction | None:
        label, sure = found.get("label"), found.get("confidence")
        if label == "":
            return None
        if not isinstance(label, str) or label not in self.labels:
            raise NotAsAsked(f"没有这个代码 · no such code: {str(label)[:40]}")
        if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
            raise NotAsAsked("confidence 要在 0 到 1 之间 · has to be from 0 to 1")
        quotes = listed(found, "quotes")
        if not quotes:
            raise NotAsAsked("没有引文 · no quotes")
        for quote in quotes:
            place(quote, text)
        words = tuple(Spoke(quote, 1 / len(quotes)) for quote in quotes)
        return Prediction(((label, float(sure)),), sure < self.least, words)
