"""A limit on work whose size somebody else's text decides, in processor time of this thread: other work on the machine does
not count against it.

    try:
        with within(0.1):
            ...                 # calls check() between its steps
    except TooSlow:
        ...                     # do something simpler
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter, thread_time

# By the wall clock, which is cheap to ask and never slower, and by the processor's, which the system has to be asked for.
_until: ContextVar[tuple[float, float] | None] = ContextVar("until", default=None)


class TooSlow(Exception):
    """The time is up."""


@contextmanager
def within(seconds: float) -> Iterator[bool]:
    """Let `check` raise TooSlow once what is done in this block has taken so long. Within another limit that one holds; gives
    whether it is this one."""
    token = None if _until.get() is not None else _until.set((perf_counter() + seconds, thread_time() + seconds))
    try:
        yield token is not None
    finally:
        if token is not None:
            _until.reset(token)


def check() -> None:
    """Raise TooSlow if there is a limit and it has passed."""
    until = _until.get()
    if until is not None and perf_counter() > until[0] and thread_time() > until[1]:
        raise TooSlow
