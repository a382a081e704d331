"""Colours by role, paired light and dark, and how they reach Qt: one palette and one small style sheet.

The window follows the system and may be told otherwise by `settings.theme`. Qt knows the system's scheme on most
desktops; where it does not, the desktop portal's word counts; where that says nothing either, it is light. Whether things
may move by themselves is the system's wish, too, unless `settings.reduced_motion` says otherwise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from chatgui import resources
from chatgui.core import code_colours
from chatgui.core.event import Event
from chatgui.core.settings import Settings
from chatgui.ui.transcript.style import Colours, Style
from chatgui.ui.wishes import Wishes


@dataclass(frozen=True)
class Tokens(Colours):
    """One scheme: the transcript's colours and what the window adds. Text is 4.5:1 on any ground, `edge` and marks 3:1."""

    dark: bool = False
    hover: str = "#e7e7e3"  # ground under the pointer and of selected rows


LIGHT = Tokens(
    dark=False,
    ground="#fdfdfc", raised="#f4f4f1", hover="#e7e7e3", line="#dededa", edge="#878782",
    text="#1c1c1a", secondary="#50504c", faint="#666661",
    accent="#1f5fbf", on_accent="#ffffff",
    good="#1a7036", warning="#7f5300", error="#b3261e", thinking="#6547b0",
    code_ground="#f4f4f1", selection="#bcd7fb", find="#fbe7a0", find_current="#f5b54d",
    **code_colours.LIGHT,
)  # fmt: skip

DARK = Tokens(
    dark=True,
    ground="#1d1e20", raised="#26272a", hover="#34363a", line="#393b3f", edge="#85888f",
    text="#e7e7e5", secondary="#bcbdc0", faint="#a0a2a7",
    accent="#7db0ff", on_accent="#10213b",
    good="#6cc98a", warning="#e2b65b", error="#ff938a", thinking="#bfaaf7",
    code_ground="#26272a", selection="#32527f", find="#5f4c14", find_current="#855907",
    **code_colours.DARK,
)  # fmt: skip


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""

    def luminance(name: str) -> float:
        colour = QColor(name)
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (colour.redF(), colour.greenF(), colour.blueF())
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palette(tokens: Tokens) -> QPalette:
    """The tokens as Qt's palette, disabled states included."""
    made = QPalette(QColor(tokens.raised), QColor(tokens.ground))
    role = QPalette.ColorRole
    grounds = {
        role.Window: tokens.ground, role.Base: tokens.ground, role.AlternateBase: tokens.raised,
        role.Button: tokens.raised, role.ToolTipBase: tokens.raised,
        role.Light: tokens.hover, role.Midlight: tokens.hover, role.Mid: tokens.line, role.Dark: tokens.edge,
        role.Shadow: tokens.line, role.Highlight: tokens.selection, role.HighlightedText: tokens.text,
        role.WindowText: tokens.text, role.Text: tokens.text, role.ButtonText: tokens.text, role.BrightText: tokens.error,
        role.ToolTipText: tokens.text, role.PlaceholderText: tokens.faint,
        role.Link: tokens.accent, role.LinkVisited: tokens.thinking, role.Accent: tokens.accent,
    }  # fmt: skip
    for one, colour in grounds.items():
        made.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, one, QColor(tokens.faint))
    return made


@dataclass(frozen=True, slots=True)
class Room:
    """What a `settings.density` means: pixels at 100 % zoom, line heights as factors of the font's size."""

    messages: float  # between messages
    blocks: float  # between blocks of one message
    padding: float  # inside code, quotes and the user's ground
    line: float
    code_line: float
    row: int  # around the line of a row in a list


ROOM = {
    "compact": Room(16, 8, 8, 1.35, 1.25, 8),
    "normal": Room(24, 12, 12, 1.5, 1.4, 14),
    "roomy": Room(36, 16, 16, 1.65, 1.5, 22),
}


