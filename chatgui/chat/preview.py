"""What a request will be, before it is one: made by the same code that makes it."""

from __future__ import annotations

import re
from typing import Any

from chatgui.core.account import Account, KeySource
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.wire.base_url import endpoint
from chatgui.wire.request import body, headers, manner_of

KEY = "$API_KEY"  # stands where the key will be
# What files are in a request: base64 in a data URL, or (sound) as a field of its own.
_FILE = re.compile(r'((?:;base64,|"data": ?")[A-Za-z0-9+/]{40})([A-Za-z0-9+/]{200,}={0,2})')


def shortened(request: str) -> str:
    """The text of a request for people to read: of each file in it the beginning, and how much more there is."""
    return _FILE.sub(lambda found: f"{found[1]}… ({len(found[2]):,} more characters)", request)


def preview_of(account: Account, request: ChatRequest) -> dict[str, Any]:
    """`method`, `url`, `headers` (a mapping) and `body` (as JSON values) of the first attempt. Raises UsageError.

    A server that refuses an optional field is asked once more without it; that second request is not foreseen here, but
    what was learnt from an earlier one is.
    """
    key = None if account.key_source is KeySource.NONE else Secret(KEY)
    sent = dict(headers(account, key))
    sent.setdefault("Content-Type", "application/json")
    return {
        "method": "POST",
        "url": endpoint(account.base_url, "/chat/completions", account.query),
        "headers": sent,
        "body": body(account, request, manner_of(account, request)),
    }
