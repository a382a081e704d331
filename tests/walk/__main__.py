"""A person's walk through the window, by real keys and clicks, seen through AT-SPI, a picture after each action.

    HARNESS_PYTHON -m tests.walk PICTURES [--tools TOOLS] [--python PYTHON] [--only N]

It runs under the harness's own interpreter, with `drive.py` from TOOLS (default: the shared tools beside the repository);
the program is started as a user would, on a profile of its own, with PYTHON (default: the one in .venv). A step whose fact
does not come is told, and the walk goes on.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import traceback
from pathlib import Path

from tests.walk import taking, talking
from tests.walk.person import ROOT, Walk

STEPS = (*talking.STEPS, *taking.STEPS)


def main() -> int:
    """Walk, and print a line for each step."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--tools", type=Path, default=ROOT.parent / "shared" / "tools")
    options.add_argument("--python", type=Path, default=ROOT / ".venv" / "bin" / "python")
    options.add_argument("--only", type=int, default=0, help="stop after so many steps")
    chosen = options.parse_args()
    sys.path.insert(0, str(chosen.tools))
    from drive import Desktop  # type: ignore[import-not-found]  # lies beside the repository

    chosen.folder.mkdir(parents=True, exist_ok=True)
    profile = chosen.folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    failed = 0
    with Desktop(size=(1280, 800), keyring="unlocked") as desktop:
        walk = Walk(desktop, [str(chosen.python), "-m", "chatgui"], profile)
        for number, (words, act) in enumerate(STEPS[: chosen.only or None], 1):
            began = time.monotonic()
            try:
                act(walk)
                verdict = "done"
            except Exception as error:
                failed += 1
                verdict = f"FAILED: {str(error).splitlines()[0][:300]}"
                (chosen.folder / f"{number:02}.txt").write_text(traceback.format_exc())
            walk.app.screenshot(str(chosen.folder / f"{number:02}.png"), whole=True)
            print(f"{number:2}. {words} — {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
        (chosen.folder / "output.txt").write_text(walk.app.output())
        print("ended:", walk.app.stop())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
