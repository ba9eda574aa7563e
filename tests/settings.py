"""The settings of the tests: the real ones, in a demo, in a folder of their own."""

import os
from tempfile import mkdtemp

os.environ.setdefault("QIFU_DEMO", "1")
os.environ.setdefault("QIFU_VAR", mkdtemp(prefix="qifu-test-"))
os.environ.setdefault("QIFU_SECRET_KEY", "only-for-tests")

from qifu.config.settings import *  # noqa: F403

# the real hasher is slow on purpose; hundreds of made-up people need none of that
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# the processes of one run share QIFU_VAR, and each has a database of its own: so an index and facts
QIFU_INDEX = QIFU_VAR / f"index{os.environ.get('PYTEST_XDIST_WORKER', '')}"  # noqa: F405
QIFU_FACTS = QIFU_VAR / f"facts{os.environ.get('PYTEST_XDIST_WORKER', '')}"  # noqa: F405
