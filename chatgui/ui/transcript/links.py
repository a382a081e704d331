"""Which links may be followed, and what a person sees of them before. Pure: opens nothing, asks nobody.

Only http, https and mailto lead out of the program, and a link to a message leads to it; everything else stays the text it is. Hosts are shown as they go over the wire
(punycode), so that no letter can pass for another. What looks like one address and leads to another is asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from chatgui.core.message_link import SCHEME, MessageLink

LONGEST = 4_096  # characters; nothing honest is longer

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_REFUSED_CHARS = re.compile("[\x00-\x20\x7f-\xa0\\\\\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f"
                            "\u3000\u3164\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]")  # fmt: skip
_HOST_IN_TEXT = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[\w-]{2,})(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"%&?=]+@(?:[\w-]+\.)*[\w-]+")
_UNSAFE = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Link:
    """A judged link. `url` is what would be opened, empty where nothing may; `shown` is what a hint says.

    `ask` tells that a person must agree first, `warning` why, in words (empty where there is nothing to warn of).
    """

    url: str
    shown: str
    host: str = ""
    ask: bool = False
    warning: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it may be opened at all."""
        return bool(self.url)


def judge(address: str, text: str = "") -> Link:
    """What to make of a link to `address` that reads `text`."""
    address = address.strip(" ")
    scheme = _SCHEME.match(address)
    if len(address) > LONGEST or _REFUSED_CHARS.search(address) or scheme is None:
        return _refused(address)
    match scheme[1].lower():
        case "http" | "https":
            return _judge_web(address, text)
        case "mailto":
            return _judge_mail(address)
        case own if own == SCHEME and (inside := MessageLink.read(address)) is not None:
            return Link(str(inside), f"Go to message: {inside}", "a message")
    return _refused(address)


def _judge_web(address: str, text: str) -> Link:
    if not re.match(r"https?://[^/]", address, re.IGNORECASE):
        return _refused(address)
    try:
        parts = urlsplit(address)
        host = _wire_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return _refused(address)
    if not host or "@" in parts.netloc or "%" in parts.netloc:
        return _refused(address)
    place = f"[{host}]" if ":" in host else host
    if port is not None:
        place += f":{port}"
    rest = quote(parts.path or "/", safe=_UNSAFE)
    if parts.query:
        rest += "?" + quote(parts.query, safe=_UNSAFE)
    if parts.fragment:
        rest += "#" + quote(parts.fragment, safe=_UNSAFE)
    url = f"{parts.scheme.lower()}://{place}{rest}"
    warning = _warning(host, text)
    return Link(url, url, host, ask=bool(warning), warning=warning)


def _warning(host: str, text: str) -> str:
    named = _HOST_IN_TEXT.fullmatch(text.strip())
    if named:
        try:
            other = _wire_host(named[1])
        except ValueError:
            other = named[1]
        if other.removeprefix("www.") != host.removeprefix("www.") and _looks_like_host(named[1], text):
            return f"The text names “{other}”, but the link leads to “{host}”."
    if any(label.startswith("xn--") for label in host.split(".")):
        return f"The name “{host}” stands for letters that can look like others."
    return ""


def _looks_like_host(name: str, text: str) -> bool:
    """Whether a text means a place on the web, not a file or a version: `node.js` and `1.2.30` are none."""
    top = name.rsplit(".", 1)[-1].lower()
    return "://" in text or name.lower().startswith("www.") or top in _TOPS


_TOPS = frozenset(
    {"com", "org", "net", "edu", "gov", "mil", "int", "io", "dev", "app", "ai", "info", "biz", "eu", "uk", "de", "fr", "nl", "ch",
     "at", "ru", "cn", "jp", "us", "ca", "au", "br", "in", "it", "es", "pl", "se", "no", "fi", "dk", "be", "example", "bank"}
)  # fmt: skip


def _judge_mail(address: str) -> Link:
    target = unquote(address.partition(":")[2].partition("?")[0])
    if not _ADDRESS.fullmatch(target) or not target.isascii():
        return _refused(address)
    return Link(f"mailto:{target}", f"Mail to {target}", ask=True, warning="")


def _refused(address: str) -> Link:
    return Link("", address[:200])


def _wire_host(host: str) -> str:
    """A host as it goes over the wire, lower case; ValueError if it is none."""
    if ":" in host:  # IPv6, already checked by urlsplit
        return host
    host = host.rstrip(".").lower()
    if host.isascii():
        if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
            raise ValueError(host)
        return host
    return host.encode("idna").decode("ascii").lower()
