"""When to try again, and how long to wait."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from chatgui.core.errors import (
    AuthenticationError,
    ChatError,
    Interrupted,
    NotReached,
    QuotaExceeded,
    RateLimited,
    TlsFailed,
    Unavailable,
)
from chatgui.wire.retry import Bucket, Phase, backoff, duration, retry_after, wait_before_retry

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after-ms": "660"}, "", 0.66),
        ({"retry-after-ms": "0", "retry-after": "1"}, "", 1),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, "", 30),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, "", 0),
        ({"retry-after": "86400"}, "", 86400),
        ({"retry-after": "90s"}, "", 90),
        ({"retry-after": "1m30s"}, "", 90),
        ({"retry-after": "120, 120"}, "", 120),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-1"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({}, "Rate limit reached. Please try again in 6.239999999s. Need more?", 6.239999999),
        ({}, "Please try again in 6m0s.", 360),
        ({}, "Please retry after 60 seconds.", 60),
        ({}, "try again in 340ms", 0.34),
        ({}, "try again later", None),
        ({"retry-after": "3"}, "try again in 9s", 3),
    ],
)
def test_how_long_the_server_asks_us_to_wait(headers: dict[str, str], message: str, seconds: float | None) -> None:
    assert retry_after(headers, message, now=lambda: NOW) == (
        None if seconds is None else pytest.approx(seconds, abs=0.01)
    )


def test_durations() -> None:
    assert duration("1h2m3s") == 3723
    assert duration("1 minute 5 seconds") == 65
    assert duration("tomorrow") is None


def refused(status: int, **more: float) -> ChatError:
    return Unavailable("no", status=status, **more)  # type: ignore[arg-type]  # only retry_after


@pytest.mark.parametrize(
    ("status", "retries"),
    [
        (408, 2),
        (409, 1),
        (425, 2),
        (429, 2),
        (500, 1),
        (502, 2),
        (503, 2),
        (504, 2),
        (529, 2),
        (400, 0),
        (404, 0),
        (422, 0),
        (501, 0),
    ],
)
def test_how_often_a_refusal_is_tried_again(status: int, retries: int) -> None:
    allowed = [wait_before_retry(refused(status), Phase.REFUSED, count, 0) is not None for count in range(4)]
    assert allowed == [count < retries for count in range(4)]


@pytest.mark.parametrize("phase", [Phase.SENT, Phase.STARTED])
@pytest.mark.parametrize("error", [refused(503), NotReached("x"), Interrupted("x")])
def test_what_may_have_been_billed_is_not_sent_again(phase: Phase, error: ChatError) -> None:
    assert wait_before_retry(error, phase, 0, 0) is None


@pytest.mark.parametrize(
    "error", [QuotaExceeded("x", status=429), AuthenticationError("x", status=401), TlsFailed("x")]
)
def test_what_no_retry_can_mend(error: ChatError) -> None:
    for phase in Phase:
        assert wait_before_retry(error, phase, 0, 0) is None


def test_nobody_there_yet() -> None:
    assert wait_before_retry(NotReached("x"), Phase.NOTHING_SENT, 0, 0) is not None
    assert wait_before_retry(NotReached("x"), Phase.NOTHING_SENT, 2, 0) is None
    assert wait_before_retry(NotReached("x"), Phase.NOTHING_SENT, 0, 0, loopback=True) is None
    assert wait_before_retry(NotReached("x", retryable=False), Phase.NOTHING_SENT, 0, 0) is None


def test_a_kept_connection_that_had_died_is_replaced_once_and_at_once() -> None:
    assert wait_before_retry(NotReached("x"), Phase.STALE, 0, 0) == 0
    assert wait_before_retry(NotReached("x"), Phase.STALE, 1, 0) == 0
    assert wait_before_retry(NotReached("x"), Phase.STALE, 0, 0, resent=True) is None


def test_the_server_s_time_is_kept_to_up_to_a_minute() -> None:
    assert wait_before_retry(RateLimited("x", status=429, retry_after=7), Phase.REFUSED, 0, 0) == 7
    assert wait_before_retry(RateLimited("x", status=429, retry_after=60), Phase.REFUSED, 0, 0) == 60
    assert wait_before_retry(RateLimited("x", status=429, retry_after=61), Phase.REFUSED, 0, 0) is None


def test_the_server_s_word_wins() -> None:
    assert wait_before_retry(refused(503), Phase.REFUSED, 0, 0, should_retry=False) is None
    assert wait_before_retry(refused(400), Phase.REFUSED, 0, 0, should_retry=True) is not None
    assert wait_before_retry(QuotaExceeded("x", status=429), Phase.REFUSED, 0, 0, should_retry=True) is None


def test_backoff_grows_to_a_ceiling_with_jitter() -> None:
    assert [backoff(count, lambda: 1.0) for count in range(6)] == [1, 2, 4, 8, 8, 8]
    assert 0 < backoff(0, lambda: 0.0) < backoff(0, lambda: 1.0)


def test_all_waiting_of_our_own_is_bounded() -> None:
    assert wait_before_retry(refused(503), Phase.REFUSED, 1, 19.9, rng=lambda: 1.0) is None


def test_when_everything_fails_retrying_stops() -> None:
    clock = [time.monotonic()]
    bucket = Bucket(clock=lambda: clock[0])
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    clock[0] += 60
    assert [bucket.take(), bucket.take()] == [True, False]
    bucket.success()
    assert bucket.take()
