"""The hand-judged pairs of messages: read strictly, counted as in the guide, true to the texts."""

import csv
import hashlib
import os
import re
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLD = HERE / "gold" / "pairs.csv"
GUIDES = [ROOT / "docs" / f"repeats-gold{tail}.md" for tail in ("", ".zh-CN")]
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"

COLUMNS = [
    "file", "id1", "id2", "band", "writer", "label", "doubtful", "sha256_1", "sha256_2",
]  # fmt: skip
FILES = ("messages_labelled_raw.csv", "messages_for_topics.csv", "messages_unlabelled.csv")
LABELS = ("same_case", "new_facts", "related_topic", "different")
BANDS = {
    "0.1": 89, "0.2": 66, "0.3": 48, "0.4": 35, "0.5": 30, "0.6": 29, "0.7": 27, "0.8": 27,
    "0.9": 35, "names": 55, "random": 25,
}  # fmt: skip


@pytest.fixture(scope="module")
def gold():
    with GOLD.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        assert reader.fieldnames == COLUMNS
        found = list(reader)
    assert all(None not in row and None not in row.values() for row in found)
    return found


@pytest.fixture(scope="module")
def texts():
    """The messages by file and id: text, writer ('' = not known), time as numbers."""
    missing = [name for name in FILES if not (DATA / name).exists()]
    if missing:
        pytest.skip(f"no {missing[0]} in {DATA}: set QIFU_DATA")
    found = {}
    for name in FILES:
        with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if "text" in row:
                    found[name, row["id"]] = (row["text"], "", [])
                else:
                    text = row["留言主题"] + "\n" + row["留言详情"]
                    time = [int(number) for number in re.findall(r"\d+", row["留言时间"])]
                    found[name, row["留言编号"]] = (text, row["留言用户"], time)
    return found


def trigrams(text):
    kept = re.sub(r"[\W_]+", "", text).lower()
    return {kept[at : at + 3] for at in range(len(kept) - 2)} or {kept}


def test_at_least_three_hundred_pairs_each_once_over_the_bands(gold):
    assert len(gold) >= 300
    assert len({(r["file"], *sorted((r["id1"], r["id2"]))) for r in gold}) == len(gold)
    assert len({tuple(sorted((r["sha256_1"], r["sha256_2"]))) for r in gold}) >= len(gold)
    assert Counter(row["band"] for row in gold) == BANDS


def test_cells_hold_ids_sums_and_labels_but_never_a_text(gold):
    for row in gold:
        assert row["file"] in FILES and row["label"] in LABELS, row
        assert row["writer"] in ("same", "other", "unknown"), row
        assert row["doubtful"] in ("true", "false"), row
        assert all(re.fullmatch(r"t?\d{1,6}", row[f"id{n}"]) for n in (1, 2)), row
        assert all(re.fullmatch("[0-9a-f]{64}", row[f"sha256_{n}"]) for n in (1, 2)), row
        assert row["id1"] != row["id2"], row


def test_no_message_is_in_more_than_two_pairs(gold):
    used = Counter((row["file"], row[f"id{n}"]) for row in gold for n in (1, 2))
    assert max(used.values()) <= 2


def test_the_same_letters_are_the_same_case(gold):
    equal = [row for row in gold if row["sha256_1"] == row["sha256_2"]]
    assert equal and {row["label"] for row in equal} == {"same_case"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_guides_give_the_counts_of_the_file(gold, guide):
    text = guide.read_text()
    cells = Counter((row["band"], row["label"]) for row in gold)
    for band, drawn in BANDS.items():
        counts = " | ".join(str(cells[band, label]) for label in LABELS)
        assert f"| `{band}` | {counts} | {drawn} |" in text
    doubtful = Counter(row["label"] for row in gold if row["doubtful"] == "true")
    for label, count in doubtful.items():
        assert f"{count} `{label}`" in text or f"`{label}` {count}" in text


def test_the_texts_are_those_that_were_judged(gold, texts):
    for row in gold:
        for n in (1, 2):
            text = texts[row["file"], row[f"id{n}"]][0]
            assert hashlib.sha256(text.encode()).hexdigest() == row[f"sha256_{n}"], row


def test_the_first_of_a_pair_is_the_earlier_and_the_writer_is_as_in_the_data(gold, texts):
    for row in gold:
        (_, user1, time1), (_, user2, time2) = (texts[row["file"], row[f"id{n}"]] for n in (1, 2))
        assert time1 <= time2, row
        known = "same" if user1 == user2 else "other"
        assert row["writer"] == (known if user1 else "unknown"), row


def test_every_pair_lies_in_its_band(gold, texts):
    for row in gold:
        one, two = (trigrams(texts[row["file"], row[f"id{n}"]][0]) for n in (1, 2))
        alike = len(one & two) / len(one | two)
        if row["band"] == "names":
            assert 0.03 <= alike < 0.1, row
        elif row["band"] == "random":
            assert alike < 0.1, row
        else:
            low = int(row["band"][2])
            assert min(9, int(alike * 10)) == low, row
