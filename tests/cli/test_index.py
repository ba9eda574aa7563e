"""`qifu index`: what it says of itself, checked, built anew."""

import numpy as np
import pytest

from qifu.jobs.live_index import held_index, index_folder
from qifu.organisations.models import Enterprise
from tests.cli.running import run

pytestmark = pytest.mark.usefixtures("demo_city")


def test_status_says_so_where_there_is_none():
    done = run("index", "status")
    assert done.exit_code == 1
    assert "no index" in done.output


def test_it_is_built_and_told_and_agrees():
    done = run("index", "rebuild")
    assert done.exit_code == 0, done.output
    assert f"{Enterprise.objects.count()} 家企业" in done.output
    done = run("index", "status")
    assert done.exit_code == 0, done.output
    assert str(index_folder()) in done.output
    assert run("index", "check").output == "没有不一致 · nothing disagrees\n"


def test_a_check_names_what_disagrees_and_builds_it_anew(demo_city):
    run("index", "rebuild")
    with held_index(demo_city) as index:
        index._table.bits.matrix[3:] ^= np.uint64(2**64 - 1)
        index.save()
    done = run("index", "check", "--firms", 200)
    assert done.exit_code == 1
    assert "built anew" in done.output
    assert run("index", "check", "--firms", 200).exit_code == 0


def test_while_another_process_holds_it_nothing_is_done(demo_city, monkeypatch):
    run("index", "rebuild")
    monkeypatch.setattr("qifu.jobs.live_index.build_index.__kwdefaults__", {"patience": 0.0})
    with held_index(demo_city):
        done = run("index", "rebuild")
    assert (done.exit_code, "another process" in done.output) == (1, True)
