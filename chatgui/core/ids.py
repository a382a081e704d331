"""Identifiers of conversations, messages and accounts."""

from __future__ import annotations

import os
import time


def new_id() -> str:
    """A new identifier: 12 hex digits of Unix milliseconds, then 12 random ones, so that ids sort by time of making."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(6).hex()}"
