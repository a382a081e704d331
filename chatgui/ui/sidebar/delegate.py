"""How a row of the sidebar is drawn: heading, title, and one mark for what is going on in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QTextLayout
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatgui.ui import assets
from chatgui.ui.account_colours import ROOM, dot
from chatgui.ui.sidebar.model import Index, Row, SidebarModel
from chatgui.ui.theme import Theme
from chatgui.ui.words import isolated

if TYPE_CHECKING:
    from chatgui.core.conversation import Hit

PAD, MARK, RADIUS = 12, 16, 6
LEAD = 12  # characters of a snippet kept before its first mark where the line is too short


class RowDelegate(QStyledItemDelegate):
    """Paints from the tokens; plain text only."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Tall enough for the finger, taller under a heading or with a snippet."""
        row: Row = index.data(SidebarModel.RowRole)
        line = option.fontMetrics.height()
        space = self._theme.row_space
        height = max(18 + space, 28, line + space) + (line + 4 if row.hit is not None else 0)
        return QSize(160, height + (self._heading_height(option) if row.heading else 0))

    def _heading_height(self, option: QStyleOptionViewItem) -> int:
        return option.fontMetrics.height() + self._theme.row_space + 2

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Heading, ground, title, mark."""
        row: Row = index.data(SidebarModel.RowRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(option.rect)
        if row.heading:
            area.setTop(area.top() + self._heading_height(option))
            self._paint_heading(painter, option, row.heading)
        self._paint_ground(painter, option, area)
        self._paint_row(painter, option, area, index)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, words: str) -> None:
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.tokens.faint))
        above = (self._theme.row_space + 2) // 2
        place = QRect(option.rect.left() + PAD, option.rect.top() + above, option.rect.width() - 2 * PAD, 0)
        place.setHeight(self._heading_height(option) - above)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, words)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        tokens, state = self._theme.tokens, option.state
        ground = area.adjusted(4, 1, -4, -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if chosen:
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(QRect(ground.left(), ground.top() + 6, 3, ground.height() - 12), 1.5, 1.5)
        if state & QStyle.StateFlag.State_HasFocus and option.widget is not None and option.widget.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, index: Index) -> None:
        tokens = self._theme.tokens
        row: Row = index.data(SidebarModel.RowRole)
        mark, colour = index.data(SidebarModel.MarkRole), index.data(SidebarModel.ColourRole)
        font = QFont(option.font)
        if mark == "unread":
            font.setWeight(QFont.Weight.DemiBold)
        inner = area.adjusted(PAD, 0, -PAD, 0)
        icon = _icon_of(row, mark)
        if icon:
            self._paint_icon(painter, inner, *icon)
            inner.setRight(inner.right() - MARK - 6)
        if drawn := dot(colour, tokens, painter.device().devicePixelRatioF()):
            painter.drawPixmap(inner.right() - ROOM + 5, inner.center().y() - ROOM // 2 + 1, drawn)
            inner.setRight(inner.right() - ROOM)
        painter.setFont(font)
        if row.hit is not None:
            self._paint_snippet(painter, option, inner, row.hit)
            inner.setHeight(option.fontMetrics.height() + self._theme.row_space)
        if row.summary is not None and row.summary.tags:
            self._paint_tags(painter, option, inner, row.summary.tags)
        painter.setPen(QColor(tokens.text))
        title = option.fontMetrics.elidedText(isolated(row.title), Qt.TextElideMode.ElideRight, inner.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(inner, flags | Qt.TextFlag.TextSingleLine, title)

    def _paint_tags(self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, tags: Sequence[str]) -> None:
        """Faintly at the row's end, and never more than two fifths of it."""
        words = " ".join(f"#{isolated(tag)}" for tag in tags)
        shown = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, inner.width() * 2 // 5)
        painter.setPen(QColor(self._theme.tokens.faint))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
        painter.drawText(inner, flags | Qt.TextFlag.TextSingleLine, shown)
        inner.setRight(inner.right() - option.fontMetrics.horizontalAdvance(shown) - 8)

    def _paint_icon(self, painter: QPainter, inner: QRect, name: str, role: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        drawn = assets.pixmap(name, getattr(self._theme.tokens, role), MARK, ratio)
        painter.drawPixmap(inner.right() - MARK + 1, inner.center().y() - MARK // 2 + 1, drawn)

    def _paint_snippet(self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, hit: Hit) -> None:
        """One line of the found text, the found words on the find ground."""
        tokens = self._theme.tokens
        metrics, room = option.fontMetrics, inner.width()
        words, marks = snippet_line(hit, lambda text: metrics.horizontalAdvance(text) <= room)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        layout = QTextLayout(words, option.font)
        formats = []
        for start, end in marks:
            one = QTextLayout.FormatRange()
            one.start, one.length = start, end - start
            one.format.setBackground(QColor(tokens.find))
            one.format.setForeground(QColor(tokens.text))
            formats.append(one)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(100_000)
        layout.endLayout()
        painter.save()
        painter.setClipRect(inner)
        painter.setPen(QColor(tokens.secondary))
        top = inner.bottom() - option.fontMetrics.height() - self._theme.row_space // 2
        layout.draw(painter, QRect(inner.left(), top, inner.width(), 0).topLeft())
        painter.restore()

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line to type a new title in."""
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Over the title, below a heading."""
        area = QRect(option.rect)
        if index.data(SidebarModel.RowRole).heading:
            area.setTop(area.top() + self._heading_height(option))
        editor.setGeometry(area.adjusted(4, 1, -4, -1))


def snippet_line(hit: Hit, fits: Callable[[str], bool]) -> tuple[str, Sequence[tuple[int, int]]]:
    """A hit's snippet as one line, and its marks; cut at the front where the first mark would not be in sight."""
    words = " ".join(hit.snippet.splitlines()) or " "
    if not hit.marks or fits(words[: hit.marks[0][1]]):
        return words, hit.marks
    begin = words.rfind(" ", 0, max(0, hit.marks[0][0] - LEAD)) + 1
    moved = begin - len("…")
    return f"…{words[begin:]}", [(start - moved, end - moved) for start, end in hit.marks]


def _icon_of(row: Row, mark: str) -> tuple[str, str] | None:
    """Which mark stands at the end of a row: (icon, colour role)."""
    match mark:
        case "running":
            return "running", "accent"
        case "unread":
            return "unread", "accent"
        case "failed":
            return "error", "error"
        case "interrupted":
            return "warning", "warning"
        case _:
            return ("pin", "faint") if row.summary is not None and row.summary.pinned else None
