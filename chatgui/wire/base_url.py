"""The base URL a person gives, mended, or refused with words."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

ENDPOINTS = ("/chat/completions", "/completions", "/models", "/responses", "/embeddings")
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
    given = text.strip().strip("<>\"'“”").strip()
    verbatim, given = given.endswith("#"), given.removesuffix("#")
    if not given:
        return Mended("", "The address is empty.")
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
    path = url.path if verbatim else _path(url.path, host)
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    mended = urlunsplit((url.scheme.lower(), netloc, path, url.query, ""))
    words = "" if mended == text.strip() else f"Using {mended}"
    return Mended(mended, ". ".join(filter(None, (words, plain_words(mended)))))


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
