"""Speaking to providers: sockets, streams, and the truth about what came of them."""

from __future__ import annotations
