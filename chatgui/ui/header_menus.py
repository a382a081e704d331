"""The menus above the transcript: what can be done with the conversation, and with the model that is asked."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QGuiApplication

from chatgui.ui import actions
from chatgui.ui.header import Header
from chatgui.ui.menus import ContextMenu
from chatgui.ui.theme import Theme


class HeaderMenus:
    """Opens them where the header says. Their entries are the window's actions."""

    def __init__(self, header: Header, actions_by_id: dict[str, QAction], theme: Theme) -> None:
        self._header, self._actions, self._theme = header, actions_by_id, theme
        header.menu_wanted.connect(self._open)
        header.title_menu_wanted.connect(self._open)
        header.model_menu_wanted.connect(self._open_model)

    def _open(self, place: QPoint | None = None) -> None:
        """Below its button, or where the title was clicked."""
        menu = ContextMenu(self._header.window())
        actions.dress(self._actions, "Conversation", self._theme)
        for row in actions.ROWS:
            if row.menu == "Conversation" and row.id != "stop":
                actions.add(menu, self._actions, row)
        menu.addSeparator()
        menu.addAction(self._actions["export"])
        button = self._header.more
        menu.popup(place or button.mapToGlobal(button.rect().bottomLeft()))

    def _open_model(self, place: QPoint) -> None:
        menu = ContextMenu(self._header.window())
        for name in ("model", "parameters", "accounts"):
            menu.addAction(self._actions[name])
        menu.line()
        menu.do("Copy Model Name", lambda: QGuiApplication.clipboard().setText(self._header.model_name))
        menu.popup(place)
