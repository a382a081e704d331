"""Parts of blocks for the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from chatgui.core import writing
from chatgui.core.markup import Node, Paragraph, Runs
from chatgui.ui.transcript.blocks.base import Fragment
from chatgui.ui.transcript.blocks.hidden import copied

LINE_END = "<br>"  # lines are pasted as they are shown


def of_nodes(nodes: Sequence[Node], *, markdown: str = "") -> Fragment:
    """`nodes` as a fragment; `markdown` is their source where it is known."""
    return Fragment(
        copied(writing.plain(nodes)), copied(markdown or writing.markdown(nodes)), copied(writing.html(nodes, LINE_END))
    )


def of_runs(runs: Runs) -> Fragment:
    """A part of a paragraph."""
    node = Paragraph(runs)
    html = copied(writing.html_runs(runs, LINE_END))
    return Fragment(copied(writing.plain((node,))), copied(writing.markdown((node,))), html)


def of_text(text: str) -> Fragment:
    """Literal text as a fragment."""
    text = copied(text)
    return Fragment(text, text, writing.html_text(text))
