"""Export formats. A new one is a file with an `Exporter` and a line here."""

from __future__ import annotations

from chatgui.exchange.exporters.base import Document, Exporter, Options
from chatgui.exchange.exporters.docx import DOCX
from chatgui.exchange.exporters.lossless import JSON
from chatgui.exchange.exporters.markdown import MARKDOWN
from chatgui.exchange.exporters.pdf import PDF
from chatgui.exchange.exporters.plain import TEXT
from chatgui.exchange.exporters.web import HTML

__all__ = ["FORMATS", "Document", "Exporter", "Options", "by_name"]

FORMATS: tuple[Exporter, ...] = (MARKDOWN, JSON, HTML, PDF, DOCX, TEXT)


def by_name(name: str) -> Exporter:
    """The format with this name; KeyError if there is none."""
    return {one.name: one for one in FORMATS}[name]
