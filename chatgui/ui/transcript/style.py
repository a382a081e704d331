"""How a transcript looks: fonts, sizes and colours by role. A value; the theme fills it, blocks and chrome read it.

All lengths are in pixels at 100 % zoom and are asked for through `px`, which applies the zoom.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication

HEADING_SCALE = (1.55, 1.3, 1.12, 1.0, 1.0, 1.0)  # headings speak by weight and space more than by size


@dataclass(frozen=True)
class Colours:
    """Colours by role, as `#rrggbb` or `#aarrggbb`. Defaults are the light theme's."""

    ground: str = "#fbfbfa"  # the window behind answers
    raised: str = "#f1f1ef"  # behind the user's own words, menus, quotes
    line: str = "#dcdcd8"  # hairlines: rules, table lines, borders
    edge: str = "#878782"  # lines that carry meaning: borders of fields, focus, how far one has scrolled
    text: str = "#1f2123"
    secondary: str = "#55585c"  # names, reasoning, captions
    faint: str = "#6c7075"  # times, usage, quiet actions
    accent: str = "#1a5fb4"  # links, focus, the mark at a streaming end
    on_accent: str = "#ffffff"
    code_ground: str = "#f3f3f1"
    selection: str = "#b8d3f2"
    find: str = "#f7e3a1"  # every place found
    find_current: str = "#f0b429"  # the one that is looked at
    good: str = "#1b7f4b"
    warning: str = "#8a5a00"
    error: str = "#b3261e"
    thinking: str = "#6b4fa0"
    # what highlighting tells apart
    keyword: str = "#8a3fa0"
    string: str = "#1f7a3d"
    number: str = "#9a5b00"
    comment: str = "#6c7075"
    name: str = "#1a5fb4"  # functions, classes, tags
    builtin: str = "#0f6f78"
    diff_added: str = "#1b7f4b"
    diff_removed: str = "#b3261e"

    @cached_property
    def _made(self) -> dict[str, QColor]:
        return {}

    def __getitem__(self, role: str) -> QColor:
        """The colour of a role, e.g. `colours["accent"]`. Do not change what is returned."""
        made = self._made.get(role)
        if made is None:
            made = self._made[role] = QColor(getattr(self, role))
        return made


@dataclass(frozen=True)
class Style:
    """Everything a block or a line of chrome asks about its looks. Equal styles look equal.

    `secondary` is the quieter variant of the reasoning pane: one step smaller, in the secondary colour. `text_family` and
    `code_family` are empty for the system's. `motion` is False where the system asks for less motion.
    """

    colours: Colours = field(default_factory=Colours)
    text_family: str = ""
    code_family: str = ""
    text_size: float = 14.0  # body text
    code_size: float = 13.0
    small_size: float = 12.0  # names, times, usage
    line_height: float = 1.5  # of body text, as a factor of the font's size
    code_line_height: float = 1.4
    chrome_line_height: float = 1.35
    zoom: float = 1.0
    column: float = 720.0  # widest column of text; code and tables may use the whole pane
    margin: float = 24.0  # least space left and right of the column
    padding: float = 12.0  # inside code, quotes and the user's ground
    block_space: float = 12.0  # between blocks of one message
    message_space: float = 24.0  # between messages
    radius: float = 6.0
    dark: bool = False
    motion: bool = True
    reveal: bool = False  # hidden characters are seen as marks in running text, too
    is_secondary: bool = False

    def px(self, length: float) -> float:
        """A length at the current zoom."""
        return length * self.zoom

    def column_in(self, pane: int) -> tuple[int, int]:
        """Where the column of text stands in a pane of this width, left edge and width: centred, never wider than `column`."""
        margin = round(self.px(self.margin)) if pane > self.px(420) else 16
        width = max(80, min(round(self.px(self.column)), pane - 2 * margin))
        return max(margin, (pane - width) // 2), width

    @property
    def text_colour(self) -> QColor:
        """The colour of running text in this variant."""
        return self.colours["secondary" if self.is_secondary else "text"]

    @cached_property
    def _fonts(self) -> dict[tuple[str, int], QFont]:
        return {}

    def font(self, role: str = "text", level: int = 0) -> QFont:
        """The font of a role: `text`, `code`, `small` (names, times), or `heading` with a level of 1 to 6.

        Do not change what is returned; copy it (`QFont(font)`) to set bold or italic.
        """
        made = self._fonts.get((role, level))
        if made is None:
            made = self._fonts[role, level] = self._make_font(role, level)
        return made

    def _make_font(self, role: str, level: int) -> QFont:
        if role == "code":
            font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            family, size = self.code_family, self.code_size
        else:
            font = QFont(QGuiApplication.font())
            family, size = self.text_family, self.small_size if role == "small" else self.text_size
        if family:
            font.setFamily(family)
        if role == "heading":
            size *= HEADING_SCALE[min(max(level, 1), 6) - 1]
            font.setWeight(QFont.Weight.DemiBold)
        font.setPixelSize(max(6, round(self.px(size))))
        font.setStyleHint(QFont.StyleHint.Monospace if role == "code" else QFont.StyleHint.SansSerif)
        return font

    @cached_property
    def _metrics(self) -> dict[tuple[str, int], QFontMetricsF]:
        return {}

    def metrics(self, role: str = "text", level: int = 0) -> QFontMetricsF:
        """Measures of `font(role, level)`."""
        made = self._metrics.get((role, level))
        if made is None:
            made = self._metrics[role, level] = QFontMetricsF(self.font(role, level))
        return made

    @cached_property
    def _lines(self) -> dict[tuple[str, int], float]:
        return {}

    def line(self, role: str = "text", level: int = 0) -> float:
        """Height of one line of a role, in pixels."""
        made = self._lines.get((role, level))
        if made is None:
            made = self._lines[role, level] = self._measure_line(role, level)
        return made

    def _measure_line(self, role: str, level: int) -> float:
        factor = {"code": self.code_line_height, "small": self.chrome_line_height}.get(role, self.line_height)
        if role == "heading":
            factor = 1.3
        return max(self.font(role, level).pixelSize() * factor, self.metrics(role, level).height())

    def zoomed(self, zoom: float) -> Style:
        """The same at another zoom (1.0 is 100 %)."""
        return replace(self, zoom=zoom)

    def secondary(self) -> Style:
        """The quieter variant, for reasoning: one step smaller, in the secondary colour."""
        return replace(self, is_secondary=True, text_size=self.text_size - 1, code_size=self.code_size - 1,
                       line_height=1.45, block_space=self.block_space - 2, margin=16.0)  # fmt: skip
