"""What a provider says went wrong, in its own sentence, and what kind of failure that is.

Serves HTTP error bodies and error objects inside a stream alike. Nothing here trusts a shape: providers disagree on every
field, some send prose, some HTML, some JSON inside a JSON string.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chatgui.core.errors import (
    AuthenticationError,
    ChatError,
    ContentRefused,
    ContextTooLong,
    Failure,
    InvalidRequest,
    Kind,
    NotFound,
    PermissionDenied,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    TimedOut,
    Unavailable,
)
from chatgui.core.secret import Secret, redact
from chatgui.wire.errors import wants_certificate
from chatgui.wire.framing import Framer
from chatgui.wire.loose import loads

ERRORS: dict[Kind, type[ChatError]] = {
    cls.kind: cls
    for cls in (
        AuthenticationError, PermissionDenied, RateLimited, QuotaExceeded, ContextTooLong, ContentRefused, NotFound,
        InvalidRequest, Unavailable, TimedOut, ProtocolError,
    )
}  # fmt: skip

MAX_SAID = 2000  # characters of the server's text that are kept
MAX_SENTENCE = 600
DEPTH = 8  # JSON in JSON in JSON …

# Codes and types, compared in lower case without punctuation. First row that matches wins.
CODES: tuple[tuple[Kind, str], ...] = (
    (Kind.QUOTA, (r"insufficientquota|budgetexceeded|billing|insufficient(balance|funds|credits?)|paymentrequired|outofcredits?|"
                 r"quotaexceeded|exceededcurrentquota|arrearage|creditslimit|spendlimit")),
    (Kind.CONTEXT_TOO_LONG, (r"contextlength|contextwindow|exceedcontextsize|toomanyprompttokens|requesttoolarge|"
                            r"maxcontext|prompttoolong|stringabovemaxlength|messagetoolong")),
    (Kind.CONTENT_REFUSED, r"contentfilter|contentpolicy|responsibleai|datainspection|moderation|safety|dlpviolation|contentviolation"),
    (Kind.AUTHENTICATION, (r"invalidapikey|wrongapikey|invalidauth|authenticationerror|keyrevoked|keyexpired|failedtoauth|nodbconnection|"
                          r"missingapikey|unauthorized|unauthenticated|invalidtoken|accountdeactivated")),
    (Kind.PERMISSION, r"unsupportedcountry|accessdenied|permission|requestforbidden|modeltierrestricted|forbidden|notallowed"),
    (Kind.NOT_FOUND, r"modelnotfound|deploymentnotfound|modeldecommissioned|unknownmodel|nosuchmodel|nofixturematch|notfounderror"),
    (Kind.RATE_LIMITED, r"ratelimit|rpmexceeded|tpmexceeded|toomanyrequests|throttl|resourceexhausted|engineoverloaded429"),
    (Kind.UNAVAILABLE, (r"overloaded|servererror|unavailable|upstream|internalerror|internalservererror|serverbusy|apierror|capacity|streamerror|"
                       r"badgateway|gatewaytimeout")),
)  # fmt: skip

# What servers say of images and files they cannot take, each with what to do; said by 400, 404, 422 and 500 alike.
FILES: tuple[tuple[str, str], ...] = (
    ((r"(could not|unable to|failed to|can ?not) (process|decode|load|read|download|open) .{0,20}image|invalid (base64 )?image|"
      r"image .{0,40}(exceeds|too (large|big)|larger than)|unsupported image|corrupt\w* image"),
     "The server could not use the image. A smaller one, or another format (PNG, JPEG), may be taken."),
    ((r"(does ?n[o']t|not|n't|only|un)[ -]?(be )?(support|accept|allow|enable|process)\w*.{0,40}\b(image|vision|multi-?modal)|"
      r"\bimage(_url|s|\(s\))?\b( (input|content|url)s?)?.{0,30}\b(not|only) (supported|allowed|accepted|enabled|permitted)|"
      r"unknown variant .{0,3}image_url|support image input|not a multi-?modal|at most 0 image|required for image input|"
      r"mmproj|content must be a string|cannot see images"),
     "Choose a model that sees images, or leave the image out: edit the message it came with."),
    ((r"unknown variant .{0,3}(file|input_audio)\b|(invalid|unsupported) (content )?type.{0,20}\b(file|input_audio)|"
      r"\b(pdf|file)s?( (input|content|part)s?)?\b.{0,30}\bnot (supported|allowed|accepted)|"
      r"not support.{0,30}\b(pdf|file (input|content|part)|documents?)"),
     "This server takes no such files. Leave the file out, or attach its text."),
)  # fmt: skip
_FILES = tuple((re.compile(pattern, re.IGNORECASE), advice) for pattern, advice in FILES)

# Prose, where the code says nothing. `statuses` limits a row; an empty tuple means any.
PROSE: tuple[tuple[Kind, tuple[int, ...], str], ...] = (
    (Kind.CONTEXT_TOO_LONG, (), (r"context ?(length|window|size)|maximum (context|prompt) length|too many (input |prompt )?tokens|prompt (is )?too long|"
                                r"request too large|input is too long|length of all messages is too long|exceeds? the (available )?context|"
                                r"longer than the model|maximum number of tokens|input tokens exceed")),
    (Kind.QUOTA, (), (r"insufficient[_ ](balance|quota|credits?|funds)|exceeded your current quota|out of credits?|no credits? left|"
                     r"(credit|account) balance is too low|budget (has been )?exceeded|requires more credits|payment required")),
    (Kind.CONTENT_REFUSED, (), (r"content (management )?polic|content[_ ]filter|flagged by|violat\w* .{0,40}polic|data.loss.prevention|"
                               r"response was filtered|inappropriate content")),
    (Kind.AUTHENTICATION, (400, 401, 403), (r"(invalid|incorrect|wrong|missing|no|bad|expired) (api|access|auth)[ _-]?(key|token)|unauthori[sz]ed|"
                                           r"authenticat|invalid (bearer |authentication )?token|api key (is|not)")),
    (Kind.NOT_FOUND, (400, 404, 422), (r"model\b.{0,80}(not exist|not found|not available|decommissioned|deprecated|unknown|no longer)|"
                                      r"(unknown|invalid|no such|unsupported) model|no endpoints found")),
    (Kind.RATE_LIMITED, (), r"rate[- ]?limit|too many requests|requests per (minute|day|second)"),
    (Kind.UNAVAILABLE, (), r"overloaded|temporarily unavailable|at capacity|try again later|server had an error|service unavailable|bad gateway"),
)  # fmt: skip
# Web servers in front of a model finish the handshake and say it in a page of their own (nginx, IIS).
CERTIFICATE_STATUSES = {400, 401, 403, 495, 496}
_CERTIFICATE = re.compile(
    r"no required ssl certificate|the ssl certificate error|client certificate (is )?required|invalid client certificate",
    re.IGNORECASE,
)
_CODES = tuple((kind, re.compile(pattern)) for kind, pattern in CODES)
_PROSE = tuple((kind, statuses, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, statuses, pattern in PROSE)

STATUSES: dict[int, Kind] = {
    401: Kind.AUTHENTICATION, 402: Kind.QUOTA, 403: Kind.PERMISSION, 404: Kind.NOT_FOUND, 405: Kind.NOT_FOUND, 410: Kind.NOT_FOUND,
    413: Kind.CONTEXT_TOO_LONG, 415: Kind.NOT_FOUND, 408: Kind.UNAVAILABLE, 409: Kind.UNAVAILABLE, 425: Kind.UNAVAILABLE,
    429: Kind.RATE_LIMITED, 451: Kind.PERMISSION,
}  # fmt: skip

ADVICE: dict[Kind, str] = {
    Kind.AUTHENTICATION: "Check the API key of this account.",
    Kind.PERMISSION: "The key is known but may not do this: another model, or the provider’s settings for this key, may help.",
    Kind.QUOTA: "Add credit or raise the limit at the provider; trying again will not help.",
    Kind.RATE_LIMITED: "Wait a little, then try again.",
    Kind.CONTEXT_TOO_LONG: "Shorten the message, leave out attachments, or start a new conversation.",
    Kind.CONTENT_REFUSED: "The provider’s filter refused this. Rephrase the message.",
    Kind.NOT_FOUND: "Check the model’s name and the base URL.",
    Kind.UNAVAILABLE: "This is the provider’s own trouble. Try again in a while.",
    Kind.INVALID_REQUEST: "Check the parameters set for this conversation and account.",
}
STATUS_ADVICE: dict[int, str] = {
    405: "This server does not offer chat completions at this address. Check the base URL.",
    410: "This server does not offer chat completions at this address. Check the base URL.",
    415: "This server does not offer chat completions at this address. Check the base URL.",
    413: "The message is too large for this server. Shorten it or leave out attachments.",
}
STATUS_WORDS: dict[int, str] = {
    400: "Bad request", 401: "Unauthorized", 402: "Payment required", 403: "Forbidden", 404: "Not found",
    405: "Method not allowed", 408: "Request timeout", 409: "Conflict", 410: "Gone", 413: "Message too large",
    415: "Unsupported media type", 422: "Unprocessable request", 425: "Too early", 429: "Too many requests",
    451: "Unavailable for legal reasons",
    500: "Internal server error", 502: "Bad gateway", 503: "Service unavailable", 504: "Gateway timeout", 529: "Overloaded",
}  # fmt: skip


def find_message(value: Any, depth: int = DEPTH) -> str:
    """The sentence a person should read, out of any error body; empty if there is none."""
    if depth <= 0:
        return ""
    if isinstance(value, str):
        return _from_text(value, depth)
    if isinstance(value, Mapping):
        return _from_object(value, depth)
    if isinstance(value, Sequence):
        found = (find_message(one, depth - 1) for one in value[:5])
        return "; ".join(dict.fromkeys(one for one in found if one))
    return ""


def _from_text(text: str, depth: int) -> str:
    text = text.strip()
    if text[:1] in "{[" and text and (inner := loads(text.encode("utf-8", "replace"))) is not None:
        return find_message(inner, depth - 1)
    return html_words(text) if _PAGE.match(text) else text


# Where the sentence stands, best place first.
MESSAGES = ("error", "message", "msg", "error_message", "errorMessage", "detail", "details", "errors", "html-message", "Message", "fault",
            "faultstring", "base_resp", "status_msg", "error_description", "reason", "title")  # fmt: skip
# Where more is said than in an `error` that is but a word or two.
LONGER = ("message", "error_description", "detail", "msg")
_PAGE = re.compile(r"<(!doctype|html|head|body|title|center|\?xml)\b", re.IGNORECASE)


def _from_object(value: Mapping[str, Any], depth: int) -> str:
    outer = ""
    for name in MESSAGES:
        if value.get(name) and (outer := find_message(value[name], depth - 1)):
            if name == "error" and isinstance(value[name], str):
                outer = _with_more(outer, value, depth)
            break
    else:
        if depth < DEPTH:
            outer = _by_field(value)
    return _with_upstream(_with_place(outer, value), value, depth)


def _with_more(outer: str, value: Mapping[str, Any], depth: int) -> str:
    """The name of an error with the sentence beside it: "Bad Request" and what was bad."""
    more = next((found for name in LONGER if value.get(name) and (found := find_message(value[name], depth - 1))), "")
    if not more or more in outer:
        return outer
    return more if outer in more else f"{outer.rstrip('.:')}: {more}"


def _with_place(outer: str, value: Mapping[str, Any]) -> str:
    """The sentence of a validator with the field it is about."""
    place = value.get("loc")
    if not outer or not isinstance(place, list):
        return outer
    field = ".".join(str(one)[:60] for one in place[:6] if isinstance(one, (str, int)) and one not in ("body", "query"))
    return f"{field}: {outer}" if field else outer


def _by_field(value: Mapping[str, Any]) -> str:
    """An object of fields and the complaints about each."""
    found = [
        (name, words)
        for name, words in value.items()
        if isinstance(words, list) and words and isinstance(words[0], str)
    ]
    return "; ".join(f"{name}: {words[0]}" for name, words in found[:5]) if len(found) == len(value) else ""


def _with_upstream(outer: str, value: Mapping[str, Any], depth: int) -> str:
    """A gateway's "Provider returned error" with what the provider behind it said."""
    metadata = value.get("metadata")
    inner = find_message(metadata.get("raw"), depth - 1) if isinstance(metadata, Mapping) else ""
    if not inner or inner in outer:
        return outer
    vague = not outer or outer.rstrip(".").lower() == "provider returned error"
    provider = metadata.get("provider_name") if isinstance(metadata, Mapping) else None
    if vague:
        return f"{provider}: {inner}" if isinstance(provider, str) and provider else inner
    return f"{outer} ({inner})"


