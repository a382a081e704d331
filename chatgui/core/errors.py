"""Every failure this program knows, as one tree.

    ChatError
    ├── ProviderError            the provider answered, and said no
    │   ├── AuthenticationError      the key was not accepted
    │   ├── PermissionDenied         the key may not do this (region, model, organisation)
    │   ├── RateLimited              too many requests; `retry_after` seconds if the provider said so
    │   ├── QuotaExceeded            no credit or budget left; retrying cannot help
    │   ├── ContextTooLong           the conversation does not fit the model
    │   ├── ContentRefused           a filter said no
    │   ├── NotFound                 no such model or path
    │   ├── InvalidRequest           anything else the provider calls our mistake
    │   └── Unavailable              the provider's own fault (5xx), may pass
    ├── NotReached               DNS, refused, proxy: nobody answered
    │   ├── TimedOut                 nobody answered in time
    │   └── TlsFailed                the connection is not secure
    ├── Interrupted              the stream broke after it had begun; what arrived is kept
    ├── ProtocolError            the answer is not what the protocol allows
    ├── VaultError               the keyring is absent, locked, hung, or denies
    ├── StoreError               disk full, read-only, corrupt, locked, or from a newer version
    └── UsageError               the caller asked for something that is not there (no such conversation or account)

A ChatError carries facts only. It never holds a key: what the server said goes through `redact` first.
Anything that is not a ChatError is a bug of this program, and is logged and shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The machine-readable name of a failure, as the command line prints it."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    CONTEXT_TOO_LONG = "context_too_long"
    CONTENT_REFUSED = "content_refused"
    INVALID_REQUEST = "invalid_request"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    NOT_REACHED = "not_reached"
    TIMED_OUT = "timed_out"
    TLS = "tls"
    INTERRUPTED = "interrupted"
    PROTOCOL = "protocol"
    CANCELLED = "cancelled"
    VAULT = "vault"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, as it is stored with a message and shown to people.

    `message` is one plain sentence, the provider's own words where it gave any; `said` is the server's raw text, at most
    2,000 characters, redacted. `advice` is what to do next, if we know.
    """

    kind: Kind
    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    retryable: bool = False
    retry_after: float | None = None
    advice: str = ""
    said: str = ""

    @property
    def sentence(self) -> str:
        """The message, ended as a sentence is, for more to stand behind it."""
        words = self.message.rstrip()
        return words if not words or words.endswith((".", "?", "!", "…", "”")) else f"{words}."


class ChatError(Exception):
    """Base of every known failure; see the module's tree."""

    kind = Kind.PROTOCOL
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        advice: str = "",
        said: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.advice = advice
        self.said = said
        if retryable is not None:
            self.retryable = retryable

    @property
    def failure(self) -> Failure:
        """The facts, without the exception machinery."""
        return Failure(
            self.kind,
            self.message,
            self.status,
            self.code,
            self.request_id,
            self.retryable,
            self.retry_after,
            self.advice,
            self.said,
        )


class ProviderError(ChatError):
    """The provider answered and said no."""

    kind = Kind.INVALID_REQUEST


class AuthenticationError(ProviderError):
    """The key was not accepted."""

    kind = Kind.AUTHENTICATION


class PermissionDenied(ProviderError):
    """The key may not do this."""

    kind = Kind.PERMISSION


class RateLimited(ProviderError):
    """Too many requests."""

    kind = Kind.RATE_LIMITED
    retryable = True


class QuotaExceeded(ProviderError):
    """No credit or budget left."""

    kind = Kind.QUOTA


class ContextTooLong(ProviderError):
    """The conversation does not fit the model."""

    kind = Kind.CONTEXT_TOO_LONG


class ContentRefused(ProviderError):
    """A filter said no."""

    kind = Kind.CONTENT_REFUSED


class NotFound(ProviderError):
    """No such model, or nothing at this path."""

    kind = Kind.NOT_FOUND


class InvalidRequest(ProviderError):
    """The provider calls the request wrong."""

    kind = Kind.INVALID_REQUEST


class Unavailable(ProviderError):
    """The provider's own fault; it may pass."""

    kind = Kind.UNAVAILABLE
    retryable = True


class NotReached(ChatError):
    """Nobody answered."""

    kind = Kind.NOT_REACHED
    retryable = True


class TimedOut(NotReached):
    """Nobody answered in time."""

    kind = Kind.TIMED_OUT


class TlsFailed(NotReached):
    """The connection is not secure."""

    kind = Kind.TLS
    retryable = False


class Interrupted(ChatError):
    """The stream broke after it had begun."""

    kind = Kind.INTERRUPTED


class ProtocolError(ChatError):
    """The answer is not what the protocol allows."""

    kind = Kind.PROTOCOL


class VaultState(StrEnum):
    """Why the keyring did not serve."""

    ABSENT = "absent"
    LOCKED = "locked"
    DENIED = "denied"
    HUNG = "hung"
    UNTRUSTED = "untrusted"
    NOT_KEPT = "not_kept"
    MISSING = "missing"


class VaultError(ChatError):
    """The keyring did not serve; `state` says why."""

    kind = Kind.VAULT

    def __init__(self, state: VaultState, message: str, *, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.state = state


class StoreState(StrEnum):
    """Why the database did not serve."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    CORRUPT = "corrupt"
    NEWER = "newer"
    LOCKED = "locked"
    FAILED = "failed"


class StoreError(ChatError):
    """The database did not serve; `state` says why."""

    kind = Kind.STORE

    def __init__(self, state: StoreState, message: str, *, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.state = state


class UsageError(ChatError):
    """The caller asked for something that is not there, or cannot be."""

    kind = Kind.INVALID_REQUEST
