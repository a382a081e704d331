"""What an account must be like before it is kept: mended where that is plain, refused with words where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from chatgui.core.account import PROXY_SCHEMES, Account, KeySource, Network, ProxyMode
from chatgui.core.errors import UsageError
from chatgui.core.params import extra_refusal, refusals
from chatgui.core.secret import Secret
from chatgui.wire.base_url import mend
from chatgui.wire.keys import HEADER_NAME, KEY_HEADERS, check_key

OUR_HEADERS = ("host", "content-length", "transfer-encoding", "connection", "content-type", "accept-encoding")
PROXY_LABEL = "proxy"  # the proxy's password has this place beside the account's keys

_MOST = 1e12  # of any currency; more is a slip of the finger (and infinity)
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")


def checked(account: Account, before: Account | None = None) -> Account:
    """The account as it is to be kept; `before` is how it is kept now. Raises UsageError for what cannot be.

    An address that was not changed is left as it is: one that was given with `#` is not mended a second time.
    """
    name = " ".join(account.name.split())
    if not name:
        raise UsageError("An account needs a name.")
    account = replace(account, name=name, default_model=account.default_model.strip())
    if not account.is_demo and (before is None or before.base_url != account.base_url):
        account = replace(account, base_url=_address(account.base_url))
    _check_variable(account)
    _check_headers(account)
    _check_money(account)
    if words := refusals(account.params) or extra_refusal(account.extra_body):
        raise UsageError(words)
    return replace(account, network=_network(account.network))


def checked_key(secret: Secret) -> Secret:
    """The key without the spaces around it. Raises UsageError, in words that do not hold it, if it cannot be sent."""
    if words := check_key(secret.reveal()):
        raise UsageError(words, code="key_malformed")
    return Secret(secret.reveal().strip())


def checked_label(label: str, taken: Iterable[str]) -> str:
    """A label for a further key. Raises UsageError if it cannot be one."""
    label = " ".join(label.split())
    if not label or len(label) > 60 or "/" in label or not label.isprintable():
        raise UsageError("A key’s name is one short line without a slash, like “work”.")
    if label.casefold() == PROXY_LABEL:
        raise UsageError(f"The name “{label}” stands for the proxy’s password. Choose another one.")
    if any(label.casefold() == one.casefold() for one in taken):
        raise UsageError(f"There is already a key “{label}”.")
    return label


def refuse_written_key(account: Account, secret: Secret) -> None:
    """Raises UsageError if the key also stands where it would be written to the disk."""
    if len(secret.reveal()) >= 8 and secret.reveal() in repr(replace(account, network=Network())):
        raise UsageError(
            "The key also stands in another field of this account, which is kept on the disk.",
            advice="Take it out there: it is sent by itself.",
        )


def split_proxy(network: Network) -> tuple[Network, Secret | None]:
    """The network settings without the password in the proxy's URL, and that password."""
    given = network.proxy.strip()
    if network.proxy_mode is not ProxyMode.OWN or "@" not in given:
        return network, None
    url = urlsplit(given if "://" in given else f"http://{given}")
    if not url.password:
        return network, None
    netloc = f"{url.username or ''}@{url.netloc.rpartition('@')[2]}"
    return replace(network, proxy=urlunsplit(url._replace(netloc=netloc))), Secret(unquote(url.password))


def _address(text: str) -> str:
    mended = mend(text)
    if not mended.url:
        raise UsageError(mended.words, code="base_url")
    return mended.url


def _check_variable(account: Account) -> None:
    if account.key_source is not KeySource.ENVIRONMENT:
        return
    if not account.key_env.strip():
        raise UsageError("Name the environment variable that holds the key.")
    if not _VARIABLE.match(account.key_env):  # perhaps a key, pasted here: never repeat it, never write it
        raise UsageError(
            "This is not the name of an environment variable.",
            advice="Give the name, like OPENAI_API_KEY, not the key itself.",
        )


def _check_money(account: Account) -> None:
    budget = account.budget
    if budget is not None and not (0 < budget.amount < _MOST and _CURRENCY.match(budget.currency)):
        raise UsageError("A budget is an amount above zero with its currency, like “20 EUR”.")
    for model, price in account.prices.items():
        amounts = [one for one in (price.prompt, price.completion, price.cached) if one is not None]
        if not amounts or not all(0 <= one < _MOST for one in amounts) or not _CURRENCY.match(price.currency):
            raise UsageError(f"The price of “{model}” is not one: amounts per million tokens, like “2.50 USD”.")


def _check_headers(account: Account) -> None:
    if not HEADER_NAME.fullmatch(account.key_header):
        raise UsageError("The name of the key’s header cannot be sent.")
    for name, value in account.headers:
        if not HEADER_NAME.fullmatch(name):
            raise UsageError(f"“{name}” is not the name of a header.")
        if name.lower() in KEY_HEADERS:
            raise UsageError(
                f"A key does not belong into the header “{name}”: it would be kept on the disk.",
                advice="Give the key in its own field; which header carries it can be set there.",
            )
        if name.lower() in OUR_HEADERS:
            raise UsageError(f"The header “{name}” is set by the program.")
        if not value.isascii() or any(not c.isprintable() and c != "\t" for c in value):
            raise UsageError(f"The header “{name}” holds a character that cannot be sent.")


def _network(network: Network) -> Network:
    for path in (network.ca_file, network.client_cert, network.client_key):
        if path and not Path(path).expanduser().is_file():
            raise UsageError(f"There is no file {path}.", advice="Choose the certificate file again.")
    pin = network.pinned_sha256.replace(":", "").replace(" ", "").lower()
    if pin and not re.fullmatch(r"[0-9a-f]{64}", pin):
        raise UsageError("A certificate’s SHA-256 fingerprint has 64 digits from 0 to f.")
    for words, seconds in (
        ("connecting", network.connect_timeout),
        ("the first byte", network.first_byte_timeout),
        ("silence", network.silence_timeout),
    ):
        if seconds is not None and not 0 < seconds <= 86400:
            raise UsageError(f"The limit for {words} must be between 0 and 86400 seconds, or none.")
    if network.proxy_mode is ProxyMode.OWN:
        network = replace(network, proxy=_proxy(network.proxy))
    return replace(
        network, pinned_sha256=pin, ca_file=_absolute(network.ca_file), client_cert=_absolute(network.client_cert),
        client_key=_absolute(network.client_key),
    )  # fmt: skip


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute()) if path else ""


def _proxy(text: str) -> str:
    given = text.strip()
    if not given:
        raise UsageError("The address of the proxy is empty.", advice="A proxy is written like http://host:port.")
    given = given if "://" in given else f"http://{given}"
    try:
        url = urlsplit(given)
        fine = url.scheme in PROXY_SCHEMES and bool(url.hostname) and url.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(
            "This is not the address of a proxy.",
            advice="A proxy is written like http://host:port or socks5://host:port.",
        )
    return given
