"""Model files: numbers and JSON in one npz archive; reading one runs nothing that is in it."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qifu.textmine.classify.model import TextModel

# 2: texts are read in simplified characters
FORMAT: Final = 2
# A model of 150,000 pieces and 50 labels takes 30 MB; what claims more than this is no model.
LARGEST: Final = 1 << 30
_ARRAYS: Final = ("idf", "weights", "bias", "shift", "numbers")
_BETWEEN: Final = "\n"


class UnreadableModel(ValueError):
    """A file that cannot be used as a model; the text says why, in both languages."""


def digest_of(model: TextModel) -> str:
    """SHA-256 of all that decides what the model says."""
    seen = hashlib.sha256(f"{FORMAT}\n".encode())
    seen.update(_BETWEEN.join(_pieces(model)).encode())
    seen.update(json.dumps(model.labels, ensure_ascii=False).encode())
    for array in _arrays(model).values():
        seen.update(np.ascontiguousarray(array).tobytes())
    return seen.hexdigest()


def save(model: TextModel, path: Path) -> TextModel:
    """Write a model, whole or not at all; the same model gives the same bytes.

    The model that comes back carries its digest in the card, as the file does.
    """
    card = {**model.card, "format": FORMAT, "digest": digest_of(model)}
    whole = json.dumps({"labels": model.labels, "card": card}, ensure_ascii=False, sort_keys=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                about=_bytes(whole),
                vocabulary=_bytes(_BETWEEN.join(_pieces(model))),
                idf=model.idf,
                weights=model.weights,
                bias=model.bias,
                shift=model.shift,
                numbers=_numbers(model),
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return TextModel(**{**vars(model), "card": card})


def load(path: Path) -> TextModel:
    """Read a model; UnreadableModel for another file, another version, or a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise UnreadableModel(f"{path.name}: 文件太大 · far too large for a model")
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(bytes(file["about"]).decode())
            version = about["card"]["format"]
            if version != FORMAT:
                raise UnreadableModel(
                    f"{path.name}: 模型格式是第 {version} 版，本程序读第 {FORMAT} 版，"
                    "请用 qifu triage train 重新训练 · "
                    f"the model has format {version}, this program reads {FORMAT}: train it again"
                )
            words = bytes(file["vocabulary"]).decode().split(_BETWEEN)
            model = _made(about, words, {name: file[name] for name in _ARRAYS})
    except UnreadableModel:
        raise
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise UnreadableModel(
            f"{path.name}: 不是模型文件，或已损坏 · no model file, or damaged: {error}"
        ) from None
    if digest_of(model) != model.card.get("digest"):
        raise UnreadableModel(f"{path.name}: 内容与校验值不符 · does not match its digest")
    return model


def _made(
    about: Mapping[str, Any], words: list[str], arrays: Mapping[str, NDArray[Any]]
) -> TextModel:
    labels = tuple(str(label) for label in about["labels"])
    slope, least = (float(one) for one in arrays["numbers"])
    shapes = {
        "idf": (len(words),),
        "weights": (len(words), len(labels)),
        "bias": (len(labels),),
        "shift": (len(labels),),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} has shape {arrays[name].shape}, not {shape}, or no numbers")
    return TextModel(
        labels=labels,
        vocabulary={word: i for i, word in enumerate(words)},
        idf=arrays["idf"],
        weights=arrays["weights"],
        bias=arrays["bias"],
        slope=slope,
        shift=arrays["shift"],
        least=least,
        card=about["card"],
    )


def _pieces(model: TextModel) -> list[str]:
    return sorted(model.vocabulary, key=model.vocabulary.__getitem__)


def _arrays(model: TextModel) -> dict[str, NDArray[Any]]:
    return {
        "idf": model.idf,
        "weights": model.weights,
        "bias": model.bias,
        "shift": model.shift,
        "numbers": _numbers(model),
    }


def _numbers(model: TextModel) -> NDArray[np.float64]:
    return np.array([model.slope, model.least], dtype=np.float64)


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
