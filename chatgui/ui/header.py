"""The line above a conversation: its title, the model that will be asked, and what else can be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from chatgui.ui import assets
from chatgui.ui.account_colours import dot
from chatgui.ui.theme import Theme
from chatgui.ui.words import isolated

# Where a title stands that is only read: as in the sidebar, whichever way it is written
AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


class TitleLine(QLineEdit):
    """Reads like a heading; a double click or F2 makes it a field, Enter keeps, Escape gives up."""

    renamed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Title")
        self.setProperty("plain", True)
        self.setReadOnly(True)
        self._title = ""
        self.editingFinished.connect(self.keep)

    def show_title(self, title: str) -> None:
        """Show another title, unless this one is being edited."""
        self._title = title
        if self.isReadOnly():
            self._elide()

    def _elide(self) -> None:
        self.setAlignment(AT_LEFT)
        room = self.width() - 24
        shown = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():  # who listens is told of every setting, though it changes nothing
            self.setText(shown)
        self.setToolTip(f"{self._title}\nDouble-click to rename" if self._title else "")
        self.setAccessibleDescription(self._title)
        if self.cursorPosition():
            self.setCursorPosition(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much of the title as there is room for."""
        super().resizeEvent(event)
        if self.isReadOnly():
            self._elide()

    def edit(self) -> None:
        """Begin to rename."""
        if self._title:
            self.setReadOnly(False)
            self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # before the caret moves: see `FilterField.take_focus`
            self.setText(self._title)
            self.selectAll()

    def give_up(self) -> bool:
        """Leave the title as it was; False if it was not being edited."""
        if self.isReadOnly():
            return False
        self._end(self._title)
        return True

    def keep(self) -> None:
        """Rename, if the title was being edited and is another one now."""
        if self.isReadOnly():
            return
        title = " ".join(self.text().split())
        changed = title and title != self._title
        self._end(title or self._title)
        if changed:
            self.renamed.emit(title)

    def _end(self, title: str) -> None:
        self._title = title
        self.setReadOnly(True)
        self.deselect()
        self._elide()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Begin to rename."""
        if self.isReadOnly():
            self.edit()
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape and self.give_up():
            return
        super().keyPressEvent(event)


class Header(QWidget):
    """Title, model, reasoning, more. Says what is wanted."""

    renamed = Signal(str)
    model_wanted = Signal()
    model_shown = Signal()
    sidebar_wanted = Signal()
    reasoning_wanted = Signal()
    menu_wanted = Signal()
    title_menu_wanted = Signal(QPoint)  # on the screen
    model_menu_wanted = Signal(QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = TitleLine()
        font = self.title.font()
        font.setWeight(font.Weight.DemiBold)
        self.title.setFont(font)
        self.title.renamed.connect(self.renamed)
        self.title.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.title.customContextMenuRequested.connect(self._open_title_menu)
        self.model_name = ""
        self.model = QToolButton()
        self.model.setProperty("words", True)
        self.model.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.model.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
        self.model.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        assets.dress(self.model, "down", theme.tokens)
        self.model.clicked.connect(self.model_wanted)
        self.model.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.model.customContextMenuRequested.connect(
            lambda at: self.model_menu_wanted.emit(self.model.mapToGlobal(at))
        )
        self._theme = theme
        self._colour = ""  # of the account
        self._mark = QLabel()
        self.sidebar = self._button(theme, "sidebar", "Show sidebar", self.sidebar_wanted)
        self.reasoning = self._button(theme, "reasoning", "Show reasoning", self.reasoning_wanted)
        self.reasoning.setCheckable(True)
        self.more = self._button(theme, "more", "More", self.menu_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(4)
        row.addWidget(self.sidebar)
        row.addWidget(self.title, 1)
        row.addWidget(self._mark)
        row.addWidget(self.model)
        row.addWidget(self.reasoning)
        row.addWidget(self.more)
        self.show_model("", "")

    def _button(self, theme: Theme, icon: str, words: str, wanted: object) -> QToolButton:
        button = assets.tool_button(icon, words, theme.tokens)
        button.clicked.connect(wanted)
        return button

    def _open_title_menu(self, at: QPoint) -> None:
        """The conversation's menu; while the title is edited, the one of text."""
        place = self.title.mapToGlobal(at)
        if self.title.isReadOnly():
            self.title_menu_wanted.emit(place)
        else:
            menu = self.title.createStandardContextMenu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Beside title and buttons."""
        self.title_menu_wanted.emit(event.globalPos())

    def show_model(self, account: str, model: str, *, assistant: str = "", colour: str = "") -> None:
        """Say who will be asked, and as which assistant; empty words while nobody is. `colour` is the account's."""
        current = " · ".join(filter(None, (assistant, account, model))) or "Choose a model"
        self._colour = colour
        self.model_name = model
        self._mark.setToolTip(account)
        self._show_mark()
        wide = self.model.fontMetrics().elidedText(isolated(current), Qt.TextElideMode.ElideMiddle, 320)
        self.model.setText(wide)
        self.model.setAccessibleName(f"Model {current}")
        self.model.setToolTip(f"{current}\nChoose another account or model")
        self.model_shown.emit()

    def _show_mark(self) -> None:
        drawn = dot(self._colour, self._theme.tokens, self.devicePixelRatioF())
        self._mark.setPixmap(drawn or QPixmap())
        self._mark.setVisible(drawn is not None)

    def changeEvent(self, event: QEvent) -> None:
        """Another scheme: the dot has its other colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._show_mark()
