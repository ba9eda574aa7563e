"""What notices call attributes and values: read from the catalogue, and refused where wrong."""

import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError


def catalogue(**row: object) -> Catalogue:
    return Catalogue.from_document({"attributes": {"titles": {"type": "set", **row}}})


def test_words_of_an_attribute_and_of_its_values_are_read():
    read = catalogue(words=["称号"], value_words={"star": ["星火企业", "星火"]}).attributes[
        "titles"
    ]
    assert read.words == ("称号",)
    assert read.value_words == (("star", ("星火企业", "星火")),)


@pytest.mark.parametrize(
    "row",
    [
        {"words": "称号"},
        {"words": ["称"]},
        {"words": [3]},
        {"value_words": ["称号"]},
        {"value_words": {"star": "星火"}},
        {"type": "flag", "value_words": {"star": ["星火"]}},
    ],
)
def test_wrong_words_are_refused(row):
    with pytest.raises(RuleError) as refused:
        catalogue(**row)
    assert {finding.code for finding in refused.value.findings} == {"words"}
