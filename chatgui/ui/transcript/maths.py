"""LaTeX maths as pictures with a baseline."""

from __future__ import annotations

from collections.abc import Callable

from chatgui.ui.transcript.blocks.flow import Inline


def inline(latex: str, size: float, colour: str, *, display: bool, wait: Callable[[], object]) -> Inline | None:
    """The picture of `latex` at a text size in pixels, or None: `wait` is called when it is there."""
    return None
