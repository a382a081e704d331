"""The main window: panes, menus and their wiring. It paints before there is a session, and is bound to one later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QLocale, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QKeyEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from chatgui.core.change import ArchiveTrouble, Change, SettingsChanged
from chatgui.core.conversation import ORDERS
from chatgui.core.settings import Settings, shown
from chatgui.ui import actions, assets, shortcuts
from chatgui.ui.header_menus import HeaderMenus
from chatgui.ui.panes import Panes, Place
from chatgui.ui.side_pane import SidePane
from chatgui.ui.sidebar.view import Sidebar
from chatgui.ui.spoken import also, announce
from chatgui.ui.stage import Stage
from chatgui.ui.tasks import Tasks
from chatgui.ui.theme import Theme, Tokens, transcript_style
from chatgui.ui.transcript.places import END
from chatgui.ui.transcript.places import Place as ScrollPlace
from chatgui.ui.transcript.style import Style

if TYPE_CHECKING:
    from chatgui.chat.session import Session
    from chatgui.ui.conversation_binding import ConversationBinding
    from chatgui.ui.dialogs import Dialogs
    from chatgui.ui.hearers import Hearers
    from chatgui.ui.notify import Notifications
    from chatgui.ui.sidebar.binding import LibraryBinding
    from chatgui.ui.verbs import Verbs

SIZE = (1180, 780)
SMALLEST = (480, 400)
CAREFUL = (
    "The program ended by itself twice, soon after its start. The conversation that was open is not opened this time. "
    "Everything that was said is kept."
)


class Window(QMainWindow):
    """One window on one profile. `closing` asks the program to end."""

    closing = Signal()
    moved = Signal()  # another conversation is shown
    wanted = Signal()  # in front: something in it was clicked elsewhere
    stirred = Signal()  # `state` may say something else now
    painted = Signal()  # once, after the first frame
    _seen = False
    _greeted = False  # what is shown first is the window's title, and read as such

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("chatgui")
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self.theme = theme
        self.session: Session | None = None
        self.verbs: Verbs | None = None
        self.conversation: ConversationBinding | None = None
        self.library: LibraryBinding | None = None
        self.notifications: Notifications | None = None
        self.hearers: Hearers | None = None
        self.tasks = Tasks(self._trouble)
        self._settings = Settings()
        self._unsubscribe: list[Callable[[], None]] = [theme.changed.subscribe(self._retint)]
        self._may_close = False
        self._last = ("", END)  # the conversation that was open when the program was left, and the place in it
        self.careful = False  # the last starts failed: what was open then is not opened by itself
        self._furnished = False
        self.sidebar = Sidebar(theme)
        self.stage = Stage(theme, self._style())
        self.side = SidePane(theme)
        self.panes = Panes(self.sidebar, self.stage, self.side)
        self.setCentralWidget(self.panes)
        self.actions_by_id = actions.build(self, self._call)
        actions.fill(self.menuBar(), self.actions_by_id, theme)
        self._header_menus = HeaderMenus(self.stage.header, self.actions_by_id, theme)
        self._connect()
        self._show_panes()

    def _connect(self) -> None:
        header = self.stage.header
        header.sidebar_wanted.connect(self.toggle_sidebar)
        header.reasoning_wanted.connect(self.toggle_reasoning)
        self.side.closed.connect(lambda: self.panes.show_pane(Place.TRAILING, False))
        self.side.expanded.connect(lambda: self.panes.widen(Place.TRAILING))
        self.side.detach_wanted.connect(lambda: self.panes.detach(Place.TRAILING, "Reasoning — chatgui"))
        self.panes.changed.connect(self._show_panes)
        self.panes.changed.connect(self.stirred)
        self.sidebar.new_wanted.connect(self.actions_by_id["new"].trigger)
        self.sidebar.settings_wanted.connect(self.actions_by_id["settings"].trigger)

    # With a session

    async def bind(self, session: Session) -> None:
        """Show this session from now on: its library, and a conversation to write in."""
        from chatgui.ui.conversation_binding import ConversationBinding
        from chatgui.ui.dialogs import Context, Dialogs
        from chatgui.ui.hearers import Hearers
        from chatgui.ui.notify import Notifications
        from chatgui.ui.picking.palette import Palette
        from chatgui.ui.sidebar.binding import LibraryBinding
        from chatgui.ui.verbs import Verbs

        self.session = session
        self._settings = session.settings
        self._furnish(session)
        dialogs = Dialogs(Context(self, session, self.theme, self.tasks, self.stage.notices))
        self.conversation = ConversationBinding(
            session, self.stage, self.side, self.tasks,
            moved=self._moved, stirred=self._enable,
            open_accounts=self.actions_by_id["accounts"].trigger,
        )  # fmt: skip
        self.library = LibraryBinding(session, self.sidebar, self.stage.notices, self.tasks, self._open)
        self.verbs = Verbs(
            session, self.conversation, self.library, dialogs,
            stage=self.stage, sidebar=self.sidebar, side=self.side, panes=self.panes, tasks=self.tasks,
            palette=Palette(self, self.theme, self.actions_by_id),
        )  # fmt: skip
        self._equip_messages(session, self.conversation, self.verbs, dialogs)
        self._equip_composer(session, self.conversation)
        self.sidebar.delete_wanted.connect(lambda ids: self.tasks.start(self.verbs_bound.delete_all(ids)))
        self.stage.welcome.demo_wanted.connect(
            lambda: self.tasks.start(self.conversation_bound.send("What can this program do?"))
        )
        self.notifications = Notifications(session, self, self.tasks, self._come_to)
        self.hearers = Hearers(self.tasks)
        self._unsubscribe += [self.notifications.hush, also(self.hearers.tell)]
        session.naming.begin()
        self._unsubscribe.append(session.changed.subscribe(self._hear))
        self._apply_settings()
        await self.library.begin()
        self.conversation.library_used = bool(self.sidebar.model.total)
        await self._open_last(session)
        self._enable()
        self._greeted = True
        if refused := session.read_only:
            self.stage.notices.trouble(refused)
        elif session.opening_words:
            self.stage.notices.say(session.opening_words, meaning="warning", stays=True)

    def _equip_messages(
        self, session: Session, conversation: ConversationBinding, verbs: Verbs, dialogs: Dialogs
    ) -> None:
        """What is done with the messages that are shown, and who is asked for the next one."""
        from chatgui.ui.attaching.showing import Showing
        from chatgui.ui.message_actions import MessageActions
        from chatgui.ui.picking.model_choice import ModelChoice

        MessageActions(
            session, conversation, self.tasks, stage=self.stage, side=self.side, panes=self.panes,
            enter_key=verbs.enter_key, mend_account=verbs.mend_account,
        )  # fmt: skip
        Showing(session, self.stage, self.tasks, conversation, dialogs)
        ModelChoice(session, self.stage.header, self.theme, self.tasks, conversation)

    def _equip_composer(self, session: Session, conversation: ConversationBinding) -> None:
        """What looks after the message that is being written: its files, its tokens, the budget it comes from."""
        from chatgui.ui.attaching.intake import Intake
        from chatgui.ui.composer.budgeting import Budgeting
        from chatgui.ui.composer.filling import Filling

        self._intake = Intake(session, self.stage, self.tasks, conversation)
        self._filling = Filling(session, self.stage, conversation)
        budgeting = Budgeting(session, self.stage, conversation, self.tasks)
        self.moved.connect(self._filling.recount)
        self._unsubscribe += [self._intake.close, self._filling.close, budgeting.close]

    async def _open_last(self, session: Session) -> None:
        last, place = self._last
        known = last if session.settings.reopen and not self.careful else ""
        await self.conversation_bound.open_last(known, place)
        self.stage.view.verticalScrollBar().valueChanged.connect(lambda _: self.stirred.emit())
        if self.careful and last:
            self.stage.notices.say(CAREFUL, [("Open It", lambda: self._open(last, ""))], meaning="warning", stays=True)

    def _furnish(self, session: Session) -> None:
        """Make what the first frame could do without."""
        style = self._style()
        self.stage.furnish(style)
        self.side.furnish(style, session, self.tasks)
        for view in self.side.views:
            self.stage.finding.add(view)
        self._furnished = True

    @property
    def verbs_bound(self) -> Verbs:
        """The verbs; only after `bind`."""
        if self.verbs is None:
            raise RuntimeError("the window has no session yet")
        return self.verbs

    @property
    def conversation_bound(self) -> ConversationBinding:
        """The shown conversation's binding; only after `bind`."""
        if self.conversation is None:
            raise RuntimeError("the window has no session yet")
        return self.conversation

    async def unbind(self) -> None:
        """Keep the draft, let the session go."""
        if self.conversation is not None:
            await self.conversation.keep()
            self.conversation.close()
        if self.library is not None:
            self.library.close()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        await self.tasks.close()
        for to_close in (self.notifications, self.hearers):
            if to_close is not None:
                await to_close.close()

    def _call(self, row: actions.Row) -> None:
        getattr(self if not row.needs else self.verbs_bound, row.verb)()

    def _open(self, conversation: str, message: str, words: str = "") -> None:
        if self.panes.is_overlay(Place.LEADING) and not message:
            self.panes.dismiss()
        self.verbs_bound.open(conversation, message, words)

    def _come_to(self, conversation: str) -> None:
        """A notification was clicked."""
        self.wanted.emit()
        self._open(conversation, "")

    def _moved(self, conversation: str) -> None:
        self.sidebar.show_current(conversation)
        if self._greeted and not self.sidebar.list.hasFocus():  # there the row is read
            shown = self.conversation_bound.conversation
            announce(self, (shown.title if shown is not None else "") or "New conversation")
        self.moved.emit()
        self.stirred.emit()
        if self.library is not None:
            self.library.show(conversation)

    def _enable(self) -> None:
        shown = self.conversation
        states = {"session"} if self.session is not None else set()
        if shown is not None and shown.conversation is not None and shown.conversation.messages:
            states.add("messages")
        if shown is not None and shown.turn is not None:
            states.add("stream")
        actions.enable(self.actions_by_id, states)
        title = shown.conversation.title if shown is not None and shown.conversation is not None else ""
        self.setWindowTitle(f"{title} — chatgui" if title else "chatgui")

    def _hear(self, change: Change) -> None:
        if isinstance(change, SettingsChanged) and self.session is not None:
            self._settings = self.session.settings
            if change.names & {"shortcuts", *(one.name for one in shown())}:
                self._apply_settings()
        elif isinstance(change, ArchiveTrouble):
            self.stage.notices.say(f"{change.message} {change.advice}", meaning="warning", stays=True)

    def _apply_settings(self) -> None:
        now = self._settings
        self._write_dates(now.formats)
        self.theme.choose(now.theme, now.zoom, now.density, now.reduced_motion)
        self.stage.composer.editor.send_with = now.send_with
        actions.set_keys(self.actions_by_id, shortcuts.in_force(now.shortcuts))
        self.actions_by_id["hidden"].setChecked(now.show_hidden)
        self.stage.view.page.follows = now.follow
        for order in ORDERS:
            self.actions_by_id[f"sort_{order}"].setChecked(order == now.conversation_order)
        self._restyle()

    def _write_dates(self, formats: str) -> None:
        """Dates, times and sizes as the settings say from now on."""
        wanted = QLocale.system() if formats == "system" else QLocale(formats)
        if wanted != QLocale():
            QLocale.setDefault(wanted)
            if self.library is not None:
                self.library.refresh()

    def _trouble(self, error: BaseException) -> None:
        if self.conversation is not None:
            self.conversation.trouble(error)
        else:
            self.stage.notices.trouble(error)

    # Looks

    def _style(self) -> Style:
        theme = self.theme
        return transcript_style(theme.tokens, self._settings, theme.text_px, still=theme.is_still)

    def _restyle(self) -> None:
        if self._furnished:
            style = self._style()
            self.stage.set_style(style)
            self.side.set_style(style)

    def _retint(self, tokens: Tokens) -> None:
        assets.retint(self, tokens)
        self.sidebar.list.scheduleDelayedItemsLayout()  # rows may have another height
        self._restyle()

    def _show_panes(self) -> None:
        sidebar, side = (self.panes.is_shown(place) for place in Place)
        self.actions_by_id["sidebar"].setChecked(sidebar)
        self.actions_by_id["reasoning"].setChecked(side)
        self.stage.header.sidebar.setVisible(not sidebar or self.panes.is_overlay(Place.LEADING))
        self.stage.header.reasoning.setChecked(side)

    # Verbs that need no session

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self.panes.toggle(Place.LEADING)

    def toggle_reasoning(self) -> None:
        """Show or hide the reasoning pane."""
        self.panes.toggle(Place.TRAILING)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """End the program in order."""
        self.close()

    # Beginning and end

    def state(self) -> str:
        """Size, place, panes, conversation and the place in it, for `restore`."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        last, place = self._last
        if self.conversation is not None and self.conversation.id:
            last, place = self.conversation.id, self.stage.view.place()
        return f"{geometry}\n{self.panes.state()}\n{last}\n{place}\n"

    def restore(self, state: str) -> None:
        """Take up what `state` said; anything else is ignored."""
        lines = [*state.split("\n"), "", "", "", ""]
        if lines[1]:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(lines[0].encode())))
            self.panes.restore(lines[1])
            self._last = (lines[2], ScrollPlace.read(lines[3]))
            self._show_panes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The size is to be kept."""
        super().resizeEvent(event)
        self.stirred.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        """The place is to be kept."""
        super().moveEvent(event)
        self.stirred.emit()

    def event(self, event: QEvent) -> bool:
        """Notice the first frame."""
        done = super().event(event)
        if not self._seen and event.type() == QEvent.Type.Paint:
            self._seen = True
            self.painted.emit()
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Shift+F10 is the menu key of keyboards without one; Qt knows that on Windows only."""
        focus = self.focusWidget()
        if (event.key(), event.modifiers()) != (Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier) or focus is None:
            super().keyPressEvent(event)
            return
        at = focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, focus.mapToGlobal(at))
        QApplication.sendEvent(focus, asked)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The program decides: drafts and answers are kept first, then the window goes."""
        if self._may_close:
            super().closeEvent(event)
        else:
            event.ignore()
            self.closing.emit()

    def close_for_good(self) -> None:
        """Go now."""
        self._may_close = True
        self.close()
