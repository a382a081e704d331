"""Choosing who is asked: a searchable list of every account's models, and any name typed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from chatgui.core.account import Model
from chatgui.ui.sidebar_model import Index
from chatgui.ui.theme import Theme
from chatgui.ui.words import isolated

ROW, WIDTH, HEIGHT = 32, 420, 440


@dataclass(frozen=True, slots=True)
class Offer:
    """One account's models. `note` says why there are none, or that they are being asked for."""

    account: str  # its id
    name: str
    models: tuple[Model, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: a heading, a model, or a name typed by hand. Only headings have no model."""

    account: str
    words: str
    model: str = ""
    facts: str = ""


class Choices(QAbstractListModel):
    """The rows that match what was typed. Filtering five thousand models takes a few milliseconds."""

    RowRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers: list[tuple[Offer, list[tuple[str, Choice]]]] = []
        self._rows: list[Choice] = []

    def offer(self, offers: Sequence[Offer]) -> None:
        """Take these accounts and their models."""
        self._offers = [
            (one, [(f"{model.id} {model.name}".casefold(), _choice(one, model)) for model in one.models])
            for one in offers
        ]

    def filter(self, typed: str) -> None:
        """Show the models that hold every word of `typed`, and `typed` itself for each account that lacks it."""
        wanted = typed.casefold().split()
        by_hand = typed.strip() if len(wanted) == 1 else ""
        rows: list[Choice] = []
        others: list[Choice] = []
        for offer, models in self._offers:
            found = [choice for key, choice in models if all(word in key for word in wanted)]
            if found or not wanted:
                rows.append(Choice(offer.account, offer.name, facts=offer.note))
                rows.extend(found)
            if by_hand and not any(choice.model == by_hand for choice in found):
                others.append(Choice(offer.account, f"Ask {offer.name} for “{by_hand}”", by_hand))
        self.beginResetModel()
        self._rows = rows + others
        self.endResetModel()

    def row(self, at: int) -> Choice:
        """The row at a place."""
        return self._rows[at]

    def find(self, account: str, model: str) -> int:
        """Where a model stands; the first model if it is not there; -1 if there is none."""
        first = -1
        for at, row in enumerate(self._rows):
            if row.model and first < 0:
                first = at
            if row.model == model and row.account == account:
                return at
        return first

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """All rows."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        choosable = index.isValid() and bool(self._rows[index.row()].model)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if choosable else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for people and screen readers, the row itself for the delegate."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.words
        return row if role == self.RowRole else None


def _choice(offer: Offer, model: Model) -> Choice:
    facts = [
        _tokens(model.context_length),
        *(
            word
            for word, can in (("vision", model.vision), ("tools", model.tools), ("reasoning", model.reasoning))
            if can
        ),
    ]
    return Choice(offer.account, model.name or model.id, model.id, " · ".join(fact for fact in facts if fact))


def _tokens(count: int | None) -> str:
    if not count:
        return ""
    return f"{count / 1e6:g} M" if count >= 1_000_000 else f"{round(count / 1000)} k" if count >= 1000 else str(count)


class _ChoiceDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, max(ROW, option.fontMetrics.height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Choice = index.data(Choices.RowRole)
        tokens = self._theme.tokens
        painter.save()
        area = QRect(option.rect).adjusted(4, 1, -4, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(area, 6, 6)
        inner = area.adjusted(8, 0, -8, 0)
        if not row.model:
            font = QFont(option.font)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        facts = option.fontMetrics.elidedText(row.facts, Qt.TextElideMode.ElideRight, inner.width() // 2)
        painter.setPen(QColor(tokens.faint))
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignTrailing, facts)
        inner.setRight(inner.right() - option.fontMetrics.horizontalAdvance(facts) - 8)
        painter.setPen(QColor(tokens.text if row.model else tokens.secondary))
        words = option.fontMetrics.elidedText(isolated(row.words), Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignLeading, words)
        painter.restore()


class ModelPicker(QFrame):
    """A popup below its button. Typing filters, arrows move, Enter chooses, Escape leaves."""

    chosen = Signal(str, str)  # account id, model

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Choose a model")
        self._current = ("", "")
        self.search = QLineEdit()
        self.search.setAccessibleName("Search models")
        self.search.setPlaceholderText("Search models, or type a name")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.model = Choices(self)
        self.list = QListView()
        self.list.setAccessibleName("Models")
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_ChoiceDelegate(self.list, theme))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the search line steers it
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.resize(WIDTH, HEIGHT)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Take other models while open; what was typed stays."""
        self.model.offer(offers)
        self._filter(self.search.text())

    def open_below(self, button: QWidget, offers: Sequence[Offer], account: str, model: str) -> None:
        """Open under a button, the current choice selected."""
        self._current = (account, model)
        self.search.clear()
        self.show_offers(offers)
        foot = button.mapToGlobal(QPoint(button.width(), button.height() + 4))
        room = button.screen().availableGeometry()
        left = min(max(foot.x() - self.width(), room.left() + 4), room.right() - self.width() - 4)
        self.move(left, min(foot.y(), max(room.bottom() - self.height() - 4, room.top())))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, typed: str) -> None:
        self.model.filter(typed)
        at = self.model.find(*self._current)
        if at >= 0:
            self.list.setCurrentIndex(self.model.index(at))

    def _choose(self, at: int) -> None:
        row = self.model.row(at)
        if row.model:
            self.hide()
            self.chosen.emit(row.account, row.model)

    def _step(self, step: int) -> None:
        at = self.list.currentIndex().row() + step
        while 0 <= at < self.model.rowCount() and not self.model.row(at).model:
            at += 1 if step > 0 else -1
        if 0 <= at < self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter typed into the search line steer the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
            if step := steps.get(Qt.Key(event.key())):
                self._step(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.list.currentIndex().isValid():
                    self._choose(self.list.currentIndex().row())
                return True
        return super().eventFilter(watched, event)
