"""Lint policies: what is wrong, and what is allowed but looks like a mistake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from qifu.rulebook.gather import line_of
from qifu.rulebook.operators import AGE
from qifu.rulebook.policy import Policy, read_policies


@dataclass(frozen=True)
class Checked:
    """What a check found. With an error nothing may be published; a warning is worth a look."""

    policies: tuple[Policy, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def check_documents(
    documents: Sequence[Document], catalogue: Catalogue, *, on: date | None = None
) -> Checked:
    """Read every document and look at them together; `on` is the day for what has expired."""
    policies, errors = read_policies(documents, catalogue)
    # what cannot be read still has an id that others may exclude
    ids = {d.data.get("id") for d in documents if isinstance(d.data, dict)}
    places = {id(document.data): document for document in documents}
    warnings: list[Finding] = []

    def warn(policy: Policy, code: str, path: str, message: str, found: object = None) -> None:
        document = places[id(policy.document)]
        line = line_of(path, document.lines) or document.lines.get("")
        warnings.append(Finding(code, path, message, found, "", document.file, line))

    for policy in policies:
        for i, other in enumerate(policy.excludes):
            if other not in ids:
                warn(policy, "excludes", f"excludes[{i}]", "no policy with this id here", other)
        if on is not None and policy.effective_to is not None and policy.effective_to < on:
            message = f"no longer in force on {on}"
            warn(policy, "expired", "effective.to", message, policy.effective_to.isoformat())
        for group in policy.groups:
            for atom in group.atoms():
                if atom.at != "as_of" and atom.years is None and atom.op not in AGE:
                    message = "has no effect: this condition looks at no day"
                    warn(policy, "at", f"{atom.path}.at", message, atom.at)
    for policy, other_policy in _overlapping(policies):
        message = f"in force together with version {other_policy.version}: the higher one counts"
        warn(policy, "overlap", "effective", message, f"version {policy.version}")
    return Checked(policies, errors, tuple(warnings))


def _overlapping(policies: Sequence[Policy]) -> list[tuple[Policy, Policy]]:
    """Pairs of versions of one policy that are in force on the same day."""
    versions: dict[str, list[Policy]] = {}
    for policy in policies:
        versions.setdefault(policy.id, []).append(policy)
    return [
        (one, other)
        for same in versions.values()
        for i, one in enumerate(same)
        for other in same[i + 1 :]
        if one.version != other.version and _meet(one, other)
    ]


def _meet(one: Policy, other: Policy) -> bool:
    starts = max(p.effective_from or date.min for p in (one, other))
    return starts <= min(p.effective_to or date.max for p in (one, other))
