"""A new city's pack: small, complete, commented; it can be checked and loaded at once."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from qifu.base.packs.files import CITIES, CodeList, read_files
from qifu.base.packs.schemas import HIDDEN, write_schemas
from qifu.base.packs.vocabulary import LANGUAGES
from qifu.base.packs.writing import NotEmpty
from qifu.rulebook.codes import strip_region
from qifu.rulebook.findings import Finding, RuleError

__all__ = ["NotEmpty", "Wrong", "new_pack"]

_OWN: Final = Path(__file__).with_name("starter_files")
# Where the long documents that name no city are taken from as they stand.
_PATTERN: Final = CITIES / "shenzhen_demo"
# What they are for, in the order in which they are filled in.
_COPIED: Final[Mapping[str, tuple[str, str]]] = {
    "roles": (
        "角色：谁可以做什么。多数城市不用改，may 里只能写软件认识的权限。",
        "Roles: who may do what. Most cities keep them; `may` holds permissions that Qifu knows.",
    ),
    "notices": (
        "消息：系统发给企业和部门的话。花括号里的词由系统填写，两种语言要一致。",
        "Messages to firms and units. Words in braces are filled in, the same in both languages.",
    ),
    "attributes": (
        "属性目录：可以知道企业的哪些情况、怎么问、以哪个来源为准。先照用，以后再增减。",
        "The catalogue: what can be known of a firm, how it is asked, which source counts.",
    ),
    "derived": (
        "推算：哪些情况可以由别的情况推出来。",
        "What follows from other facts, where no source says it.",
    ),
    "matters": (
        "事项：企业来反映的事有哪几类，企业会用哪些词。按本市的事项清单增减。",
        "Matters: what firms bring, and the words they use for it.",
    ),
    "reply_templates": (
        "答复的写法：方括号里的由承办人填写。",
        "Texts that a reply may begin with; officers fill in what stands in brackets.",
    ),
}
_SINGLE: Final = (
    "pack", "units", "appeals", "dispatch", "clocks", "scope", "answers", "channels", "zones",
    "synonyms",
)  # fmt: skip
_ID: Final = re.compile(r"[a-z][a-z0-9_]{1,31}")
_LAWS: Final = re.compile(r"(?m)^(  law: )\[([^\]]*)\]")
_SLOT: Final = re.compile(r"\{\{(\w+)\}\}")


class Wrong(RuleError):
    """What was asked for cannot be a city."""


def new_pack(
    folder: Path,
    *,
    id: str,
    name: str,
    name_en: str,
    region: str,
    languages: Sequence[str] = LANGUAGES,
    today: date | None = None,
) -> list[Path]:
    """Write the pack into a new or empty folder; gives its files in the order to fill them in.

    NotEmpty for a folder that holds anything, Wrong with every mistake in what was given. `today`
    stands where something was checked last; without it on the first day of the examples.
    """
    regions = read_files(CITIES / "national").codes["region"]
    _check(id, name, name_en, region, languages, regions)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    slots = _slots(id, name, name_en, region, languages, regions, today or date(2026, 1, 1))
    written = []
    for kind in _SINGLE:
        if kind == "zones" and not slots["zone_region"]:
            continue
        written.append(_write(folder, f"{kind}.yaml", kind, _filled(f"{kind}.yaml", slots)))
        if kind == "units":
            written += [_write(folder, f"{one}.yaml", one, _copied(one)) for one in _COPIED]
    code = slots["ID"] + "-001"
    policy, case = _filled("policy.yaml", slots), _filled("case.yaml", slots)
    written.append(_write(folder, f"policies/{code}.yaml", "policy", policy))
    written.append(_write(folder, f"policies/cases/{code}.yaml", "cases", case))
    for place in sorted((_PATTERN / "codes").glob("*.csv")):
        written.append(_put(folder / "codes" / place.name, place.read_text(encoding="utf-8")))
    write_schemas(folder / HIDDEN)
    return written


def _check(
    id: str, name: str, name_en: str, region: str, languages: Sequence[str], regions: CodeList
) -> None:
    findings = []
    if not _ID.fullmatch(id):
        message = "small letters, digits and _ only, 2 to 32, a letter first"
        findings.append(Finding("id", "--id", message, id, "my_city"))
    for option, value in (("--name", name), ("--name-en", name_en)):
        if not value.strip():
            findings.append(Finding("text", option, "must be text that is not empty", value))
    if not {region, strip_region(region)} & {row.code for row in regions.rows}:
        message = "no such region: correct the code"
        allowed = "a code of cities/national/codes/region.csv, 440300"
        findings.append(Finding("reference", "--region", message, region, allowed))
    if tuple(languages) not in (("zh",), ("zh", "en")):
        allowed = "zh or zh,en"
        message = "the pages have texts in these only, Chinese first"
        findings.append(Finding("language", "--languages", message, ",".join(languages), allowed))
    if findings:
        raise Wrong(findings)


def _slots(
    id: str,
    name: str,
    name_en: str,
    region: str,
    languages: Sequence[str],
    regions: CodeList,
    today: date,
) -> dict[str, str]:
    """What fills {{…}}; texts in quotes, so that no name can break a file."""
    short = strip_region(region)
    below = next(
        (
            row
            for row in regions.rows
            if row.code.startswith(short) and len(row.code) == 6 > len(short)
        ),
        None,
    )
    zone = below.name_zh if below else ""
    zone_en = (below.name_en or below.name_zh) if below else ""
    quoted = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "site": f"企服 · {name.strip()}",
        "site_en": f"Qifu · {name_en.strip()}",
        "zone": zone,
        "zone_en": zone_en,
        "zone_site": f"企服 · {zone}",
        "zone_site_en": f"Qifu · {zone_en}",
    }
    return {
        "id": id,
        "ID": re.sub("[^A-Z0-9]", "", id.upper())[:12],
        "region": region,
        "region_short": short,
        "languages": ", ".join(languages),
        "zone_region": below.code if below else "",
        "today": today.isoformat(),
        **{key: json.dumps(text, ensure_ascii=False) for key, text in quoted.items()},
    }


def _filled(file: str, slots: Mapping[str, str]) -> str:
    text = (_OWN / file).read_text(encoding="utf-8")
    return _SLOT.sub(lambda found: slots[found[1]], text)


def _copied(kind: str) -> str:
    """A long document that names no city, with a head of its own in place of the pattern's."""
    text = (_PATTERN / f"{kind}.yaml").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    body = "".join(lines)
    if kind == "matters":
        known = set(read_files(CITIES / "national").laws)
        body = _LAWS.sub(lambda found: found[1] + _national(found[2], known), body)
    return "".join(f"# {line}\n" for line in _COPIED[kind]) + body


def _national(laws: str, known: set[str]) -> str:
    kept = [law for law in (part.strip() for part in laws.split(",")) if law in known]
    return f"[{', '.join(kept)}]"


def _write(folder: Path, file: str, schema: str, text: str) -> Path:
    up = "../" * file.count("/")
    head = f"# yaml-language-server: $schema={up}{HIDDEN}/{schema}.json\n"
    return _put(folder / file, head + text)


def _put(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\n")
    return place
