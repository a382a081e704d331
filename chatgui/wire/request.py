"""The request: only what the user set, in the words this account understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatgui.core.account import Account
from chatgui.core.errors import AuthenticationError, ProtocolError
from chatgui.core.message import Message, Reasoning, Role, State
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.wire.content import SENT_BACK
from chatgui.wire.dialects import Dialect, dialect_of
from chatgui.wire.effort import effort_fields
from chatgui.wire.keys import HEADER_NAME, check_key
from chatgui.wire.parts import Senses, user_content

GO_ON = "Continue exactly where you stopped. Do not repeat anything."
LENGTHS = ("max_tokens", "max_completion_tokens")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Manner:
    """How this attempt phrases the request: what the account is known to accept, changed by what it just refused."""

    include_usage: bool = True
    max_tokens_field: str | None = None
    system_role: str = "system"
    effort: str = "reasoning_effort"
    reasoning_field: str | None = None  # not None: the history carries reasoning under this name
    stream: bool = True
    alternate: bool = False  # successive messages of one role are joined


def manner_of(account: Account, request: ChatRequest) -> Manner:
    """The manner this account is known to need."""
    traits = account.traits
    field_name = traits.reasoning_field if traits.reasoning_field in SENT_BACK else "reasoning_content"
    return Manner(
        include_usage=traits.include_usage is not False,
        max_tokens_field=traits.max_tokens_field,
        system_role=traits.system_role or "system",
        effort=traits.effort or dialect_of(account).effort,
        reasoning_field=field_name if traits.returns_reasoning else None,
        stream=request.stream and traits.streams is not False,
    )


def body(account: Account, request: ChatRequest, manner: Manner) -> dict[str, Any]:
    """The JSON of a chat request. Raises UsageError if an attachment's bytes are missing."""
    dialect = dialect_of(account)
    made: dict[str, Any] = {"model": request.model, "messages": messages(request, manner, dialect)}
    made |= dialect.body
    if manner.stream:
        made["stream"] = True
        if manner.include_usage:
            made["stream_options"] = {"include_usage": True}
    elif "stream" in account.extra_body:
        made["stream"] = False
    if request.continuing and dialect.prefix is not None:
        made |= dialect.prefix_body or {}
    made |= _params({**account.params, **request.params}, manner)
    _merge(made, account.extra_body)
    return made


def _params(params: Mapping[str, Any], manner: Manner) -> dict[str, Any]:
    made = {
        name: value
        for name, value in params.items()
        if value is not None and name not in ("reasoning_effort", "stream")
    }
    made |= effort_fields(params.get("reasoning_effort"), manner.effort)
    if manner.max_tokens_field in LENGTHS:
        for name in LENGTHS:
            if name in made and name != manner.max_tokens_field:
                made.setdefault(manner.max_tokens_field, made.pop(name))
    return made


def _merge(into: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """The user's own JSON has the last word; objects are merged, `null` takes a field out."""
    for name, value in extra.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(into.get(name), dict):
            into[name] = dict(into[name])
            _merge(into[name], value)
        else:
            into[name] = value


def messages(request: ChatRequest, manner: Manner, dialect: Dialect) -> list[dict[str, Any]]:
    """The history as the protocol has it: role and content, nothing else unless this account needs it."""
    made: list[dict[str, Any]] = []
    senses = Senses(request.sees, dialect.takes_files)
    for message in request.history:
        one = _message(message, request.attachments, senses, manner)
        if one is None:
            continue
        if manner.alternate and made and made[-1]["role"] == one["role"]:
            made[-1] = {**made[-1], "content": _joined(made[-1]["content"], one["content"])}
        else:
            made.append(one)
    if request.continuing and made and made[-1]["role"] == Role.ASSISTANT:
        made[-1]["content"] = made[-1]["content"].rstrip()  # some refuse an answer that ends in white space
        if dialect.prefix is None:
            made.append({"role": "user", "content": GO_ON})
        else:
            made[-1] |= dialect.prefix
    return made


def _message(message: Message, contents: Mapping[str, bytes], senses: Senses, manner: Manner) -> dict[str, Any] | None:
    match message.role:
        case Role.SYSTEM:
            return {"role": manner.system_role, "content": message.text} if message.text.strip() else None
        case Role.USER:
            return {"role": "user", "content": user_content(message, contents, senses)}
        case Role.ASSISTANT:
            # Failed and empty answers are left out: some servers refuse an empty assistant turn.
            if message.state is State.FAILED or not message.text.strip():
                return None
            return {"role": "assistant", "content": message.text, **_reasoning(message, manner)}
        case Role.TOOL:
            return None


def _reasoning(message: Message, manner: Manner) -> dict[str, Any]:
    if manner.reasoning_field is None:
        return {}
    made: dict[str, Any] = {manner.reasoning_field: message.reasoning} if message.reasoning else {}
    details = [dict(one) for part in message.parts if isinstance(part, Reasoning) for one in part.opaque]
    for one in details:
        if one.get("type") == "reasoning_opaque":
            made["reasoning_opaque"] = one.get("data")
    if rest := [one for one in details if one.get("type") != "reasoning_opaque"]:
        made["reasoning_details"] = rest
    return made


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_as_parts(first), *_as_parts(second)]


def _as_parts(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def headers(account: Account, secret: Secret | None) -> list[tuple[str, str]]:
    """The headers of every request of an account. Raises AuthenticationError if the key cannot be sent."""
    made = [
        ("Accept", "text/event-stream, application/json"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "chatgui"),
    ]
    if secret:
        key = secret.reveal().strip()
        if problem := check_key(key):
            raise AuthenticationError(problem, code="key_malformed", advice="Enter the key of this account again.")
        if account.key_header.lower() == "authorization":
            made.append(("Authorization", f"Bearer {key}"))
        else:
            made.append((account.key_header, key))
    for name, value in account.headers:
        # Checked here, so that no exception of a library quotes a header that may hold a key.
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise ProtocolError(
                f"The header “{name[:60]}” of this account cannot be sent.",
                code="bad_header",
                advice="Correct it in the account.",
            )
    own = {name.lower() for name, _ in account.headers}
    return [*(one for one in made if one[0].lower() not in own), *account.headers]