def html_words(text: str) -> str:
    """The title of a web page, or its first words."""
    title = re.search(r"<title[^>]*>(.{1,300}?)</title", text[:20_000], re.IGNORECASE | re.DOTALL)
    body = title.group(1) if title else re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text[:20_000])
    return " ".join(html.unescape(body).split())[:200]


def _words(value: Any, names: Iterable[str], depth: int = DEPTH) -> list[str]:
    """Values of `names` in an error object and the objects it wraps, from the innermost out."""
    if depth <= 0 or not isinstance(value, Mapping):
        return []
    found: list[str] = []
    for name in ("error", "innererror", "metadata", "raw", "detail"):
        inner = value.get(name)
        if isinstance(inner, str) and inner[:1] == "{":
            inner = loads(inner.encode("utf-8", "replace"))
        found += _words(inner, names, depth - 1)
    for name in names:
        word = value.get(name)
        if isinstance(word, (str, int)) and not isinstance(word, bool) and word != "":
            found.append(str(word))
    return found


def find_code(body: Any) -> str | None:
    """The provider's machine-readable word for the failure: a code in words before one in digits before a type."""
    codes = [word[:100] for word in _words(body, ("code", "error_code"))]
    types = [word[:100] for word in _words(body, ("type", "error_type", "status", "reason"))]
    words = [code for code in codes if not code.lstrip("-").isdigit() and " " not in code]
    return next(iter([*words, *codes, *types]), None)


