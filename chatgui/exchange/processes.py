"""What processes of our own are started with."""

from __future__ import annotations

import os
from pathlib import Path


def environment() -> dict[str, str]:
    """Ours, so that a child finds this very package, and no module from the directory it is started in."""
    package = Path(__file__).resolve().parent.parent.parent
    paths = [str(package), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}
