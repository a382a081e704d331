"""What leads on from a failure of an account: one button, and the field of the form it goes to."""

from __future__ import annotations

from collections.abc import Mapping

from chatgui.core.errors import Kind

# The button's words, and where it goes: a field of the form, `page` (the provider's) or `again`.
Remedy = tuple[str, str]

AGAIN, PAGE = "again", "page"
KEY: Remedy = ("Enter Key…", "key")
ADDRESS: Remedy = ("Change Address…", "url")
MODEL: Remedy = ("Choose Model…", "model")
PROXY: Remedy = ("Proxy Settings…", "proxy")
REQUESTS: Remedy = ("Headers and Parameters…", "headers")
ACCOUNT_PAGE: Remedy = ("Open Provider’s Page", PAGE)
RETRY: Remedy = ("Test Again", AGAIN)

# By code first: it says more than the kind.
BY_CODE: Mapping[str, Remedy] = {
    "client_certificate": ("Choose Client Certificate…", "client_cert"),
    "certificate_file": ("Choose Certificate File…", "client_cert"),
    "tls": ("Choose Certificate Authority…", "ca_file"),
    "proxy": PROXY,
    "proxy_auth": PROXY,
}
BY_KIND: Mapping[Kind, Remedy] = {
    Kind.AUTHENTICATION: KEY,
    Kind.VAULT: KEY,
    Kind.PERMISSION: MODEL,
    Kind.QUOTA: ACCOUNT_PAGE,
    Kind.NOT_FOUND: MODEL,
    Kind.CONTEXT_TOO_LONG: MODEL,
    Kind.CONTENT_REFUSED: MODEL,
    Kind.INVALID_REQUEST: REQUESTS,
    Kind.NOT_REACHED: ADDRESS,
    Kind.TLS: ADDRESS,
    Kind.PROTOCOL: ADDRESS,
    Kind.TIMED_OUT: RETRY,
    Kind.RATE_LIMITED: RETRY,
    Kind.UNAVAILABLE: RETRY,
    Kind.INTERRUPTED: RETRY,
}
OFFERS: Mapping[str, str] = {"base_url": "url", "default_model": "model"}  # fields of an account, and where they stand


def remedy(kind: Kind | None, code: str | None) -> Remedy | None:
    """The one button for a failure; None where nothing in the account could mend it."""
    return BY_CODE.get(code or "") or (BY_KIND.get(kind) if kind is not None else None)
