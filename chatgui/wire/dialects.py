"""What single providers do otherwise, each in one row. Everything that can be read generically needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from chatgui.core.account import Account

Chunk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A provider's own ways. `hosts` are names of servers (suffixes) and `providers` presets it belongs to; with a `path`, only
    base URLs that end in it.

    `effort` names the reasoning control (`wire.effort.CONTROLS`). `body` is merged into every request. `prefix` marks the
    last assistant message to be continued, `prefix_body` goes into the request then; both None: it cannot be continued.
    `mend` rewrites a chunk before it is decoded. `takes_files`: whether whole files (PDF) may be sent; None is not known.
    """

    name: str
    hosts: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    path: str = ""
    effort: str = "reasoning_effort"
    body: Mapping[str, Any] = field(default_factory=dict)
    prefix: Mapping[str, Any] | None = None
    prefix_body: Mapping[str, Any] | None = None
    mend: Callable[[Chunk], Chunk] | None = None
    takes_files: bool | None = None


PLAIN = Dialect("plain")

DIALECTS: tuple[Dialect, ...] = (
    Dialect("openai", ("openai.com",), takes_files=True),
    Dialect("openrouter", ("openrouter.ai",), effort="reasoning", prefix={}, takes_files=True),
    Dialect("together", ("together.xyz", "together.ai"), effort="reasoning"),
    Dialect("deepseek", ("deepseek.com",), path="/beta", effort="thinking", prefix={"prefix": True}, takes_files=False),
    Dialect("deepseek", ("deepseek.com",), effort="thinking", takes_files=False),
    Dialect("zai", ("z.ai", "bigmodel.cn"), effort="thinking"),
    Dialect("moonshot", ("moonshot.ai", "moonshot.cn"), effort="thinking", prefix={"partial": True}),
    Dialect("doubao", ("volces.com",), effort="thinking"),
    # Without `incremental_output` every delta repeats the whole answer so far.
    Dialect("dashscope", ("aliyuncs.com",), effort="enable_thinking", body={"incremental_output": True}, prefix={"partial": True}),
    Dialect("siliconflow", ("siliconflow.cn", "siliconflow.com"), effort="enable_thinking"),
    Dialect("mistral", ("mistral.ai",), prefix={"prefix": True}),
    Dialect("nvidia", ("nvidia.com",), effort="chat_template_kwargs"),
    Dialect("llamacpp", providers=("llamacpp",), effort="chat_template_kwargs", prefix={}, takes_files=False),
    Dialect("vllm", providers=("vllm", "sglang"), effort="chat_template_kwargs", prefix={},
            prefix_body={"add_generation_prompt": False, "continue_final_message": True}, takes_files=False),
)  # fmt: skip


def dialect_of(account: Account) -> Dialect:
    """The dialect an account speaks, by its preset, then by its host; the plain one otherwise."""
    url = urlsplit(account.base_url)
    host = url.hostname or ""
    fitting = [one for one in DIALECTS if url.path.rstrip("/").endswith(one.path)]
    for dialect in fitting:
        if account.provider and account.provider in (dialect.name, *dialect.providers):
            return dialect
    for dialect in fitting:
        if any(host == name or host.endswith("." + name) for name in dialect.hosts):
            return dialect
    return PLAIN