def transcript_style(tokens: Tokens, settings: Settings, size: float, *, still: bool = False) -> Style:
    """How the transcript looks under these tokens and settings; `size` is the system's text size in pixels. `still`: nothing
    moves by itself."""
    text, room = max(14.0, size + 1), ROOM[settings.density]
    return Style(
        colours=tokens,
        text_family=settings.text_font,
        code_family=settings.code_font,
        text_size=text,
        code_size=text - 1,
        small_size=text - 2,
        zoom=settings.zoom / 100,
        column=float(settings.text_width),
        dark=tokens.dark,
        reveal=settings.show_hidden,
        motion=not still,
        message_space=room.messages,
        block_space=room.blocks,
        padding=room.padding,
        line_height=room.line,
        code_line_height=room.code_line,
    )


def style_sheet(tokens: Tokens) -> str:
    """The one style sheet, filled from the tokens."""
    arts = resources.path("style/window.qss").parent.as_posix()
    sheet = Template(resources.read_text("style/window.qss"))
    return sheet.substitute(asdict(tokens), scheme="dark" if tokens.dark else "light", arts=arts)


FADING = Qt.UIEffect.UI_General  # menus, lists and hints that unfold or fade in


class Theme(QObject):
    """The scheme in force, and whether anything moves. `changed` is told after all of it has been put in place."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.changed: Event[Tokens] = Event()
        self.tokens = LIGHT
        self._applied: tuple[Tokens, bool] | None = None
        self._app = app
        self.choice = "system"
        self.reduced_motion = "system"
        self._wishes = Wishes()
        self._base = QFont(app.font())
        self._blinking = app.cursorFlashTime()
        self._fading = app.isEffectEnabled(FADING)
        self.zoom = 100
        self.density = "normal"
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def choose(self, choice: str, zoom: int = 100, density: str = "normal", reduced_motion: str = "system") -> None:
        """Follow `settings.theme` (system, light, dark), `zoom` (percent), `density` and `reduced_motion` from now on."""
        zoomed, spaced = zoom != self.zoom, density != self.density
        self.choice, self.zoom, self.reduced_motion = choice, zoom, reduced_motion
        self.density = density if density in ROOM else "normal"
        if zoomed:
            font = QFont(self._base)
            font.setPointSizeF(self._base.pointSizeF() * zoom / 100)
            self._app.setFont(font)
        self._apply(force=zoomed or spaced)

    def state(self) -> str:
        """How things look, for `restore` at the next start, when the window is there before the settings are read."""
        return f"{self.choice},{self.zoom},{self.density}"

    def restore(self, state: str) -> None:
        """Look as `state` says; as usual in what it does not say."""
        choice, zoom, density, *_ = *state.split(","), "", ""
        self.choose(choice or "system", int(zoom) if zoom.isdecimal() and len(zoom) <= 3 else 100, density)

    def follow(self, wishes: Wishes) -> None:
        """Heed what a person wishes of every program. The colours count only where Qt itself does not know."""
        self._wishes = wishes
        self._apply()

    @property
    def row_space(self) -> int:
        """Pixels around the line of a row in a list."""
        return ROOM[self.density].row

    @property
    def text_px(self) -> float:
        """The system's text size in pixels, before zoom."""
        return QFontInfo(self._base).pixelSize()

    @property
    def is_still(self) -> bool:
        """Whether nothing is to move by itself."""
        return bool(self._wishes.still) if self.reduced_motion == "system" else self.reduced_motion == "on"

    def show(self) -> None:
        """Put the scheme in place for the first time."""
        self._apply(force=True)

    def _dark(self) -> bool:
        if self.choice != "system":
            return self.choice == "dark"
        scheme = QGuiApplication.styleHints().colorScheme()
        if scheme == Qt.ColorScheme.Unknown:
            return bool(self._wishes.dark)
        return scheme == Qt.ColorScheme.Dark

    def _system_changed(self) -> None:
        self._apply()

    def _apply(self, *, force: bool = False) -> None:
        tokens, still = DARK if self._dark() else LIGHT, self.is_still
        if (tokens, still) == self._applied and not force:
            return
        self.tokens, self._applied = tokens, (tokens, still)
        self._app.setPalette(palette(tokens))
        self._app.setStyleSheet(style_sheet(tokens))
        self._app.setCursorFlashTime(0 if still else self._blinking)
        self._app.setEffectEnabled(FADING, self._fading and not still)
        self.changed.emit(tokens)
