"""Speaking to providers: sockets, streams, and the truth about what came of them."""

from __future__ import annotations

import sys

# httpx tries to load its own command line; where click and rich happen to be installed that is five megabytes. None: not here.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
