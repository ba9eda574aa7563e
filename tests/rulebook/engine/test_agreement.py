"""Proof that everything that judges says the same: case by case, over random worlds.

A case is one policy against one firm. QIFU_CASES=1000000 (`make prove`) compares a million.
"""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.rulebook.engine.agreement import ENGINES, Asked, differences
from tests.rulebook.worlds import World, worlds

CASES = int(os.environ.get("QIFU_CASES", "10000"))
# hypothesis begins with simple worlds: few cases are spread over more of them
POLICIES, FIRMS = (12, 36) if CASES < 100_000 else (24, 96)
# what is found is one policy and one firm: to make the world around them smaller would take minutes
EVERY = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate],
)


@pytest.fixture(scope="module", autouse=True)
def _no_wait_for_the_disk() -> Iterator[None]:
    """An index for each world; nobody needs it after a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qifu.rulebook.engine.index.store.os.fsync", lambda descriptor: None)
        patch.setattr("qifu.rulebook.engine.index.store.Mapped.flush", lambda self: None)
        yield


def test_every_engine_agrees_with_the_reference_in_every_case() -> None:
    compared, said = 0, dict.fromkeys(("none", "near", "maybe", "eligible"), 0)
    begun = time.monotonic()

    @settings(EVERY, max_examples=-(-CASES // (POLICIES * FIRMS)))
    @given(worlds(POLICIES, FIRMS))
    def agree(world: World) -> None:
        nonlocal compared
        asked = Asked(world)
        assert next(differences(asked), None) is None
        compared += POLICIES * FIRMS
        if compared % (20 * POLICIES * FIRMS) == 0:
            print(f"{compared:,} cases, {time.monotonic() - begun:,.0f} s", flush=True)
        for row in asked.expected:
            for word in row:
                said[word] += 1

    agree()
    print(f"{compared:,} cases over {len(ENGINES) + 1} engines, no difference: {said}")
    assert compared >= CASES
    # no verdict is so rare that little was compared
    assert min(said.values()) > CASES / 50, said
