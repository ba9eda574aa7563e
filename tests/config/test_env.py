"""What the environment may say of hosts that share one sign-in."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from qifu.config.env import read_environment


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QIFU_VAR", str(tmp_path))


@pytest.mark.parametrize("said", ["example.org", ".example.org", "Example.org"])
def test_hosts_of_one_domain_share_the_sign_in(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("QIFU_HOSTS", "qifu.example.org,nanshan.example.org")
    monkeypatch.setenv("QIFU_COOKIE_DOMAIN", said)
    assert read_environment().cookie_domain == "example.org"


def test_without_a_domain_each_host_has_its_own_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIFU_HOSTS", "qifu.example.org,other.example.net")
    assert read_environment().cookie_domain == ""


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        ("qifu.example.org,nanshan.example.net", "example.org"),
        ("badexample.org", "example.org"),
        ("localhost", "localhost"),
    ],
)
def test_a_domain_that_a_host_is_not_in_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, hosts: str, said: str
) -> None:
    monkeypatch.setenv("QIFU_HOSTS", hosts)
    monkeypatch.setenv("QIFU_COOKIE_DOMAIN", said)
    with pytest.raises(ImproperlyConfigured, match="QIFU_HOSTS"):
        read_environment()
