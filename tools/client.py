"""`make client`: the OpenAPI document of this code, and a typed Python client made from it.

No server and no network: build/openapi.json is written from the code, build/qifu_client is a
project that `pip install build/qifu_client` installs.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PACKAGE = "qifu_client"


def write_document(place: Path) -> None:
    """The document in English, as the server gives it for Accept-Language: en."""
    import django
    from django.utils import translation

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    django.setup()

    from qifu.api import routes
    from qifu.api.document import document

    assert routes.urlpatterns  # the routers are mounted by their import
    with translation.override("en"):
        text = json.dumps(document(), ensure_ascii=False, indent=1)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def make_client(document: Path, place: Path) -> Path:
    """Write the client's project into `place`, anew; gives the folder of its package.

    CalledProcessError where the generator does not understand something of the document.
    """
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run(
        [
            Path(sys.prefix, "bin", "openapi-python-client"), "generate", "--path", document,
            "--config", Path(__file__).with_suffix(".yaml"), "--meta", "setup",
            "--output-path", place, "--fail-on-warning",
        ],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return place / PACKAGE


def main() -> int:
    """Write both; say where they are."""
    document = BUILD / "openapi.json"
    write_document(document)
    try:
        make_client(document, BUILD / PACKAGE)
    except subprocess.CalledProcessError as error:
        print(error.stdout, error.stderr, sep="\n", file=sys.stderr)
        return 1
    print(f"{document.relative_to(ROOT)}\npip install {BUILD.relative_to(ROOT) / PACKAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
