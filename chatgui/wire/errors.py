"""The one border where exceptions of httpx, ssl and the sockets become ours, keeping their cause."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Callable, Iterator

from chatgui.core.errors import ChatError, Interrupted, NotReached, ProtocolError, TimedOut, TlsFailed

Words = Callable[[str, str], ChatError]  # (host, detail) -> error

TLS_REASONS: tuple[tuple[str, str], ...] = (
    ("self-signed", "its certificate is signed by itself"),
    ("self signed", "its certificate is signed by itself"),
    ("unable to get local issuer", "its certificate comes from an authority this computer does not know"),
    ("unable to get issuer", "its certificate comes from an authority this computer does not know"),
    ("certificate has expired", "its certificate has expired"),
    ("not yet valid", "its certificate is not valid yet; check this computer’s clock"),
    ("hostname mismatch", "its certificate is for another name"),
    ("ip address mismatch", "its certificate is for another address"),
    ("doesn't match", "its certificate is for another name"),
    ("certificate revoked", "its certificate was revoked"),
    ("pinned", "its certificate is not the pinned one"),
    ("unsupported protocol", "it only speaks an old version of TLS"),
    ("legacy sigalg", "it only speaks an old version of TLS"),  # OpenSSL's word where those are switched off
    ("version", "it only speaks an old version of TLS"),
    ("handshake failure", "no common way to encrypt was found"),
)
# What a server says that wants to know who connects. In TLS 1.3 it says so only after the handshake, in the place of an
# answer, where the HTTP library keeps nothing of the error but its text.
WANTED = "alert certificate required"
REFUSED = re.compile(
    r"alert (bad certificate|unknown ca|unsupported certificate|certificate (unknown|expired|revoked)|access denied)"
)
CERTIFICATE_ADVICE = "Give one in this account’s network settings, or ask who runs this server."
PLAIN = ("wrong version number", "http request", "packet length too long", "record layer failure", "unknown protocol")


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, groups of errors included."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [*getattr(one, "exceptions", ()), one.__cause__, one.__context__]


def translate(error: Exception, *, host: str, proxy: str = "") -> ChatError:
    """`error`, raised while speaking to `host` (perhaps by way of `proxy`), as one of ours."""
    if isinstance(error, ChatError):
        return error
    chain = list(causes(error))
    for test in (_proxy, _client_certificate, _tls, _dns, _socket, _timeout, _http):
        found = test(chain, host, proxy)
        if found is not None:
            found.__cause__ = error
            return found
    raise error


def _names(chain: list[BaseException]) -> set[str]:
    """Names of the classes involved; httpx is not imported to compare them."""
    return {
        cls.__name__
        for one in chain
        for cls in type(one).__mro__
        if cls.__module__.split(".")[0] in {"httpx", "httpcore", "socksio", "h2"}
    }


def _proxy(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    if not proxy or not ({"ProxyError", "SOCKSError"} & _names(chain)):
        return None
    text = str(chain[0])
    if "407" in text:
        return NotReached(f"The proxy {proxy} wants a user name and password, or refused the ones it got.", code="proxy_auth",
                          retryable=False, advice="Check the proxy’s user name and password in this account’s network settings.")  # fmt: skip
    return NotReached(f"The proxy {proxy} did not let us through to {host}: {text[:200]}", code="proxy", retryable=False,
                      advice="Check the proxy in this account’s network settings, or in the system’s.")  # fmt: skip


def _client_certificate(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    text = " ".join(str(one) for one in chain).lower()
    if WANTED in text:
        return wants_certificate(host)
    return refuses_certificate(host) if REFUSED.search(text) else None


def wants_certificate(host: str) -> TlsFailed:
    """The server wants a certificate of who connects, and got none."""
    return TlsFailed(f"{host} wants a client certificate.", code="client_certificate", advice=CERTIFICATE_ADVICE)


def refuses_certificate(host: str) -> TlsFailed:
    """The server did not take the certificate it was shown, or wanted one and does not say so."""
    return TlsFailed(
        f"{host} did not accept the client certificate, or wants one.",
        code="client_certificate", advice=CERTIFICATE_ADVICE,
    )  # fmt: skip


def _tls(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    error = next((one for one in chain if isinstance(one, ssl.SSLError)), None)
    if error is None or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLWantReadError):
        return None
    text = str(error).lower()
    if any(word in text for word in PLAIN):
        return TlsFailed(
            f"{host} does not speak HTTPS here.",
            code="not_https",
            advice="Check the address and its port; a local server may want http.",
        )
    reason = next((words for word, words in TLS_REASONS if word in text), "")
    detail = reason or str(getattr(error, "reason", "") or error)[:200].replace("_", " ").lower()
    return TlsFailed(
        f"The connection to {host} is not secure: {detail}.",
        code="tls_handshake" if "handshake failure" in text else "tls",
        advice="If this server is your own, give its certificate authority in this account’s network settings.",
    )  # fmt: skip


def _dns(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    if any(isinstance(one, socket.gaierror) for one in chain):
        name = proxy or host
        return NotReached(f"Can’t find {name}. Check the address or your connection.", code="dns")
    if any(isinstance(one, UnicodeError) for one in chain):
        return NotReached(f"{host} is not a name of a server.", code="dns", retryable=False)
    return None


def _socket(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    numbers = {one.errno for one in chain if isinstance(one, OSError) and one.errno is not None}
    # asyncio tells of several addresses that all failed in the text of one error.
    numbers |= {
        int(number) for one in chain if isinstance(one, OSError) for number in re.findall(r"\[Errno (\d+)\]", str(one))
    }
    where = f"The proxy {proxy}" if proxy else host
    if any(isinstance(one, ConnectionRefusedError) for one in chain) or errno.ECONNREFUSED in numbers:
        return NotReached(
            f"{where} refused the connection.",
            code="refused",
            advice="Is the local server running?" if _local(host) else "",
        )
    if numbers & {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
        return NotReached(f"There is no way to {where} from here. Check your connection.", code="unreachable")
    if "ConnectError" in _names(chain):
        return NotReached(f"{where} could not be reached: the connection was not made.", code="connect")
    return None


def _local(host: str) -> bool:
    return host.startswith(("localhost", "127.", "[::1]", "::1"))


def _timeout(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    names = _names(chain)
    if "ConnectTimeout" in names:
        return TimedOut(f"No answer from {proxy or host} in time.", code="connect_timeout")
    if "PoolTimeout" in names:
        return TimedOut("Too many requests are running at once.", code="pool_timeout")
    if "WriteTimeout" in names:
        return TimedOut(f"{host} did not take the request in time.", code="write_timeout")
    if "TimeoutException" in names or isinstance(chain[0], TimeoutError):
        return TimedOut(f"No answer from {host} in time.", code="timeout")
    return None


def _http(chain: list[BaseException], host: str, proxy: str) -> ChatError | None:
    names = _names(chain)
    text = str(chain[0])
    cut = "closed connection" in text or "without sending" in text or "StreamReset" in text or "disconnected" in text
    if "RemoteProtocolError" in names and not cut:
        return ProtocolError(f"{host} does not speak HTTP properly.", code="not_http", said=text[:500])
    if names & {"RemoteProtocolError", "ReadError", "WriteError", "CloseError", "NetworkError"} or isinstance(
        chain[0], OSError
    ):
        return Interrupted(f"The connection to {host} broke.", code="broken", said=text[:500])
    if names & {"InvalidURL", "UnsupportedProtocol", "LocalProtocolError"}:
        return ProtocolError(f"The request to {host} could not be made: {text[:200]}", code="bad_request")
    if names & {"ProtocolError", "TransportError", "ConnectionNotAvailable"}:
        return ProtocolError(f"The answer of {host} could not be read: {text[:200]}", code="transport")
    return None
