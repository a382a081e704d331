"""What a request will be, before it is one: made by the same code that makes it."""

from __future__ import annotations

from typing import Any

from chatgui.core.account import Account, KeySource
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.wire.base_url import endpoint
from chatgui.wire.request import body, headers, manner_of

KEY = "$API_KEY"  # stands where the key will be


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
