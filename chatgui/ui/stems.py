"""Chinese, Japanese and Korean as light as the words beside them.

Their usual fonts (and others with PostScript outlines) are drawn by FreeType's `cff` engine. Qt has it thicken their stems
and blends them in linear light; on a dark ground, where that thickens light text, too, they then carry half as much ink again
as their drawings have: they look bold. How much they are thickened can only be said in the environment, read when Qt
loads its first font.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "FREETYPE_PROPERTIES"
# Pairs of stem width and thickening, in thousandths of a pixel; FreeType's own are 500,400,1000,275,1667,275,2333,0. On a light
# ground text then has the ink of its drawing (0.93 to 0.97 of it), on a dark one 1.15 of it instead of 1.2 to 1.6. It is said
# once: who changes the scheme meanwhile has the other's until the next start (1.25 on a dark ground, 0.9 on a light one).
ON_LIGHT = "cff:darkening-parameters=500,100,1000,75,1667,50,2333,0"
ON_DARK = "cff:darkening-parameters=500,0,1000,0,1667,0,2333,0"


@contextmanager
def lighter_stems(*, dark: bool) -> Iterator[None]:
    """What is said here holds if Qt's first font is loaded inside, and is no longer there for programs started afterwards.

    Someone who says more of that engine in the environment has the last word.
    """
    before = os.environ.get(VARIABLE, "")
    if "cff:" in before:
        yield
        return
    os.environ[VARIABLE] = f"{before} {ON_DARK if dark else ON_LIGHT}".strip()
    try:
        yield
    finally:
        if before:
            os.environ[VARIABLE] = before
        else:
            del os.environ[VARIABLE]
