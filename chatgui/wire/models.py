"""Lists of models, from whatever shape `/models` answers in, to `core.account.Model`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chatgui.core.account import Model, Price

LISTS = ("data", "models", "items", "result")
CONTEXT = ("context_length", "max_context_length", "max_model_len", "context_window", "inputTokenLimit", "input_token_limit", "n_ctx",
           "loaded_context_length", "max_input_tokens", "context_size", "contextLength")  # fmt: skip
OUTPUT = (
    "max_completion_tokens",
    "max_output_tokens",
    "outputTokenLimit",
    "output_token_limit",
    "max_output",
    "max_tokens",
)
MAX_MODELS = 20_000
MILLION = 1_000_000.0


def read_models(body: Any) -> list[Model]:
    """The models of one answer, in its order, each id once. Never raises; what is no model is left out."""
    found: dict[str, Model] = {}
    for entry in _entries(body):
        model = _model(entry)
        if model is not None and len(found) < MAX_MODELS:
            found.setdefault(model.id, model)
    return list(found.values())


def is_list(body: Any) -> bool:
    """Whether this is a list of models at all, be it empty."""
    return _list(body) is not None


def next_page(body: Any) -> tuple[str, str] | None:
    """The query parameter that asks for the next page, None if this was the last."""
    if not isinstance(body, dict):
        return None
    token = body.get("next_page_token")
    if isinstance(token, str) and token:
        return "page_token", token
    last = body.get("last_id")
    if body.get("has_more") is True and isinstance(last, str) and last:
        return "after_id", last
    return None


def _entries(body: Any) -> Iterator[Any]:
    yield from _list(body) or ()


def _list(body: Any, depth: int = 3) -> list[Any] | None:
    """The list in an answer: itself, under one of the names, wrapped once more, or an object of models by their ids."""
    if isinstance(body, list) or depth <= 0 or not isinstance(body, dict):
        return body if isinstance(body, list) else None
    lists = [found for name in LISTS if (found := _list(body.get(name), depth - 1)) is not None]
    if lists:
        # llama.cpp gives both `models` and `data`: the longer list, and of equals the protocol's own, comes first.
        return max(lists, key=len)
    for name in LISTS:
        by_id = body.get(name)
        if isinstance(by_id, dict) and by_id and all(isinstance(entry, dict) for entry in by_id.values()):
            return [{"id": model_id, **entry} for model_id, entry in by_id.items()]
    # Servers written in Go say null for an empty list.
    return [] if body.get("object") == "list" and body.get("data", "") is None else None


def _model(entry: Any) -> Model | None:
    if isinstance(entry, str):
        return Model(entry) if entry else None
    if not isinstance(entry, dict):
        return None
    name = _word(entry, "id") or _word(entry, "name") or _word(entry, "model") or _word(entry, "modelId")
    if not name:
        return None
    model_id = name.removeprefix("models/")
    shown = next(
        (
            word
            for key in ("display_name", "displayName", "name", "friendly_name", "title")
            if (word := _word(entry, key))
        ),
        "",
    )
    parameters = _words(entry.get("supported_parameters"))
    abilities = _abilities(entry)
    reasoning = _first(abilities, "reasoning", "thinking", "reasoning_effort")
    if reasoning is None and parameters:
        reasoning = any(one in parameters for one in ("reasoning", "reasoning_effort", "include_reasoning"))
    tools = _first(
        abilities,
        "tools",
        "function_calling",
        "tool_call",
        "tool_use",
        "function_call",
        "supports_tools",
        "tool_calling",
    )
    if tools is None and parameters:
        tools = "tools" in parameters
    return Model(
        id=model_id,
        name="" if shown.removeprefix("models/") == model_id else shown,
        context_length=_size(entry, CONTEXT),
        max_output=_size(entry, OUTPUT),
        vision=_vision(entry, abilities),
        tools=tools,
        reasoning=reasoning,
        efforts=_efforts(entry),
        chat=_chat(entry, abilities),
        price=_price(entry.get("pricing")),
        aliases=_words(entry.get("aliases")),
        parameters=parameters,
        raw=entry,
    )


def _word(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value.strip()[:300] if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _size(entry: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for holder in (
        entry,
        entry.get("top_provider"),
        entry.get("limits"),
        entry.get("meta"),
        entry.get("model_spec"),
        entry.get("metadata"),
    ):
        if isinstance(holder, Mapping):
            for name in (*names, "n_ctx_train") if "n_ctx" in names else names:
                value = holder.get(name)
                if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 2**40:
                    return int(value)
    return None


def _abilities(entry: Mapping[str, Any]) -> dict[str, bool]:
    """Abilities as flags: from an object of flags, a list of names, or flags beside the id."""
    found: dict[str, bool] = {}
    for name in ("capabilities", "features", "abilities"):
        value = entry.get(name)
        if isinstance(value, Mapping):
            for key, flag in value.items():
                if isinstance(flag, Mapping):
                    flag = flag.get("supported")  # noqa: PLW2901  # Anthropic's objects say it one level down
                if isinstance(flag, bool) or flag in ("true", "false"):
                    found[str(key).lower()] = flag in (True, "true")
        elif isinstance(value, list):
            found |= {one.lower().replace("-", "_"): True for one in _words(value)}
    for key, value in entry.items():
        if isinstance(value, bool) and key.startswith(("supports_", "supported_", "is_")):
            found.setdefault(key.split("_", 1)[1], value)
    if isinstance(reasoning := entry.get("reasoning"), bool):
        found.setdefault("reasoning", reasoning)
    return found


def _first(abilities: Mapping[str, bool], *names: str) -> bool | None:
    return next((abilities[name] for name in names if name in abilities), None)


def _vision(entry: Mapping[str, Any], abilities: Mapping[str, bool]) -> bool | None:
    said = _first(abilities, "vision", "image_input", "image", "images", "multimodal")
    if said is not None:
        return said
    architecture = entry.get("architecture")
    for holder in (architecture, entry):
        if isinstance(holder, Mapping):
            modalities = (
                holder.get("input_modalities")
                or holder.get("supported_input_modalities")
                or holder.get("inputModalities")
            )
            if isinstance(modalities, list):
                return any(one in ("image", "vision") for one in _words(modalities))
    return None


CHAT_ENDPOINTS = ("chat", "/v1/chat/completions", "chat/completions", "chat_completions")


def _chat(entry: Mapping[str, Any], abilities: Mapping[str, bool]) -> bool | None:
    said = _first(abilities, "completion_chat", "chat_completion", "chat", "chat_completions")
    if said is not None:
        return said
    for name in ("endpoints", "supported_endpoints"):
        if endpoints := _words(entry.get(name)):
            return any(one in CHAT_ENDPOINTS for one in endpoints)
    if methods := _words(entry.get("supportedGenerationMethods")):
        return "generateContent" in methods
    kind = _word(entry, "model_type") or _word(entry, "type")
    if kind in ("chat", "llm", "vlm", "language", "text", "text-generation", "chat-completion"):
        return True
    return (
        False
        if kind
        in ("embedding", "embeddings", "image", "audio", "rerank", "moderation", "speech", "transcribe", "video", "tts")
        else None
    )


def _efforts(entry: Mapping[str, Any]) -> tuple[str, ...]:
    for holder in (entry, entry.get("reasoning"), entry.get("capabilities")):
        if isinstance(holder, Mapping):
            for name in (
                "reasoning_efforts",
                "supported_reasoning_efforts",
                "reasoning_effort",
                "efforts",
                "supported_efforts",
                "effort",
            ):
                if found := _words(holder.get(name)):
                    return found
    return ()


def _price(pricing: Any) -> Price | None:
    """Per million tokens; prices given as text are per token, numbers too unless they are too large to be."""
    if not isinstance(pricing, Mapping):
        return None
    raw = {
        "prompt": _amount(pricing, "prompt", "input", "input_per_token", "prompt_per_token"),
        "completion": _amount(pricing, "completion", "output", "output_per_token", "completion_per_token"),
        "cached": _amount(pricing, "input_cache_read", "cache_read", "cached_input", "cached", "cache_input"),
    }
    if not any(value is not None for value in raw.values()):
        return None
    per_million = "1m" in str(pricing.get("unit", "")).lower() or max(value or 0 for value in raw.values()) >= 0.01
    scale = 1.0 if per_million else MILLION
    currency = pricing.get("currency")
    return Price(
        **{name: None if value is None else round(value * scale, 9) for name, value in raw.items()},
        currency=currency.upper() if isinstance(currency, str) and len(currency) == 3 else "USD",
    )


def _amount(pricing: Mapping[str, Any], *names: str) -> float | None:
    for name in names:
        value = pricing.get(name)
        if isinstance(value, str):
            try:
                value = float(value.strip().lstrip("$"))
            except ValueError:
                continue
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e6:
            return float(value)
    return None
