"""The base URL a person gives, mended, or refused with words."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from chatgui.wire.presets import BY_NAME, PRESETS

ENDPOINTS = ("/chat/completions", "/completions", "/models", "/responses", "/embeddings", "/messages")
HTTPS = "https"
# Where people chat by hand, and so copy the address from.
CHATS = (
    ("chatgpt.com", "openai"),
    ("chat.openai.com", "openai"),
    ("claude.ai", "anthropic"),
    ("gemini.google.com", "google"),
    ("chat.deepseek.com", "deepseek"),
    ("chat.mistral.ai", "mistral"),
    ("grok.com", "xai"),
    ("www.perplexity.ai", "perplexity"),
)
SHARED = {"github.com", "huggingface.co", "portal.azure.com"}  # sites where much else is, too
_INSIDE = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
# What becomes of https:// under the hand.
_SLIP = re.compile(r"([htps]{3,6})(?::/{0,3}|;//|//|:\\\\)(?=[\w\[])", re.IGNORECASE)
_KEY = re.compile(
    r"(sk|pk|gsk|xai|hf|key|csk|nvapi|r8|fw)[-_][\w-]{16,}\Z|AIza[\w-]{30,}\Z|[0-9a-f]{32,}\Z|eyJ[\w-]+\.[\w.-]+\Z",
    re.IGNORECASE,
)
WITHOUT_VERSION = ("api.perplexity.ai",)  # hosts whose API has no version in its path
LOCAL_NAMES = (
    ".local",
    ".localhost",
    ".lan",
    ".internal",
    ".home",
    ".home.arpa",
    ".intranet",
    ".corp",
    ".test",
    ".invalid",
)


@dataclass(frozen=True, slots=True)
class Mended:
    """`url` to use; empty if `words` say why there is none. Otherwise `words` say what was changed, if anything."""

    url: str
    words: str = ""


def mend(text: str) -> Mended:
    """The base URL meant by `text`: without spaces, trailing slash and pasted endpoint; `/v1` added only if the path is empty.

    A query is kept. A trailing `#` keeps the path verbatim.
    """
    given = _pasted(text)
    verbatim, given = given.endswith("#"), given.removesuffix("#")
    if not given:
        return Mended("", "The address is empty.")
    if _KEY.match(given):
        return Mended("", "This looks like a key. It belongs into the field for the key; here goes the address.")
    if any(c.isspace() or not c.isprintable() for c in given):
        return Mended("", "The address contains a space or an invisible character.")
    if "://" not in given:
        given = ("http://" if is_private(given.split("/")[0].rsplit(":", 1)[0].strip("[]")) else "https://") + given
    try:
        url = urlsplit(given)
        port = url.port
        host = (
            (url.hostname or "").encode("idna").decode("ascii")
            if not (url.hostname or "").isascii()
            else url.hostname or ""
        )
    except ValueError as error:
        return Mended("", f"This is not an address: {_plain(error)}.")
    if problem := _problem(url.scheme, host, url.username):
        return Mended("", problem)
    plainly = not verbatim and port is None and not url.query
    if plainly and (known := _known(host.lower(), url.path)):
        return Mended(known, f"Using {known}, where this provider’s models answer")
    path = url.path if verbatim else _path(url.path, host)
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    mended = urlunsplit((url.scheme.lower(), netloc, path, url.query, ""))
    words = "" if mended == text.strip() else f"Using {mended}"
    return Mended(mended, ". ".join(filter(None, (words, plain_words(mended)))))


def _pasted(text: str) -> str:
    """The address in what was pasted: without quotes and the comma after it, out of a command or an assignment, its
    `https://` with the slips of the hand mended."""
    given = text.strip().strip("<>\"'“”`,;").strip()
    if not given.lower().startswith(("http:", "https:")) and (inside := _INSIDE.search(given)):
        given = inside[0].rstrip(",;")
    slip = _SLIP.match(given)
    if slip is not None and not given.lower().startswith(("https://", "http://")):
        return f"{HTTPS if 's' in slip[1].lower() else 'http'}://{given[slip.end() :]}"
    return given


def _known(host: str, path: str) -> str:
    """The address of a provider whose web site this is, or whose API with the end of its path missing; empty if neither."""
    sites, apis = _providers()
    if host in sites:
        return sites[host]
    full = apis.get(host, "")
    wanted, given = urlsplit(full).path.split("/"), path.rstrip("/").split("/")
    return full if len(given) < len(wanted) and wanted[: len(given)] == given else ""


@cache
def _providers() -> tuple[dict[str, str], dict[str, str]]:
    """Base URLs by the hosts of web sites, and by their own hosts."""
    apis: dict[str, str] = {}
    sites: dict[str, str] = {}
    for one in PRESETS:
        if one.needs_key and one.base_url.startswith(HTTPS):
            apis.setdefault(urlsplit(one.base_url).hostname or "", one.base_url)
            sites.setdefault(urlsplit(one.key_url).hostname or "", one.base_url)
    sites |= {host: BY_NAME[name].base_url for host, name in CHATS}
    return {host: url for host, url in sites.items() if host not in apis and host not in SHARED}, apis


def _plain(error: ValueError) -> str:
    text = str(error)
    return (
        "the port is no number between 0 and 65535"
        if "ort" in text
        else "the name of the server is malformed"
        if "idna" in text
        else text.lower()
    )


def _problem(scheme: str, host: str, user: str | None) -> str:
    if scheme.lower() not in {"http", "https"}:
        return (
            f"“{scheme}” is no web address; it must begin with https:// (or http:// for a server of your own network)."
        )
    if not host or host.startswith(".") or ".." in host or any(c in host for c in "%_{}|\\^`"):
        return "The name of the server is missing or malformed."
    if user is not None:
        return "The address contains a user name. Give the key in its own field instead."
    return ""


def plain_words(url: str) -> str:
    """The warning for an address without encryption outside this computer and its own network; empty if there is none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or is_private(host):
        return ""
    return f"http:// sends key and words to {host} for everyone on the way to read. Use https:// if it offers that."


def _path(path: str, host: str) -> str:
    path = path.rstrip("/")
    for endpoint in ENDPOINTS:
        path = path.removesuffix(endpoint)
    path = path.rstrip("/")
    return path or ("" if host.lower() in WITHOUT_VERSION else "/v1")


def is_private(host: str) -> bool:
    """Whether this name or address is on this computer or its own network."""
    host = host.lower().strip("[]").rstrip(".")
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith(LOCAL_NAMES)
    return address.is_loopback or address.is_private or address.is_link_local


def is_loopback(host: str) -> bool:
    """Whether this host is this computer."""
    host = host.lower().strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def endpoint(base_url: str, path: str, query: tuple[tuple[str, str], ...] = ()) -> str:
    """The URL of an endpoint below a base URL, whose own query is kept; `query` is added."""
    url = urlsplit(base_url)
    pairs = [*parse_qsl(url.query, keep_blank_values=True), *query]
    return urlunsplit((url.scheme, url.netloc, url.path.rstrip("/") + path, urlencode(pairs), ""))


def host_name(url: str) -> str:
    """What an account at this address may be called: its host, without what every provider puts before it."""
    return shown_host(url).removeprefix("www.").removeprefix("api.")


def shown_host(url: str) -> str:
    """Host and port as shown to people; a standard port is left out."""
    parts = urlsplit(url)
    host = parts.hostname or url
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:
        port = None
    return host if port is None else f"{host}:{port}"
