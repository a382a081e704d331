"""Servers on this computer, found on the ports they usually listen on.

Nothing is looked for until `discover` is called, and only on this computer itself (127.0.0.1 and ::1). Each place is asked
once for its list of models, without any key; what answers like a model server is offered, whoever it says it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatgui.core.account import Account, KeySource, Model, Network, ProxyMode
from chatgui.core.errors import AuthenticationError, ChatError
from chatgui.core.ids import new_id

if TYPE_CHECKING:
    from chatgui.wire.client import Client

HOSTS = ("127.0.0.1", "[::1]")
ANSWER_S = 1.0  # for each step of an answer
WHOLE_S = 3.0  # for one place in all, the HTTP library's own loading included


@dataclass(frozen=True, slots=True)
class Local:
    """A program people run on their own computer: `provider` is its preset, if there is one; `owners` are what it says in
    `owned_by` of its models, in lower case, which tells programs on one port apart."""

    title: str
    port: int
    provider: str = ""
    owners: tuple[str, ...] = ()
    path: str = "/v1"


# To add one: its row. Of several on one port, the first is the guess where the models do not say.
LOCALS: tuple[Local, ...] = (
    Local("Ollama", 11434, "ollama", ("library", "ollama")),
    Local("LM Studio", 1234, "lmstudio", ("organization_owner",)),
    Local("llama.cpp server", 8080, "llamacpp", ("llamacpp",)),
    Local("LocalAI", 8080, "", ("localai",)),
    Local("MLX server", 8080, "", ("mlx",)),
    Local("vLLM", 8000, "vllm", ("vllm",)),
    Local("llama-cpp-python", 8000, "", ("me",)),
    Local("transformers serve", 8000),
    Local("SGLang", 30000, "", ("sglang",)),
    Local("Jan", 1337, "", ("jan",)),
    Local("GPT4All", 4891, "", ("humanity",)),
    Local("KoboldCpp", 5001, "", ("koboldcpp",)),
    Local("text-generation-webui", 5000, "", ("user",)),
    Local("LiteLLM", 4000, "litellm"),
    Local("llamafile", 8081, "llamacpp"),
    Local("TabbyAPI", 5050),
    Local("Xinference", 9997, "", ("xinference",)),
    Local("Open WebUI", 3000, path="/api"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answered. `needs_key`: it wants one before it shows its models."""

    title: str
    base_url: str
    provider: str = ""
    models: tuple[Model, ...] = ()
    needs_key: bool = False

    def account(self) -> Account:
        """The account to offer: one click, and it can be asked."""
        model = next((one.id for one in self.models if one.chat is not False), "")
        source = KeySource.KEYRING if self.needs_key else KeySource.NONE
        return Account(new_id(), self.title, self.base_url, self.provider, key_source=source, default_model=model)


async def discover(client: Client, locals_: Sequence[Local] = LOCALS, known: Iterable[str] = ()) -> list[Found]:
    """Look for servers on this computer, all places at once; those at the base URLs `known` are left out.

    Takes about a second; it never raises for what it meets there.
    """
    places = dict.fromkeys((local.port, local.path) for local in locals_)
    asked = [(port, path, host) for port, path in places for host in HOSTS]
    answers = await asyncio.gather(*(_ask(client, f"http://{host}:{port}{path}") for port, path, host in asked))
    taken, found = set(known), []
    for (port, path, host), answer in zip(asked, answers, strict=True):
        same = {f"http://{one}:{port}{path}" for one in (*HOSTS, "localhost")}
        if answer is None or taken & same:
            continue
        taken |= same
        found.append(_named(f"http://{host}:{port}{path}", answer, [one for one in locals_ if one.port == port]))
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a model server tells at once."""

    models: tuple[Model, ...] = ()
    needs_key: bool = False


async def _ask(client: Client, base_url: str) -> _Answer | None:
    """What answers there, if it is a model server."""
    network = Network(ProxyMode.NONE, connect_timeout=ANSWER_S, first_byte_timeout=ANSWER_S, silence_timeout=ANSWER_S)
    account = Account(base_url, "This computer", base_url, key_source=KeySource.NONE, network=network)
    try:
        async with asyncio.timeout(WHOLE_S):
            return _Answer(tuple(await client.models(account, None)))
    except AuthenticationError as error:
        # Any web program may want a login; a model server says so in JSON.
        return _Answer(needs_key=True) if error.said.startswith(("{", '"')) else None
    except (ChatError, TimeoutError):
        return None


def _named(base_url: str, answer: _Answer, locals_: Sequence[Local]) -> Found:
    owners = {_owner(model.raw) for model in answer.models}
    local = next((one for one in locals_ if owners & set(one.owners)), locals_[0])
    return Found(local.title, base_url, local.provider, answer.models, answer.needs_key)


def _owner(raw: Mapping[str, Any]) -> str:
    owner = raw.get("owned_by")
    return owner.lower() if isinstance(owner, str) else ""
