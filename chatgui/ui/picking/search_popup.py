"""A field over a list: typing filters, arrows move, Enter chooses, Escape leaves. The model picker and the palette."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from chatgui.ui import assets
from chatgui.ui.account_colours import ROOM, dot
from chatgui.ui.picking.overlay import Overlay
from chatgui.ui.search_field import FilterField
from chatgui.ui.sidebar.model import Index
from chatgui.ui.spoken import Spoken
from chatgui.ui.theme import Theme
from chatgui.ui.words import isolated

OWN_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)
ROW, STAR, ICON = 32, 28, 16  # heights and widths in pixels; the star's is where it is clicked, the icon's what is seen


class PickRow(Protocol):
    """What a row says. `starred` is None where there is nothing to star."""

    @property
    def words(self) -> str:
        """What is chosen."""

    @property
    def facts(self) -> str:
        """What stands faintly at its end."""

    @property
    def heading(self) -> bool:
        """Whether it only names what follows."""

    @property
    def starred(self) -> bool | None:
        """Whether it is a favourite."""

    @property
    def colour(self) -> str:
        """Name of the colour of a dot before the words; empty for none."""


class PickModel(QAbstractListModel):
    """The rows that match what was typed."""

    RowRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[PickRow] = ()

    def show(self, rows: Sequence[PickRow]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def pick_row(self, at: int) -> PickRow:
        """The row at a place."""
        return self._rows[at]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """All rows."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        choosable = index.isValid() and not self._rows[index.row()].heading
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if choosable else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for people and screen readers, the row itself for the delegate."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.words
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return " · ".join(one for one in (row.facts, "favourite" if row.starred else "") if one)
            case self.RowRole:
                return row
            case _:
                return None


class PickDelegate(QStyledItemDelegate):
    """Words at the start, facts and a star at the end."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Tall enough for the finger."""
        return QSize(200, max(ROW, option.fontMetrics.height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, star, facts, words."""
        row: PickRow = index.data(PickModel.RowRole)
        tokens = self._theme.tokens
        painter.save()
        area = QRect(option.rect).adjusted(4, 1, -4, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(area, 6, 6)
        inner = area.adjusted(8, 0, -8, 0)
        if row.starred is not None:
            if row.starred or chosen or option.state & QStyle.StateFlag.State_MouseOver:
                self._paint_star(painter, inner, row.starred)
            inner.setRight(inner.right() - ICON - 8)
        if row.heading:
            font = QFont(option.font)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        facts = option.fontMetrics.elidedText(row.facts, Qt.TextElideMode.ElideRight, inner.width() // 2)
        painter.setPen(QColor(tokens.faint))
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignTrailing, facts)
        inner.setRight(inner.right() - option.fontMetrics.horizontalAdvance(facts) - 8)
        if drawn := dot(row.colour, tokens, painter.device().devicePixelRatioF()):
            painter.drawPixmap(inner.left() - 4, inner.center().y() - ROOM // 2 + 1, drawn)
            inner.setLeft(inner.left() + ROOM)
        painter.setPen(QColor(tokens.secondary if row.heading else tokens.text))
        words = option.fontMetrics.elidedText(isolated(row.words), Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignLeading, words)
        painter.restore()

    def _paint_star(self, painter: QPainter, inner: QRect, starred: bool) -> None:
        colour = self._theme.tokens.accent if starred else self._theme.tokens.faint
        drawn = assets.pixmap("starred" if starred else "star", colour, ICON, painter.device().devicePixelRatioF())
        painter.drawPixmap(inner.right() - ICON + 1, inner.center().y() - ICON // 2 + 1, drawn)


class PickList(QListView):
    """The list. A click on a star is no choice."""

    star_clicked = Signal(int)

    def __init__(self, name: str, model: PickModel, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setItemDelegate(PickDelegate(self, theme))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the search line steers it

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """At a row's end, where its star is, the star is meant."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        row: PickRow | None = index.data(PickModel.RowRole) if index.isValid() else None
        if row is not None and row.starred is not None and at.x() > self.visualRect(index).right() - STAR - 8:
            self.star_clicked.emit(index.row())
            return
        super().mouseReleaseEvent(event)


class SearchPopup(Overlay):
    """The frame with both. Who derives from it says what matches (`narrow`) and what choosing does (`choose`)."""

    def __init__(self, parent: QWidget, theme: Theme, model: PickModel, *, search: str, listed: str, hint: str) -> None:
        super().__init__(parent)
        self.search = FilterField(theme, search, hint)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self.narrow)
        self._picks = model
        self._spoken = Spoken(self.search)
        self.list = PickList(listed, model, theme)
        self.list.clicked.connect(lambda index: self.choose(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)

    def hideEvent(self, event: QHideEvent) -> None:
        """What was listed is gone for assistive technology, too."""
        super().hideEvent(event)
        self.search.clear()  # now, not when it is opened again: see `FilterField.take_focus`
        self._spoken.say("")
        self._picks.show(())

    def narrow(self, typed: str) -> None:
        """Show what matches."""
        raise NotImplementedError

    def choose(self, at: int) -> None:
        """Take the row at a place, unless it is a heading."""
        raise NotImplementedError

    def select(self, at: int) -> None:
        """Mark the row at a place; -1 marks none. The focus stays where one types: what is marked is said."""
        if at >= 0:
            self.list.setCurrentIndex(self._picks.index(at))
            row = self._picks.pick_row(at)
            self._spoken.say(", ".join(filter(None, (row.words, row.facts))))

    def _step(self, step: int) -> None:
        at = self.list.currentIndex().row() + step
        while 0 <= at < self._picks.rowCount() and self._picks.pick_row(at).heading:
            at += 1 if step > 0 else -1
        if 0 <= at < self._picks.rowCount():
            self.select(at)

    def press(self, event: QKeyEvent) -> bool:
        """Keys typed into the search line that steer the list; whether this was one."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
        if step := steps.get(Qt.Key(event.key())):
            self._step(step)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.currentIndex().isValid():
                self.choose(self.list.currentIndex().row())
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The search line's keys are looked at first, before the window's own shortcuts."""
        if watched is self.search and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self.press(event):
                return True
        return super().eventFilter(watched, event)
