"""LaTeX as MathML that holds nothing but maths."""

from __future__ import annotations

import logging
from xml.etree import ElementTree as Xml

from chatgui.exchange import rendering

log = logging.getLogger(__name__)

_NAMES = """math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd
    mstyle mpadded mphantom menclose"""
_ALLOWED = """display mathvariant stretchy fence separator form linethickness columnalign rowspacing columnspacing width
    height depth lspace rspace accent accentunder movablelimits minsize maxsize displaystyle scriptlevel notation"""
ELEMENTS = frozenset(_NAMES.split())
_ATTRIBUTES = frozenset(_ALLOWED.split())


def mathml(latex: str, *, display: bool) -> str:
    """The formula as a `<math>` element, or empty where it is not understood."""
    made = rendering.mathml(latex, display=display)
    try:
        return Xml.tostring(_checked(Xml.fromstring(made)), encoding="unicode") if made else ""  # noqa: S314 - our child's
    except (Xml.ParseError, ValueError) as error:
        log.debug("a formula came in a form of its own: %s", type(error).__name__)
        return ""


def _checked(element: Xml.Element) -> Xml.Element:
    name = element.tag.rpartition("}")[2]
    if name not in ELEMENTS:
        raise ValueError(name)
    kept = Xml.Element(name, {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES})
    kept.text = element.text
    kept.extend(_checked(child) for child in element)
    return kept
