"""httpcore, the HTTP library, without what it brings along for nothing. Everybody in `wire` takes it from here.

HTTP/2 and SOCKS come when an account wants them, TLS with the first address that has it; its settings are always ours.
"""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chatgui.loading import without, wordless
from chatgui.wire import waiting

OWN_TLS = "httpcore._ssl"  # asks for OpenSSL as soon as it is imported


def _no_settings() -> Any:
    raise RuntimeError("a connection with TLS was asked for without settings for it")


if OWN_TLS not in sys.modules:
    sys.modules[OWN_TLS] = ModuleType(OWN_TLS)
    sys.modules[OWN_TLS].default_ssl_context = _no_settings  # type: ignore[attr-defined]
with without("anyio", "trio", "h2", "socksio"), wordless():
    import httpcore
    from httpcore import _synchronization, _trace

vars(_synchronization)["anyio"] = waiting
vars(_trace)["inspect"] = asyncio  # it has the one function that is used

if TYPE_CHECKING:
    from httpcore._async.socks_proxy import AsyncSOCKSProxy


def socks_proxy() -> type[AsyncSOCKSProxy]:
    """The pool that goes through a SOCKS proxy."""
    from httpcore._async.socks_proxy import AsyncSOCKSProxy

    return AsyncSOCKSProxy


__all__ = ["httpcore", "socks_proxy"]
