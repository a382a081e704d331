"""How large a formula will be, guessed from its source: so that it can be left room before it is set.

A small model of how TeX sets boxes, with the sizes of an average letter. It knows the constructs that make a line higher;
what it does not know is a letter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 4_000  # characters that are looked at
DEEPEST = 40  # boxes within each other

_TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|[{}^_&\[\]]|\s+|.", re.DOTALL)
_SCRIPT = 0.7  # of the size of what it is beside
_AXIS = 6.5  # of fractions and matrices, above the baseline
_ROW = 22.9  # from line to line of a matrix


class Size(NamedTuple):
    """In pixels, at a text size of 24: the width, and how far it reaches above and below the baseline."""

    width: float
    ascent: float
    descent: float


_NOTHING = Size(0, 0, 0)
_WIDE = {
    **dict.fromkeys([
        "=", "<", ">", "\\le", "\\ge", "\\leq", "\\geq", "\\neq", "\\ne", "\\approx", "\\equiv", "\\sim", "\\simeq",
        "\\in", "\\notin", "\\subset", "\\subseteq", "\\to", "\\rightarrow", "\\leftarrow", "\\mapsto", "\\propto",
        "\\cong", "\\ll", "\\gg"
    ], 31.0),
    **dict.fromkeys([
        "\\Rightarrow", "\\Leftrightarrow", "\\leftrightarrow", "\\implies", "\\iff", "\\Longrightarrow"
    ], 42.0),
    **dict.fromkeys([
        "+", "-", "\\pm", "\\mp", "\\times", "\\div", "\\cup", "\\cap", "\\oplus", "\\otimes", "\\wedge", "\\vee",
        "\\land", "\\lor"
    ], 27.0),
}  # fmt: skip
_WIDE |= {
    "\\cdot": 17, "*": 21, "/": 12, ",": 12, ";": 12, ".": 7, ":": 20, "!": 9, "'": 7, "|": 7, "\\mid": 20, "\\|": 12,
    "\\,": 4, "\\:": 5, "\\;": 7, "\\ ": 6, "\\!": -4, "~": 6, "\\quad": 24, "\\qquad": 48, "\\infty": 24,
    "\\ldots": 28, "\\cdots": 28, "\\dots": 28, "\\nabla": 18, "\\omega": 17, "i": 7.5, "j": 8, "l": 8, "t": 8.5, "m": 21,
    "w": 17, "r": 10.5, "s": 10.5, "f": 11.5, "c": 11, "e": 11.5, "(": 9.3, ")": 9.3, "[": 9, "]": 9, "1": 12, "W": 23,
    "M": 22, "I": 9, "\\{": 9, "\\}": 9, "\\Psi": 19, "\\colon": 9,
}  # fmt: skip
_LOW = set("acegmnopqrsuvwxyz,.:;") | {
    "\\alpha", "\\epsilon", "\\varepsilon", "\\gamma", "\\eta", "\\iota", "\\kappa", "\\mu", "\\nu", "\\pi", "\\rho",
    "\\sigma", "\\tau", "\\upsilon", "\\omega", "\\infty", "\\cdot", "\\ldots", "\\cdots", "-", "=", "<", ">",
}  # fmt: skip
_DEEP = set("fgjpqy") | {
    "\\beta", "\\gamma", "\\zeta", "\\eta", "\\mu", "\\xi", "\\rho", "\\phi", "\\varphi", "\\chi", "\\psi", "(", ")", "[",
    "]", "|", "\\{", "\\}", "\\|", "\\mid", "/", "\\langle", "\\rangle",
}  # fmt: skip
_FENCES = {"(", ")", "[", "]", "\\{", "\\}", "|", "\\|", "\\langle", "\\rangle"}
_NO_SIZE = {
    "\\displaystyle", "\\textstyle", "\\limits", "\\nolimits", "\\big", "\\Big", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr",
    "\\left", "\\right", "\\middle", "\\nonumber", "\\notag",
}  # fmt: skip
_NAMED = re.compile(
    r"\\(arc)?(sin|cos|tan|cot|sec|csc|log|ln|exp|sinh|cosh|tanh|det|dim|ker|gcd|deg|arg|hom|Pr|lim|max|min|sup|inf|"
    r"limsup|liminf|argmax|argmin)\Z"
)
_BELOW = {"\\lim", "\\max", "\\min", "\\sup", "\\inf", "\\limsup", "\\liminf", "\\argmax", "\\argmin"}
_BIG = {"\\sum", "\\prod", "\\coprod", "\\bigcup", "\\bigcap", "\\bigoplus", "\\bigotimes", "\\bigvee", "\\bigwedge"}
_INTEGRALS = {"\\int": 20.0, "\\oint": 20.0, "\\iint": 34.0, "\\iiint": 48.0}
_ACCENTS = {"\\hat", "\\bar", "\\vec", "\\dot", "\\ddot", "\\tilde", "\\check", "\\acute", "\\grave", "\\breve"}
_OVER = {"\\overline", "\\widehat", "\\widetilde", "\\overrightarrow"}
_FRACTIONS = {"\\frac": None, "\\dfrac": True, "\\cfrac": True, "\\tfrac": False, "\\binom": None, "\\dbinom": True}
_FENCED = {"pmatrix": 1, "bmatrix": 1, "Bmatrix": 1, "vmatrix": 0.8, "Vmatrix": 1.2, "cases": 0.6, "dcases": 0.6}


def guess(latex: str, *, display: bool) -> Size:
    """The size of a formula, about."""
    return _Guess(_TOKEN.findall(latex[:LONGEST]), display).row(display=display)


class _Guess:
    def __init__(self, tokens: list[str], display: bool) -> None:
        self._tokens = [one if not one.isspace() else " " for one in tokens]
        self._at = 0
        self._depth = 0
        self._has_limits = display  # sums have them above and below
        self._is_script = False  # where signs stand close

    def _next(self) -> str:
        sign = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return sign

    def _peek(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at] == " ":
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def row(self, *, display: bool, until: tuple[str, ...] = ()) -> Size:
        """What stands beside each other, up to one of these, which is taken."""
        whole = _NOTHING
        if self._depth == DEEPEST:
            return whole
        self._depth += 1
        while sign := self._peek():
            self._at += 1
            if sign in until or (sign == "}" and not until):
                break
            whole = _beside(whole, self._scripted(sign, display=display))
        self._depth -= 1
        return whole

    def _scripted(self, sign: str, *, display: bool) -> Size:
        box = self._atom(sign, display=display)
        up = down = None
        while (mark := self._peek()) in {"^", "_", "\\limits", "\\nolimits", "'"}:
            self._at += 1
            if mark == "^":
                up = self._script()
            elif mark == "_":
                down = self._script()
            elif mark == "'" and up is None:
                up = Size(5, 8, 0)
        if up is None and down is None:
            return box
        if self._has_limits and (sign in _BIG or sign in _BELOW):
            return _limits(box, up, down)
        is_large = sign in _BIG or sign in _INTEGRALS
        raised = box.ascent if is_large else max(8.6, box.ascent - 7.5)
        ascent = box.ascent if up is None else max(box.ascent, raised + up.ascent)
        lowered = box.descent + 5 if is_large else max(4.7, box.descent)
        descent = box.descent if down is None else max(box.descent, lowered + down.descent)
        return Size(box.width + max(one.width for one in (up, down) if one is not None) + 0.5, ascent, descent)

    def _script(self) -> Size:
        before, self._has_limits, self._is_script = (self._has_limits, self._is_script), False, True
        box = _scaled(self._argument(display=False), _SCRIPT)
        self._has_limits, self._is_script = before
        return box

    def _argument(self, *, display: bool) -> Size:
        sign = self._peek()
        self._at += 1
        if sign == "{":
            return self.row(display=display, until=("}",))
        return self._atom(sign, display=display) if sign and sign not in "^_&}" else _NOTHING

    def _words(self) -> Size:
        """Words within braces."""
        self._peek()
        letters, depth = "", 0
        while sign := self._next():
            depth += (sign == "{") - (sign == "}")
            letters += sign if sign not in {"{", "}"} else ""
            if depth <= 0:
                break
        return Size(len(letters) * 10.4, 17, 5 if set(letters) & set("gjpqy,;()") else 0.5)

    def _atom(self, sign: str, *, display: bool) -> Size:
        if self._depth == DEEPEST:
            return _NOTHING
        self._depth += 1
        box = self._box(sign, display=display)
        self._depth -= 1
        return box

    def _box(self, sign: str, *, display: bool) -> Size:
        if sign == "{":
            return self.row(display=display, until=("}",))
        if sign in _FRACTIONS:
            return self._fraction(sign, display=display)
        if sign == "\\sqrt":
            return self._root(display=display)
        if sign == "\\begin":
            return self._environment(display=display)
        if sign == "\\left":
            return self._fenced(display=display)
        if sign in _BIG:
            return Size(29, 22.6, 11) if self._has_limits else Size(23, 18.4, 8)
        if sign in _INTEGRALS:
            return Size(_INTEGRALS[sign], 29, 21)
        if sign in _ACCENTS or sign in _OVER:
            box = self._argument(display=False)
            return box._replace(ascent=box.ascent + (5.5 if sign in _OVER else 9.6))
        if sign in {"\\text", "\\mathrm", "\\operatorname", "\\textbf", "\\textit", "\\mbox", "\\textrm"}:
            return self._words()
        if sign.startswith(("\\math", "\\bold", "\\bm", "\\pmb", "\\boxed", "\\underline")):
            return self._argument(display=display)
        return self._letter(sign)

    def _letter(self, sign: str) -> Size:
        if sign in _NO_SIZE or sign in {"&", "\\\\", "{", "}"}:
            return _NOTHING
        if named := _NAMED.match(sign):
            return Size(10.8 * len(named[0][1:]) + 4, 17, 5 if "g" in sign or "p" in sign else 0.5)
        is_space = sign in {"\\,", "\\:", "\\;", "\\ ", "\\!", "~", "\\quad", "\\qquad"}
        if is_space:
            return Size(_WIDE[sign], 0, 0)
        width = _WIDE.get(sign, 17.0 if sign.isupper() else 13.2)
        ascent = 17.7 if sign in _FENCES else 11.5 if sign in _LOW else 13.4 if sign == "+" else 16.2
        return Size(min(width, 18.0) if self._is_script else width, ascent, 5.3 if sign in _DEEP else 0.3)

    def _fraction(self, sign: str, *, display: bool) -> Size:
        own = _FRACTIONS[sign]
        large = display if own is None else own
        scale = 1.0 if large else _SCRIPT
        above, below = (_scaled(self._argument(display=False), scale) for _ in range(2))
        up = max(16.2 if large else 9.9, 7.7 + above.descent)
        down = max(15.3 if large else 9.8, below.ascent - 1.7)
        width = max(above.width, below.width)
        box = Size(width + (2 if large else 4.5), up + above.ascent, down + below.descent)
        return _fence(box, 2) if sign.endswith("binom") else box

    def _root(self, *, display: bool) -> Size:
        if self._peek() == "[":
            self._at += 1
            self.row(display=False, until=("]",))
        box = self._argument(display=display)
        return Size(box.width + 19.4, max(22.1, box.ascent + 3.7), max(5.6, box.descent))

    def _fenced(self, *, display: bool) -> Size:
        self._peek()
        sides = self._next() != "."
        box = self.row(display=display, until=("\\right",))
        self._peek()
        return _fence(box, sides + (self._next() != "."))

    def _environment(self, *, display: bool) -> Size:
        name = self._name()
        if name == "array" and self._peek() == "{":
            self._words()
        columns: list[float] = []
        heights: list[Size] = [_NOTHING]
        column = 0
        while self._at < len(self._tokens):
            cell, end = self._cell(display=display and name not in _FENCED)
            columns += [0.0] * (column + 1 - len(columns))
            columns[column] = max(columns[column], cell.width)
            heights[-1] = _beside(heights[-1], cell)
            column = column + 1 if end == "&" else 0
            if end == "\\\\":
                heights.append(_NOTHING)
            elif end != "&":
                break
        if self._peek() == "{":
            self._name()
        heights = [one for one in heights if one.width] or [_NOTHING]
        height = sum(max(_ROW, one.ascent + one.descent + 1.5) for one in heights)
        gaps = 22.0 if name in {"cases", "dcases"} else 10.3 if name in {"matrix", "array", *_FENCED} else 0.0
        width = sum(columns) + gaps * (len(columns) - 1) + 20 * _FENCED.get(name, 0)
        return Size(width, height / 2 + _AXIS, height / 2 - _AXIS)

    def _cell(self, *, display: bool) -> tuple[Size, str]:
        """Up to the end of a cell, a row or the environment, and which it was."""
        box = self.row(display=display, until=("&", "\\\\", "\\end", ""))
        return box, self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def _name(self) -> str:
        letters = []
        if self._peek() == "{":
            self._at += 1
            while (sign := self._next()) not in {"}", ""}:
                letters.append(sign)
        return "".join(letters)


def _beside(one: Size, other: Size) -> Size:
    return Size(one.width + other.width, max(one.ascent, other.ascent), max(one.descent, other.descent))


def _scaled(box: Size, by: float) -> Size:
    return Size(box.width * by, box.ascent * by, box.descent * by)


def _fence(box: Size, sides: int) -> Size:
    """Between fences that grow with what they hold."""
    half = max(11.5, box.ascent - _AXIS, box.descent + _AXIS)
    return Size(box.width + sides * 10.5, half + _AXIS, half - _AXIS)


def _limits(box: Size, up: Size | None, down: Size | None) -> Size:
    """With limits above and below."""
    width = max(one.width for one in (box, up, down) if one is not None)
    return Size(
        width + 4,
        box.ascent + (up.ascent + up.descent + 3.6 if up is not None else 0),
        box.descent + (down.ascent + down.descent + 3.6 if down is not None else 0),
    )
