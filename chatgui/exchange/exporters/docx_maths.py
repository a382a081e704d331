"""MathML as the formulas of word processors (OMML). What is not known keeps its letters."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_M = f"{{{NAMESPACE}}}"
_ACCENTS = {"→": "\u20d7", "^": "\u0302", "¯": "\u0305", "˙": "\u0307", "~": "\u0303", "ˉ": "\u0305", "¨": "\u0308"}
_SCRIPTS = {"msub": ("sSub", "sub"), "msup": ("sSup", "sup"), "msubsup": ("sSubSup", "sub", "sup")}
_OPENING, _CLOSING = "([{|⟨⌊⌈‖", ")]}|⟩⌋⌉‖"


def omml(mathml: Element) -> Element:
    """The formula as an `m:oMath` element."""
    made = Element(f"{_M}oMath")
    _children(mathml, made)
    return made


def _children(element: Element, into: Element) -> None:
    _siblings(list(element), into)


def _siblings(rows: list[Element], into: Element) -> None:
    at = 0
    while at < len(rows):
        end = _fence(rows, at)
        if end:
            _fenced(rows[at], rows[at + 1 : end], rows[end], into)
            at = end
        else:
            _one(rows[at], into)
        at += 1


def _bracket(element: Element) -> str:
    """The bracket this is, with or without something above or below it; empty if it is none."""
    if _name(element) in _SCRIPTS and len(element) > 1:
        element = element[0]
    sign = _text(element) if _name(element) == "mo" else ""
    return sign if sign and sign in _OPENING + _CLOSING else ""


def _fence(rows: list[Element], at: int) -> int:
    """Where the bracket that opens here is closed, 0 if nothing opens or nothing closes it."""
    first = _bracket(rows[at]) if _name(rows[at]) == "mo" else ""
    if not first or first not in _OPENING:
        return 0
    depth = 1
    for place in range(at + 1, len(rows)):
        sign = _bracket(rows[place])
        if sign and depth == 1 and _OPENING.find(first) == _CLOSING.find(sign):
            return place
        if sign in _OPENING and sign not in _CLOSING:
            depth += bool(sign)
        elif sign in _CLOSING and sign not in _OPENING:
            depth -= 1
    return 0


def _fenced(first: Element, inside: list[Element], last: Element, into: Element) -> None:
    """Brackets grow with what is between them; what is raised or lowered after them belongs to the whole."""
    if _name(last) in _SCRIPTS:
        kind, *slots = _SCRIPTS[_name(last)]
        script = SubElement(into, f"{_M}{kind}")
        _fenced(first, inside, last[0], SubElement(script, f"{_M}e"))
        for slot, part in zip(slots, list(last)[1:], strict=False):
            _one(part, SubElement(script, f"{_M}{slot}"))
        return
    made = SubElement(into, f"{_M}d")
    properties = SubElement(made, f"{_M}dPr")
    SubElement(properties, f"{_M}begChr", {f"{_M}val": _text(first)})
    SubElement(properties, f"{_M}endChr", {f"{_M}val": _text(last)})
    _siblings(inside, SubElement(made, f"{_M}e"))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _one(element: Element, into: Element) -> None:
    name, parts = _name(element), list(element)
    make = _MAKERS.get(name)
    if make and len(parts) >= _NEEDED.get(name, 0):
        make(element, parts, into)
    elif parts:
        _children(element, into)
    else:
        _run(element, parts, into)


def _run(element: Element, _: list[Element], into: Element) -> None:
    text = (element.text or "").strip() or (" " if _name(element) == "mspace" else "")
    if not text:
        return
    run = SubElement(into, f"{_M}r")
    if _name(element) in ("mtext", "ms") or (_name(element) == "mi" and len(text) > 1):
        SubElement(SubElement(run, f"{_M}rPr"), f"{_M}sty", {f"{_M}val": "p"})
    SubElement(run, f"{_M}t").text = text


def _slots(kind: str, *names: str) -> Callable[[Element, list[Element], Element], None]:
    """What has its children in named slots, in this order."""

    def make(_: Element, parts: list[Element], into: Element) -> None:
        made = SubElement(into, f"{_M}{kind}")
        for name, part in zip(names, parts, strict=False):
            _one(part, SubElement(made, f"{_M}{name}"))

    return make


def _root(element: Element, parts: list[Element], into: Element) -> None:
    made = SubElement(into, f"{_M}rad")
    if _name(element) == "msqrt":
        SubElement(SubElement(made, f"{_M}radPr"), f"{_M}degHide", {f"{_M}val": "1"})
        SubElement(made, f"{_M}deg")
        _children(element, SubElement(made, f"{_M}e"))
    else:
        _one(parts[1], SubElement(made, f"{_M}deg"))
        _one(parts[0], SubElement(made, f"{_M}e"))


def _over(_: Element, parts: list[Element], into: Element) -> None:
    accent = _ACCENTS.get(_text(parts[1]))
    if accent is None:
        _slots("limUpp", "e", "lim")(_, parts, into)
        return
    made = SubElement(into, f"{_M}acc")
    SubElement(SubElement(made, f"{_M}accPr"), f"{_M}chr", {f"{_M}val": accent})
    _one(parts[0], SubElement(made, f"{_M}e"))


def _under_over(_: Element, parts: list[Element], into: Element) -> None:
    upper = SubElement(into, f"{_M}limUpp")
    lower = SubElement(SubElement(upper, f"{_M}e"), f"{_M}limLow")
    _one(parts[0], SubElement(lower, f"{_M}e"))
    _one(parts[1], SubElement(lower, f"{_M}lim"))
    _one(parts[2], SubElement(upper, f"{_M}lim"))


def _table(_: Element, parts: list[Element], into: Element) -> None:
    made = SubElement(into, f"{_M}m")
    for row in parts:
        line = SubElement(made, f"{_M}mr")
        for cell in row:
            _children(cell, SubElement(line, f"{_M}e"))


_NEEDED = {
    "mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mroot": 2, "mover": 2, "munder": 2, "munderover": 3,
}  # fmt: skip
_MAKERS: dict[str, Callable[[Element, list[Element], Element], None]] = {
    "mfrac": _slots("f", "num", "den"),
    "msup": _slots("sSup", "e", "sup"),
    "msub": _slots("sSub", "e", "sub"),
    "msubsup": _slots("sSubSup", "e", "sub", "sup"),
    "msqrt": _root,
    "mroot": _root,
    "mover": _over,
    "munder": _slots("limLow", "e", "lim"),
    "munderover": _under_over,
    "mtable": _table,
}
