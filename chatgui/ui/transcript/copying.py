"""Taking text out of a transcript: plain text, Markdown and clean HTML at once."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain

import shiboken6
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from chatgui.core.deadline import TooSlow, check, within
from chatgui.core.markdown import Source
from chatgui.ui.transcript.message import Item
from chatgui.ui.transcript.page import Page
from chatgui.ui.transcript.reading import UnreadRow
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.selection import Selection

WHOLE = 1 << 40
RICH_S = 0.08  # of processor time; what takes longer is copied as its Markdown only
# More than this is copied as its Markdown only, and nothing of it is parsed: nobody pastes a book into a table.
RICH_MESSAGES, RICH_CHARS = 200, 300_000
BATCH = 500  # blocks put together at once


def selected(page: Page, selection: Selection) -> QMimeData:
    """What is selected, for the clipboard; what is very much, or takes long, as its Markdown only."""
    if not is_much(page, selection):
        with suppress(TooSlow), within(RICH_S):
            return _rich(page, selection)
    return plain("".join(words(page, selection)))


def is_much(page: Page, selection: Selection) -> bool:
    """Whether it is copied as Markdown only, and better a little at a time (see `gathering`)."""
    first, last = selection.first, selection.last
    if last.message - first.message > RICH_MESSAGES:
        return True
    whole = sum(page.facet.length_at(page.messages, index) for index in range(first.message, last.message))
    return whole - first.start + last.start + min(last.position, WHOLE) > RICH_CHARS


def _rich(page: Page, selection: Selection) -> QMimeData:
    texts, marked, html = [], [], []
    for index in range(selection.first.message, selection.last.message + 1):
        rows = _chosen(page, index, selection)
        if not page.item(index).is_read and any(isinstance(row, UnreadRow) for row in rows):
            raise TooSlow
        pieces = [piece for row in rows if (piece := _piece(index, row, selection))]
        texts.append(_joined(pieces, 0))
        marked.append(_joined(pieces, 1))
        html.append("\n".join(piece[2] for piece in pieces))
    return _mime("\n\n".join(filter(None, texts)), "\n\n".join(filter(None, marked)), "\n".join(filter(None, html)))


def _chosen(page: Page, index: int, selection: Selection) -> Sequence[BlockRow]:
    """The blocks of a message the selection touches."""
    item, first, last = page.item(index), selection.first, selection.last
    begin = item.row_at(first.start) - item.first if index == first.message else 0
    end = item.row_at(last.start) - item.first + 1 if index == last.message else len(item.body)
    return item.body[begin:end]


Piece = tuple[str, str, str, str]  # plain text, Markdown, HTML, and what parts it from the one before


def _piece(index: int, row: BlockRow, selection: Selection) -> Piece | None:
    check()
    span = selection.span(index, row.start, len(row.text))
    if span is None:
        return None
    if isinstance(row, UnreadRow):
        return row.text[slice(*span)], row.text[slice(*span)], "", _joint(row.source)
    fragment = row.block.fragment(*span)
    if not row.is_laid:
        row.release()  # parsed for this only
    return fragment.plain, fragment.markdown, fragment.html, _joint(row.source)


def _joined(pieces: Iterable[Piece], which: int) -> str:
    text = ""
    for piece in pieces:
        words = str(piece[which]).strip("\n")
        text += words if not text else piece[3] + words
    return text


def words(page: Page, selection: Selection) -> Iterator[str]:
    """Whole messages as their own Markdown, without laying anything out; the ends cut where the selection ends. Joined, the
    pieces are the text.

    What is selected and shown is looked at now; texts are read as they are asked for.
    """
    first, last = selection.first.message, selection.last.message
    ends = [_cut(page, index, selection) for index in dict.fromkeys((first, last))]
    between = ((text,) for text in map(page.facet.text_of, page.messages.copy().parts(first + 1, last)))
    return _apart(chain(ends[:1], between, ends[1:]))


def _apart(messages: Iterable[Iterable[str]]) -> Iterator[str]:
    for number, pieces in enumerate(messages):
        yield "\n\n" if number else ""
        yield from pieces


def _cut(page: Page, index: int, selection: Selection) -> Iterator[str]:
    """What is selected of one message, some blocks at a time."""
    rows = _chosen(page, index, selection)
    pieces = {n: _unparsed(index, rows[n], selection) for n in {0, len(rows) - 1} if 0 <= n < len(rows)}
    sources = [row.source for row in rows]
    return _batches(sources, pieces)


def _batches(sources: Sequence[Source], ends: Mapping[int, Piece | None]) -> Iterator[str]:
    begun = False
    for at in range(0, len(sources), BATCH):
        chosen = range(at, min(at + BATCH, len(sources)))
        pieces = [piece for n in chosen if (piece := ends[n] if n in ends else _unchanged(sources[n]))]
        if pieces:
            yield (pieces[0][3] if begun else "") + _joined(pieces, 1)
            begun = True


def _unparsed(index: int, row: BlockRow, selection: Selection) -> Piece | None:
    """A row as its source; parsed only where the selection begins or ends within it."""
    span = selection.span(index, row.start, WHOLE)
    if span != (0, WHOLE):
        return _piece(index, row, selection) if span is not None else None
    return _unchanged(row.source)


def _unchanged(source: Source) -> Piece:
    return "", source.markdown, "", _joint(source)


def _joint(source: Source) -> str:
    """What parts a block from the one before."""
    if source.kind == "unread" or (source.kind == "long" and not source.first):
        return "\n" if source.number else ""
    return "\n" if source.kind == "item" and not source.first else "\n\n"


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
    if len(markdown) > RICH_CHARS or not item.is_read:
        return plain(markdown)
    with suppress(TooSlow), within(RICH_S):
        pieces = [_all_of(row) for row in item.body]
        return _mime(_joined(pieces, 0), markdown, "\n".join(piece[2] for piece in pieces))
    return plain(markdown)


def _all_of(row: BlockRow) -> Piece:
    check()
    fragment = row.block.fragment(0, len(row.text))
    return fragment.plain, fragment.markdown, fragment.html, _joint(row.source)


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
