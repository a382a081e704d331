"""An account: where a provider is reached, how, and what was learnt about it. Values only; keys live in the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
DEMO = "demo"  # the provider name of the built-in demo account; its address is known only while its server runs


class KeySource(StrEnum):
    """Where an account's key comes from."""

    KEYRING = "keyring"  # the OS keyring
    ENVIRONMENT = "environment"  # the variable named `key_env`
    SESSION = "session"  # given by hand, forgotten with this run of the program
    NONE = "none"  # the server wants no key

    @property
    def is_kept_here(self) -> bool:
        """Whether the key is given to this program, to keep or for this run."""
        return self in (KeySource.KEYRING, KeySource.SESSION)


class ProxyMode(StrEnum):
    """Which proxy an account uses."""

    SYSTEM = "system"
    NONE = "none"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Network:
    """How an account is reached. Times are in seconds; `None` means no limit.

    `proxy` is a URL without password (`http://user@host:port`, `socks5://…`); its password is in the vault under the
    account's id with the suffix `/proxy`. Files are absolute paths.
    """

    proxy_mode: ProxyMode = ProxyMode.SYSTEM
    proxy: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    pinned_sha256: str = ""  # of the server's certificate, DER, in hex
    ip_version: int = 0  # 4, 6, or 0 for either
    http2: bool = False
    connect_timeout: float | None = 10.0
    first_byte_timeout: float | None = 600.0
    silence_timeout: float | None = 120.0


@dataclass(frozen=True, slots=True)
class Traits:
    """What an account was seen to accept and do. `None` means not known yet; nothing here is set by a user.

    `include_usage`: whether `stream_options.include_usage` is accepted. `usage_in_stream`: whether usage ever came.
    `max_tokens_field`: `max_tokens` or `max_completion_tokens`. `reasoning_field`: the spelling seen in deltas.
    `effort`: the reasoning control that works. `returns_reasoning`: the account needs reasoning back in the history.
    """

    include_usage: bool | None = None
    usage_in_stream: bool | None = None
    max_tokens_field: str | None = None
    system_role: str | None = None
    reasoning_field: str | None = None
    effort: str | None = None
    returns_reasoning: bool | None = None
    streams: bool | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Prices in `currency` per million tokens; `None` is not known."""

    prompt: float | None = None
    completion: float | None = None
    cached: float | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Budget:
    """What an account is meant to cost at most in a calendar month. It warns; it never hinders."""

    amount: float
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one provider.

    `provider` is the name of a preset (`wire.presets`) or empty. `base_url` is as the user gave it, mended.
    `key_header` is `authorization` (Bearer) or another header that carries the bare key (`x-api-key`, `api-key`).
    `headers` and `query` are sent with every request; `extra_body` is merged last into its JSON.
    `unopened_think`: the model's answers begin inside `<think>` without saying so.
    `prices` are the user's own, by model; they come before any list's.
    `keys` are the labels of further keys beside the first, nameless one; `key` is the label of the one in use.
    """

    id: str
    name: str
    base_url: str
    provider: str = ""
    key_source: KeySource = KeySource.KEYRING
    key_env: str = ""
    key_header: str = "authorization"
    default_model: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    network: Network = Network()
    traits: Traits = Traits()
    unopened_think: bool = False
    disabled: bool = False
    colour: str = ""
    position: int = 0
    last_test: str = ""  # one sentence, with its date
    keys: tuple[str, ...] = ()
    key: str = ""
    prices: Mapping[str, Price] = field(default_factory=dict)
    budget: Budget | None = None

    @property
    def is_demo(self) -> bool:
        """Whether this is the built-in demo account."""
        return self.provider == DEMO


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the provider describes it. `None` is not said; abilities are what was said, never guessed by name."""

    id: str
    name: str = ""
    context_length: int | None = None
    max_output: int | None = None
    vision: bool | None = None
    tools: bool | None = None
    reasoning: bool | None = None
    efforts: tuple[str, ...] = ()
    chat: bool | None = None
    price: Price | None = None
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)


def model_named(name: str, models: Iterable[Model]) -> Model | None:
    """The one of these with this id, else with this alias; None if it is not among them."""
    models = tuple(models)
    found = next((one for one in models if one.id == name), None)
    return found or next((one for one in models if name in one.aliases), None)
