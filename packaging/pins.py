"""Writes the pinned requirements anew from pyproject.toml: every version and hash, for all systems, and no host.

    python packaging/pins.py [--upgrade] [--upgrade-package NAME]

Keeps the versions already pinned unless told to upgrade. Needs `uv`; only who changes dependencies needs that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN, TEST = "packaging/requirements.txt", "packaging/requirements-test.txt"
COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--generate-hashes"]
WITHOUT_HOSTS = ["--no-emit-index-url", "--no-header"]


def main() -> int:
    """Compile the run-time pins first, then the tests' on top of them."""
    uv = shutil.which("uv")
    if not uv:
        print("This needs uv: install it with your package manager or with pip.")
        return 2
    for arguments in (["pyproject.toml", "-o", RUN], ["--group", "test", "-c", RUN, "-o", TEST]):
        done = subprocess.run([uv, *COMPILE, *WITHOUT_HOSTS, *arguments, *sys.argv[1:]], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
