"""Power cuts with lost and torn writes: nothing that was acknowledged is lost. Needs a C compiler; Linux."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.store import powercut

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs a C compiler and LD_PRELOAD"
)


@pytest.mark.timeout(120)
def test_sixty_power_cuts() -> None:
    verdict = powercut.main(60, 1, seconds=2)
    assert verdict.good, verdict


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_thousand_power_cuts() -> None:
    verdict = powercut.main(2000, 2)
    print(verdict)
    assert verdict.good, verdict


@pytest.mark.timeout(120)
def test_the_judge_notices_a_disk_that_ignores_syncs() -> None:
    verdict = powercut.main(12, 3, honest=False, seconds=1.5)
    assert verdict.lost + verdict.corrupt > 0, verdict


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_judge_notices_final_states_that_are_not_synced() -> None:
    verdict = powercut.main(100, 4, broken="normal")
    assert verdict.lost + verdict.altered > 0, verdict
    assert verdict.corrupt == 0, "WAL keeps the file sound all the same"
