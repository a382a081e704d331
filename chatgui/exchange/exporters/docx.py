"""DOCX: for whoever goes on writing in a word processor. Real headings, lists, tables, links and formulas.

python-docx is loaded only when such a file is written.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters.base import (
    Exporter,
    Options,
    one_line,
)
from chatgui.exchange.exporters.paged import set_conversation
from chatgui.exchange.values import EPOCH

if TYPE_CHECKING:
    from chatgui.exchange.exporters.docx_writer import Writer

_MADE = (1980, 1, 1, 0, 0, 0)  # when every member of the archive was: the same conversation makes the same bytes


class _Letter:
    def __init__(self, title: str, options: Options) -> None:
        self._title, self._options = one_line(title), options
        self._writer: Writer | None = None
        self._newest = EPOCH

    def add(self, entry: Entry) -> bytes:
        new_page = self._writer is not None
        self._newest = max(self._newest, entry.conversation.updated)
        set_conversation(self._started(), entry, self._options, new_page=new_page)
        return b""

    def end(self) -> bytes:
        made = self._started().saved(self._title, self._newest)
        settled = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name, _MADE), old.read(name), zipfile.ZIP_DEFLATED)
        return settled.getvalue()

    def _started(self) -> Writer:
        from chatgui.exchange.exporters.docx_writer import Writer

        self._writer = self._writer or Writer()
        return self._writer


DOCX = Exporter("docx", ".docx", "Word document (DOCX)", _Letter, slow=True)
