"""Kill -9 at random moments: nothing finished is lost, nothing is damaged, at most 250 ms of streamed text are gone.

First it is shown that the judge notices programs that are wrong on purpose.
"""

from __future__ import annotations

import pytest

from tests.store import kill


@pytest.mark.timeout(300)
def test_thirty_kills() -> None:
    verdict = kill.main(30, 1, migrations=0.2)
    assert verdict.good, verdict
    assert verdict.kills == 30


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_kills() -> None:
    verdict = kill.main(1000, 2)
    print(verdict)
    assert verdict.good, verdict


@pytest.mark.timeout(300)
def test_the_judge_notices_text_that_is_not_appended() -> None:
    verdict = kill.main(12, 3, broken="unflushed", migrations=0)
    assert verdict.worst_tail_ms > 250
    assert not verdict.good


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_judge_notices_what_is_said_to_be_kept_too_early() -> None:
    verdict = kill.main(100, 4, broken="early", migrations=0)
    assert verdict.lost + verdict.altered > 0, verdict


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_judge_notices_a_migration_in_steps() -> None:
    verdict = kill.main(60, 5, broken="stepwise", migrations=1)
    assert verdict.half_migrated + verdict.unclean_starts > 0, verdict
