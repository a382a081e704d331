"""How a turn ended: every row of the table."""

from __future__ import annotations

import pytest

from chatgui.core.errors import Interrupted, Kind, NotReached
from chatgui.wire.outcome import Facts, verdict

BROKEN = Interrupted("The connection broke.", code="broken")


@pytest.mark.parametrize("broken", [None, BROKEN])
@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("finish", [None, "stop", "length"])
@pytest.mark.parametrize("failed", [False, True])
def test_with_content(failed: bool, finish: str | None, done: bool, broken: Interrupted | None) -> None:
    error = verdict(Facts(True, finish, done, failed, broken), "h")
    if failed or finish or done:
        assert error is None  # finished, or failed by an error the stream itself told
    else:
        assert error is not None
        assert error.kind is Kind.INTERRUPTED
        assert (error.code == "broken") == (broken is not None)


@pytest.mark.parametrize(
    ("facts", "kind", "code"),
    [
        (Facts(False, None, True, False), Kind.PROTOCOL, "empty"),
        (Facts(False, "stop", True, False), Kind.PROTOCOL, "empty"),
        (Facts(False, None, False, False), Kind.PROTOCOL, "empty"),
        (Facts(False, "length", True, False), Kind.PROTOCOL, "empty_length"),
        (Facts(False, "content_filter", True, False), Kind.CONTENT_REFUSED, "content_filter"),
        (Facts(False, None, False, False, BROKEN), Kind.INTERRUPTED, "broken"),
        (Facts(False, None, False, False, None, 1, "what"), Kind.PROTOCOL, "not_understood"),
    ],
)
def test_an_empty_answer_is_never_shown_as_one(facts: Facts, kind: Kind, code: str) -> None:
    error = verdict(facts, "h")
    assert error is not None
    assert (error.kind, error.code) == (kind, code)


def test_an_error_the_stream_told_is_not_told_twice() -> None:
    assert verdict(Facts(False, None, False, True), "h") is None


def test_what_kept_us_waiting_is_told() -> None:
    error = verdict(Facts(True, None, False, False, NotReached("gone")), "h")
    assert error is not None
    assert error.message == "gone"
