"""Every text of the pages has English, and no Chinese goes past the translation."""

import re

import pytest

from tools import messages, strays

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]")
HOLDS = re.compile(r"%\(\w+\)s|\{\w*\}|</?[a-z]+|%[sd]")


def texts():
    """(Chinese, English) of every text, plural forms one by one."""
    for message in messages.stored():
        if not message.id:
            continue
        several = isinstance(message.id, tuple)
        chinese = message.id if several else (message.id,)
        english = message.string if several else (message.string,)
        yield from zip(chinese, english, strict=True)


def test_every_text_has_english():
    assert messages.missing() == []


def test_no_english_text_has_chinese_or_its_punctuation_in_it():
    assert [english for _zh, english in texts() if CHINESE.search(english)] == []


def test_what_is_filled_in_and_marked_up_is_the_same_in_both_languages():
    assert [
        (chinese, english)
        for chinese, english in texts()
        if sorted(HOLDS.findall(chinese)) != sorted(HOLDS.findall(english))
    ] == []


def test_english_is_set_as_it_is_printed():
    """One space between words, curly apostrophes and quotation marks, where no code is quoted."""
    wrong = re.compile(r"\S  \S|\w'\w|(?<![=\w{(\[])\"[A-Za-z]|\b(\w+) \1\b(?<!that that)|\w ,")
    said = [english for _zh, english in texts() if "<code>" not in english]
    assert [one for one in said if wrong.search(one)] == []


def test_a_label_and_a_sentence_end_alike_in_both_languages():
    """A Chinese sentence ends with a full stop and so does its English; a label has neither."""
    wrong = [
        (chinese, english)
        for chinese, english in texts()
        if chinese.endswith("。") and len(chinese) > 1 and english[:1].isupper()
        and not english.rstrip().endswith((".", "?", "!", "”", ")"))
    ]  # fmt: skip
    assert wrong == []


def test_no_chinese_goes_past_the_translation():
    found = [f"{one.path}:{one.line} {one.name}: {one.text}" for one in strays.strays()]
    assert found == []


def test_what_may_stay_chinese_is_still_there():
    assert strays.idle() == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise Refused("不行")', ["不行"]),
        ('raise Refused(_("不行"))', []),
        ('raise Refused(_now("不行 %(n)s") % {"n": 1})', []),
        ('pair = ("不行", "Not possible")', []),
        ('pair = {"zh": "不行", "en": "Not possible"}', []),
        ('word = "Yes" if english else "是"', []),
        ('words = Words(f"第 {n} 项", f"item {n}")', []),
        ('note = f"共 {n} 项"', ["共 ", " 项"]),
        ('def f():\n    """一句说明"""', []),
        ('log("不能写 · cannot be written")', []),
        ('field = Field(examples=["示例"])', []),
        ("row = [1, '、', 'x']", []),
    ],
)
def test_a_bare_literal_is_found(source, found):
    assert [one.text for one in strays.of_python(source, "x.py")] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{% trans '企业' %}</p>", []),
        ("<p>企业</p>", ["<p>企业</p>"]),
        ("{% blocktrans %}企业{% endblocktrans %}{# 企业 #}{% comment %}企业{% endcomment %}", []),
        ("{% include 'a.html' with title=_('企业') %}", []),
        ("{% include 'a.html' with title='企业' %}", ["include 'a.html' with title='企业'"]),
        ("{{ name|default:'企业' }}", ["name|default:'企业'"]),
        ("{% blocktrans %}a{% endblocktrans %}企业", ["企业"]),
    ],
)
def test_a_bare_text_in_a_template_is_found(source, found):
    assert [one.text for one in strays.of_template(source, "x.html")] == found