def classify(status: int | None, codes: Iterable[str], message: str) -> Kind:
    """What kind of failure this is: by the provider's codes, then by its prose, then by the status."""
    for code in codes:
        plain = re.sub(r"[^a-z0-9]", "", code.lower())
        for kind, pattern in _CODES:
            if pattern.search(plain) and not (kind is Kind.UNAVAILABLE and status is not None and status < 500):
                return kind
    for kind, statuses, pattern in _PROSE:
        if (not statuses or status is None or status in statuses) and pattern.search(message[:MAX_SAID]):
            if kind is Kind.UNAVAILABLE and status is not None and status in STATUSES:
                break
            return kind
    if status in STATUSES:
        return STATUSES[status]
    return Kind.UNAVAILABLE if status is None or status >= 500 else Kind.INVALID_REQUEST


def sentence(text: str) -> str:
    """Server text fit to be shown: one paragraph, bounded, without control characters."""
    clean = " ".join(
        "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text[: MAX_SENTENCE * 2]).split()
    )
    return clean if len(clean) <= MAX_SENTENCE else clean[: MAX_SENTENCE - 1] + "…"


def http_failure(
    status: int, body: bytes, *, request_id: str | None = None, retry_after: float | None = None,
    host: str = "", secrets: Iterable[Secret | None] = (),
) -> ChatError:  # fmt: skip
    """The error an HTTP answer with this status and body amounts to; the key cannot be in it."""
    text = body[: 256 << 10].decode("utf-8", "replace")
    value = loads(body)
    if value is None and b"data:" in body[:4096]:
        value = _framed(body[: 256 << 10])
    html = value is None and text.lstrip()[:1] == "<"
    message = html_words(text) if html else find_message(value if value is not None else text)
    if html and status in CERTIFICATE_STATUSES and _CERTIFICATE.search(text[:20_000]):
        error = wants_certificate(host or "The server")
        error.status, error.request_id, error.said = status, request_id, redact(text.strip(), secrets)[:MAX_SAID]
        return error
    words = STATUS_WORDS.get(status, f"HTTP status {status}")
    if html:
        message = f"{host or 'The server'} answered {status} with a web page: {message or words}"
    return _error(
        status if status >= 400 else None,
        value,
        message or f"{host or 'The server'} answered {status}: {words}.",
        text,
        request_id=request_id,
        retry_after=retry_after,
        secrets=secrets,
    )


