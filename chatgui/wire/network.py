"""Making HTTP clients: certificates, proxies, address families. Everything that blocks happens in a thread."""

from __future__ import annotations

import hashlib
import socket
import ssl
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from chatgui.core.account import PROXY_SCHEMES, Account, Network, ProxyMode
from chatgui.core.errors import NotReached, TlsFailed
from chatgui.core.secret import Secret
from chatgui.wire.base_url import is_loopback

if TYPE_CHECKING:
    from chatgui.wire.transport import Transport

POOL_WAIT_S = 10.0
WRITE_S = 120.0  # without taking any byte of the request
KEEP_ALIVE_S = 5.0  # after this, a fresh connection: a kept one that died looks like an unanswered request
CONNECTIONS = 100
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}  # by `Network.ip_version`


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through: its URL without password, and where it was named (a variable, the settings)."""

    url: str
    origin: str
    password: Secret | None = None

    @property
    def shown(self) -> str:
        """The proxy as named to people."""
        parts = urlsplit(self.url)
        where = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        return f"{where} (from {self.origin})" if self.origin else where


@dataclass(frozen=True, slots=True)
class Route:
    """Everything that tells two HTTP clients apart; equal routes share one pool of connections."""

    proxy: Proxy | None = None
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    pinned_sha256: str = ""
    ip_version: int = 0
    http2: bool = False
    tls: bool = True


def route_of(account: Account, proxy_password: Secret | None = None) -> Route:
    """The route to an account's server. Raises NotReached if its proxy cannot be used."""
    network = account.network
    tls = urlsplit(account.base_url).scheme == "https"
    proxy = find_proxy(account.base_url, network, proxy_password)
    if not tls:
        return Route(proxy, ip_version=network.ip_version, tls=proxy is not None and proxy.url.startswith("https"))
    return Route(
        proxy, network.ca_file, network.client_cert, network.client_key, network.pinned_sha256.replace(":", "").lower(),
        network.ip_version, network.http2,
    )  # fmt: skip


def find_proxy(url: str, network: Network, password: Secret | None) -> Proxy | None:
    """The proxy for this URL: the account's own, or the system's; none for this computer itself."""
    host = urlsplit(url).hostname or ""
    match network.proxy_mode:
        case ProxyMode.NONE:
            return None
        case ProxyMode.OWN:
            if not network.proxy.strip():
                return None
            return _checked(network.proxy.strip(), "this account’s settings", password)
        case ProxyMode.SYSTEM:
            return None if is_loopback(host) else _system_proxy(url, host)


def _system_proxy(url: str, host: str) -> Proxy | None:
    import urllib.request

    try:
        proxies = urllib.request.getproxies()
        if not proxies or urllib.request.proxy_bypass(host):
            return None
    except (ValueError, OSError):  # a malformed no_proxy is no reason to go nowhere
        return None
    scheme = urlsplit(url).scheme
    name = scheme if proxies.get(scheme) else "all"
    found = proxies.get(name, "")
    if not found:
        return None
    origin = f"{name.upper()}_PROXY" if sys.platform.startswith("linux") else "the system’s settings"
    return _checked(found, origin, None)


def _checked(text: str, origin: str, password: Secret | None) -> Proxy:
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text.replace("socks://", "socks5://", 1))
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in PROXY_SCHEMES or not parts.hostname:
        shown = f"{parts.scheme}://{parts.hostname or ''}" if parts.scheme else "given"
        raise NotReached(f"The proxy {shown} (from {origin}) cannot be used.", code="proxy", retryable=False,
                         advice="A proxy is written like http://host:port or socks5://host:port.")  # fmt: skip
    if parts.password and password is None:
        password = Secret(unquote(parts.password))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = f"{parts.username}@{host}" if parts.username else host
    return Proxy(urlunsplit((parts.scheme, netloc + (f":{port}" if port else ""), "", "", "")), origin, password)


def tls_context(route: Route) -> ssl.SSLContext:
    """The TLS settings of a route. Blocks for up to a third of a second. Raises TlsFailed if a file cannot be used."""
    try:
        context = _pinned_context(route.pinned_sha256) if route.pinned_sha256 else _system_context()
        if route.ca_file:
            context.load_verify_locations(route.ca_file)
        if route.client_cert:
            context.load_cert_chain(route.client_cert, route.client_key or None, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        name = route.client_cert if route.client_cert and "ca_file" not in str(error) else route.ca_file
        reason = getattr(error, "strerror", None) or str(error)
        raise TlsFailed(f"The certificate file {name} cannot be used: {reason}.", code="certificate_file",
                        advice="Check the certificate files in this account’s network settings.") from error  # fmt: skip
    return context


def _system_context() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _pinned_context(pin: str) -> ssl.SSLContext:
    class Pinned(ssl.SSLObject):
        """A TLS connection that only one certificate can complete; no byte of ours leaves before that is known."""

        def do_handshake(self) -> None:
            super().do_handshake()
            der = self.getpeercert(binary_form=True) or b""
            if hashlib.sha256(der).hexdigest() != pin:
                raise ssl.SSLCertVerificationError("the certificate is not the pinned one")

    # The pin says exactly which certificate it must be; who signed it, for which name and how long is then beside the point.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = Pinned
    return context


def make_transport(route: Route, frame_s: float = 0.0) -> Transport:
    """The transport of a route; call it in a thread. It never follows redirects and reads nothing from the environment."""
    import httpcore

    from chatgui.wire.sockets import Sockets
    from chatgui.wire.transport import Transport

    context = tls_context(route) if route.tls else None  # TLS is loaded where it is used
    options: dict[str, Any] = {
        "ssl_context": context,
        "http2": route.http2,
        "max_connections": CONNECTIONS,
        "max_keepalive_connections": 20,
        "keepalive_expiry": KEEP_ALIVE_S,
        "network_backend": Sockets(frame_s, route.ip_version),
    }
    if route.proxy is None:
        return Transport(httpcore.AsyncConnectionPool(**options))
    parts = urlsplit(route.proxy.url)
    password = route.proxy.password.reveal() if route.proxy.password else ""
    options["proxy_auth"] = (unquote(parts.username).encode(), password.encode()) if parts.username else None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if parts.scheme.startswith("socks"):
        return Transport(httpcore.AsyncSOCKSProxy(f"socks5://{host}:{parts.port or 1080}", **options))
    if parts.scheme == "https":
        options["proxy_ssl_context"] = context
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Transport(httpcore.AsyncHTTPProxy(f"{parts.scheme}://{host}:{port}", **options))
