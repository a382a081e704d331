"""Text too long, or too odd, for anything else: shown as it was written, laid out only where it is seen."""

from __future__ import annotations

from chatgui.core.markdown import Source
from chatgui.core.markup import Code
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.style import Style


class LongText(CodeBlock):
    """Literal text. What is added at its end costs its last line."""

    def __init__(self, text: str, style: Style) -> None:
        super().__init__(Code(text), style, literal=True)

    def update_source(self, source: Source) -> bool:
        known = self.source
        text = source.markdown.strip("\n")
        if known is None or source.kind != known.kind or not text.startswith(self.text):
            return False
        self.source = source
        if len(text) > len(self.text):
            self._add(text)
        return True

    def _add(self, text: str) -> None:
        last = self.text.rfind("\n") + 1
        first = self.rows.replace_tail(text[last:].split("\n"), instead=True)
        self.text = text
        row = self.rows.first_row(first)
        self.take_from(row)
        self.dirty_from = row * self.line_height
