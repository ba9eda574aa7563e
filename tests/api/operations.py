"""The operations of the API as its document tells them, for tests that go over all of them."""

import json
from dataclasses import dataclass
from typing import Any

from qifu.api import routes
from qifu.api.document import document


@dataclass(frozen=True)
class Operation:
    """One operation: where it is, what it needs, what it is sent."""

    id: str
    method: str
    path: str
    scope: str
    body: Any
    form: bool
    told: dict[str, Any]

    def at(self, **values: object) -> str:
        """Its address with the parts of its path filled in, and what it must be asked with."""
        found = self.path
        for name, value in values.items():
            found = found.replace("{" + name + "}", str(value))
        query = [
            f"{p['name']}={p['example']}"
            for p in self.told["parameters"]
            if p["in"] == "query" and p["required"]
        ]
        return found + ("?" + "&".join(query) if query else "")

    @property
    def placed(self) -> list[str]:
        """The names in its path."""
        return [p["name"] for p in self.told["parameters"] if p["in"] == "path"]

    def __str__(self) -> str:
        return self.id


def operations() -> list[Operation]:
    """Every operation of the document."""
    assert routes.urlpatterns  # the routers are mounted when it is read
    found = []
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            content = told.get("requestBody", {}).get("content", {})
            kind, sent = next(iter(content.items()), ("", {}))
            body = json.loads(json.dumps(sent.get("example")))
            found.append(
                Operation(
                    told["operationId"], method.upper(), path, told["x-scope"], body,
                    kind.startswith("multipart"), told,
                )
            )  # fmt: skip
    return found
