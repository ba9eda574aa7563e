"""The one settings file. What differs between deployments comes from qifu.config.env."""

from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from qifu.config.env import ROOT, read_environment

environment = read_environment()

BASE_DIR = ROOT
SECRET_KEY = environment.secret_key
DEBUG = False
ALLOWED_HOSTS = environment.hosts
QIFU_DEMO = environment.demo
QIFU_CITY = environment.city
QIFU_VAR = environment.var
QIFU_INDEX = QIFU_VAR / "index"
QIFU_FACTS = QIFU_VAR / "facts"
QIFU_CLAMD = environment.clamd
QIFU_TRIAGE_MODEL = environment.triage_model
QIFU_EMBEDDINGS = environment.embeddings
QIFU_WEBHOOK_PRIVATE = environment.webhook_private
QIFU_EVENT_DAYS = environment.event_days

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "csp",
    "axes",
    "qifu.base",
    "qifu.accounts",
    "qifu.notices",
    "qifu.organisations",
    "qifu.knowledge",
    "qifu.appeals",
    "qifu.policies",
    "qifu.web",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "qifu.api.middleware.ApiFrame",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qifu.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qifu.web.middleware.WhoIsAsking",
    "qifu.web.middleware.RefusalsBecomePages",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "qifu.config.urls"
WSGI_APPLICATION = "qifu.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qifu.web.context.site",
            ],
            "builtins": ["qifu.web.templatetags.qifu"],
        },
    }
]


def _database() -> dict[str, Any]:
    found = dict(environment.database)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: writers queue at the start instead of failing half-way;
        # WAL lets readers go on meanwhile.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        # a file, as in life: threads of a test see one database with its real locks
        found["TEST"] = {"NAME": environment.var / "test.sqlite3"}
    else:
        found["CONN_MAX_AGE"] = 60
        found["CONN_HEALTH_CHECKS"] = True
        # compiling a query of many parts takes longer than running it: figures of 100,000 cases
        # took 14 s with it and 3 s without
        found["OPTIONS"] = {"options": "-c jit=off", **found.get("OPTIONS", {})}
    return found


DATABASES = {"default": _database()}

# sign-in
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "qifu.adapters.sign_in.PasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "after-sign-in"
LOGOUT_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "qifu.web.accounts.views.locked_out"
AXES_IPWARE_PROXY_COUNT = environment.proxies
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_DOMAIN = environment.cookie_domain or None
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not environment.insecure
CSRF_COOKIE_SECURE = not environment.insecure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "qifu.web.views.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if environment.insecure else 31536000
SECURE_SSL_REDIRECT = not environment.insecure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# programs: docs/decisions/0015-api.md says why these figures
QIFU_API_TOKEN_DAYS = 366  # the longest life of a token: somebody looks at each once a year
QIFU_API_PER_MINUTE = environment.api_per_minute
QIFU_API_FAILED_PER_MINUTE = 30  # wrong tokens from one address
QIFU_API_ANSWER_DAYS = 3  # answers are kept for an Idempotency-Key

# language, time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "src" / "qifu" / "web" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["qifu.web.formats"]

# static files and uploads
STATIC_URL = "static/"
STATIC_ROOT = ROOT / "assets" / "static"
STATICFILES_DIRS = [path for path in [ROOT / "assets" / "vendor"] if path.exists()]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": environment.var / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
