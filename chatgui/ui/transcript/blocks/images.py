"""Images in answers: never fetched, never read from a file. What is not there is a chip with its host and a way to ask."""

from __future__ import annotations

from chatgui.core.markup import Run
from chatgui.ui.transcript.blocks.looks import Inline
from chatgui.ui.transcript.style import Style


def chip(run: Run, style: Style) -> Inline | None:
    """What stands in the line for an image."""
    return None