def _framed(body: bytes) -> Any:
    """The error in an event of an event stream, None if there is none."""
    framer = Framer()
    return next(
        (value for event in (*framer.feed(body), *framer.end()) if isinstance(value := loads(event.data), dict)), None
    )


def stream_failure(
    payload: Any, *, request_id: str | None = None, secrets: Iterable[Secret | None] = (), status: int | None = None
) -> Failure:
    """The failure an error object inside a stream (or in a body with status 200) amounts to."""
    message = find_message(payload) or "The provider reported an error without words."
    codes = _words(payload, ("code", "status", "status_code", "error_code"))
    status = next((int(code) for code in codes if _FAILED.fullmatch(code)), status)
    text = (
        payload if isinstance(payload, str) else msgspec.json.encode(payload, enc_hook=repr).decode("utf-8", "replace")
    )
    return _error(status, payload, message, text, request_id=request_id, retry_after=None, secrets=secrets).failure


def _error(
    status: int | None, value: Any, message: str, text: str, *, request_id: str | None, retry_after: float | None,
    secrets: Iterable[Secret | None],
) -> ChatError:  # fmt: skip
    secrets = tuple(secrets)
    codes = _words(value, ("code", "error_code", "type", "error_type", "status", "reason"))
    kind, advice = classify(status, codes, message), None
    if kind in {Kind.NOT_FOUND, Kind.CONTEXT_TOO_LONG}:
        advice = STATUS_ADVICE.get(status or 0)
    if kind in _MISTAKEN and (about_files := _about_files(message)):
        kind, advice = Kind.INVALID_REQUEST, about_files
    return ERRORS[kind](
        sentence(redact(message, secrets)),
        status=status,
        code=redact(code, secrets) if (code := find_code(value)) else None,
        request_id=request_id or _request_id(value),
        retry_after=retry_after,
        advice=advice or ADVICE.get(kind, ""),
        said=redact(text.strip(), secrets)[:MAX_SAID],
    )


_FAILED = re.compile("[45][0-9]{2}")  # a status that stands in an error object
# What servers call an image they refuse.
_MISTAKEN = frozenset({Kind.INVALID_REQUEST, Kind.NOT_FOUND, Kind.UNAVAILABLE})


def _about_files(message: str) -> str:
    """What to do about an image or file the server refused; empty if that is not what it says."""
    return next((advice for pattern, advice in _FILES if pattern.search(message[:MAX_SAID])), "")


def _request_id(value: Any) -> str | None:
    return next(iter(_words(value, ("request_id", "requestId"))), None)
