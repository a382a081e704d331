"""Taking text out of a transcript: plain text, Markdown and clean HTML at once."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

import shiboken6
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from chatgui.core.deadline import TooSlow, check, within
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.page import Page
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.selection import Selection

WHOLE = 1 << 40
RICH_S = 0.15  # of processor time; what takes longer is copied as its Markdown only
RICH_MESSAGES = 200  # more messages than this are copied as their Markdown only: nobody pastes a book into a table


def selected(page: Page, selection: Selection) -> QMimeData:
    """What is selected, for the clipboard; what is very much, or takes long, as its Markdown only."""
    if not is_much(selection):
        with suppress(TooSlow), within(RICH_S):
            return _rich(page, selection)
    return plain("\n\n".join(words(page, selection)))


def is_much(selection: Selection) -> bool:
    """Whether it is copied as Markdown only, and better a little at a time (see `gathering`)."""
    return selection.last.message - selection.first.message > RICH_MESSAGES


def _rich(page: Page, selection: Selection) -> QMimeData:
    texts, marked, html = [], [], []
    for index in range(selection.first.message, selection.last.message + 1):
        item = page.item(index)
        pieces = [piece for row in item.body if (piece := _piece(index, row, selection))]
        texts.append(_joined(pieces, 0))
        marked.append(_joined(pieces, 1))
        html.append("\n".join(piece[2] for piece in pieces))
    return _mime("\n\n".join(filter(None, texts)), "\n\n".join(filter(None, marked)), "\n".join(filter(None, html)))


Piece = tuple[str, str, str, bool]  # plain text, Markdown, HTML, and whether it follows closely on the one before


def _piece(index: int, row: BlockRow, selection: Selection) -> Piece | None:
    check()
    span = selection.span(index, row.start, len(row.text))
    if span is None:
        return None
    fragment = row.block.fragment(*span)
    if not row.is_laid:
        row.release()  # parsed for this only
    return fragment.plain, fragment.markdown, fragment.html, _is_close(row)


def _joined(pieces: Iterable[Piece], which: int) -> str:
    text = ""
    for piece in pieces:
        words = str(piece[which]).strip("\n")
        text += words if not text else ("\n" if piece[3] else "\n\n") + words
    return text


def words(page: Page, selection: Selection) -> Iterator[str]:
    """Whole messages as their own Markdown, without laying anything out; the ends cut where the selection ends.

    What is selected and shown is looked at now; texts are read as they are asked for.
    """
    first, last = selection.first.message, selection.last.message
    ends = [_cut(page, index, selection) for index in dict.fromkeys((first, last))]
    between = map(page.facet.text_of, page.messages.copy().parts(first + 1, last))
    return chain(ends[:1], between, ends[1:])


def _cut(page: Page, index: int, selection: Selection) -> str:
    rows = page.item(index).body
    return _joined([piece for row in rows if (piece := _unparsed(index, row, selection))], 1)


def _unparsed(index: int, row: BlockRow, selection: Selection) -> Piece | None:
    """A row as its source; parsed only where the selection begins or ends within it."""
    span = selection.span(index, row.start, WHOLE)
    if span != (0, WHOLE):
        return _piece(index, row, selection) if span is not None else None
    return "", row.source.markdown, "", _is_close(row)


def _is_close(row: BlockRow) -> bool:
    return row.source.kind == "item" and not row.source.first


def put(mime: QMimeData) -> None:
    """Put it on the clipboard.

    Qt crashes at the end of the program if the clipboard still holds an object made here: then only its text is left there.
    """
    _remember(mime)
    QGuiApplication.clipboard().setMimeData(mime)


_given: list[QMimeData] = []  # what the clipboard was given last


def _remember(mime: QMimeData) -> None:
    if not _given:
        atexit.register(_leave_text)
    _given[:] = [mime]


def _leave_text() -> None:
    if QGuiApplication.instance() and shiboken6.isValid(_given[0]):  # others have not copied anything since
        QGuiApplication.clipboard().setText(_given[0].text())


def whole(item: Item) -> QMimeData:
    """A whole message, for the clipboard."""
    markdown = item.context.facet.text(item.message)
    with suppress(TooSlow), within(RICH_S):
        pieces = [_all_of(row) for row in item.body]
        return _mime(_joined(pieces, 0), markdown, "\n".join(piece[2] for piece in pieces))
    return plain(markdown)


def _all_of(row: BlockRow) -> Piece:
    check()
    fragment = row.block.fragment(0, len(row.text))
    return fragment.plain, fragment.markdown, fragment.html, _is_close(row)


def block(row: BlockRow) -> QMimeData:
    """One whole block, for the clipboard."""
    fragment = row.block.fragment(0, len(row.text))
    return _mime(fragment.plain, fragment.markdown, fragment.html)


def plain(text: str) -> QMimeData:
    """Just this text."""
    return _mime(text, "", "")


def _mime(text: str, markdown: str, html: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text.replace("\u2028", "\n").replace("\u2029", "\n"))
    if markdown:
        mime.setData("text/markdown", markdown.encode())
    if html:
        mime.setData("text/html", html.encode())  # for other programs: this one shows no HTML
    return mime


def quoted(markdown: str) -> str:
    """Text as a Markdown quote, ready for the composer."""
    return "".join(f"> {line}\n" if line else ">\n" for line in markdown.strip("\n").split("\n"))
