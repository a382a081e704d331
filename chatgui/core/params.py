"""The parameters of a request, one row each, and what can be wrong with what a person sets. Forms derive from the rows."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_NAME = 100
DEEPEST = 50  # levels of the extra JSON


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: `kind` is number, whole, switch, words (a list of texts), choice or text; `low` and `high` are allowed."""

    name: str
    title: str
    kind: str
    words: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


EFFORTS = ("off", "none", "minimal", "low", "medium", "high", "xhigh", "max")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("temperature", "Temperature", "number", "How freely it chooses its words; 0 is the most predictable.", 0, 2),
    Parameter("top_p", "Top p", "number", "Only the likeliest words that make up this share are considered.", 0, 1),
    Parameter("max_tokens", "Longest answer", "whole", "Tokens the answer may have, reasoning included.", 1),
    Parameter("stop", "Stop at", "words", "The answer ends before any of these; four at most."),
    Parameter("seed", "Seed", "whole", "The same seed gives much the same answer, where the provider honours it."),
    Parameter("presence_penalty", "Presence penalty", "number", "Above 0, new subjects are preferred.", -2, 2),
    Parameter("frequency_penalty", "Frequency penalty", "number", "Above 0, repeated words are avoided.", -2, 2),
    Parameter("reasoning_effort", "Reasoning effort", "choice", "How much it thinks before it answers.", choices=EFFORTS),
)  # fmt: skip
BY_NAME = {one.name: one for one in PARAMETERS}
# Names providers know beyond the form's; any JSON value goes, and a name near one of these is no slip of the pen.
ALSO_KNOWN = (
    "max_completion_tokens", "min_tokens", "top_k", "top_a", "min_p", "typical_p", "repetition_penalty", "repeat_penalty",
    "n", "logprobs", "top_logprobs", "logit_bias", "response_format", "user", "service_tier", "verbosity", "safe_prompt",
    "thinking", "thinking_budget", "enable_thinking", "reasoning", "chat_template_kwargs", "web_search_options", "metadata",
)  # fmt: skip
OURS = {
    "messages": "The messages are the conversation’s.",
    "model": "The model is chosen in the model picker.",
    "stream": "Streaming is chosen by the program.",
    "stream_options": "Streaming is chosen by the program; the extra JSON of the account can change it.",
}


def refusal(name: str, value: Any) -> str:
    """Why `name` cannot have `value`, in words; empty if it can. `None` unsets a parameter, so it is always fine."""
    if words := _name_refusal(name):
        return words
    if value is None:
        return ""
    declared = BY_NAME.get(name)
    if declared is None:
        return "" if _is_json(value) else f"“{name}” cannot be written as JSON."
    return _KINDS[declared.kind](declared, value)


def refusals(params: Mapping[str, Any]) -> str:
    """What is wrong with the first parameter that is, in words; empty if all are fine."""
    return next((words for name, value in params.items() if (words := refusal(name, value))), "")


def _name_refusal(name: str) -> str:
    if name in OURS:
        return f"“{name}” cannot be set here. {OURS[name]}"
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or any(c.isspace() for c in name):
        return "The name of a parameter has no spaces, like “temperature”."
    known = (*BY_NAME, *ALSO_KNOWN)
    if name not in known and (near := difflib.get_close_matches(name.lower(), known, 1, cutoff=0.88)):
        return f"There is no parameter “{name}”. Did you mean “{near[0]}”?"
    return ""


def _number(declared: Parameter, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return f"“{declared.name}” must be a number."
    return _range(declared, value)


def _whole(declared: Parameter, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"“{declared.name}” must be a whole number."
    return _range(declared, value)


def _range(declared: Parameter, value: float) -> str:
    low, high = declared.low, declared.high
    if low is not None and high is not None and not low <= value <= high:
        return f"“{declared.name}” must be between {low:g} and {high:g}."
    if low is not None and value < low:
        return f"“{declared.name}” must be at least {low:g}."
    return ""


def _words(declared: Parameter, value: Any) -> str:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, (list, tuple)) or not all(isinstance(one, str) and one for one in several):
        return f"“{declared.name}” must be a text, or a list of texts."
    return f"“{declared.name}” can be four texts at most." if len(several) > 4 else ""


def _choice(declared: Parameter, value: Any) -> str:
    # Providers add levels of their own, so any single word goes.
    if not isinstance(value, str) or not value.strip() or len(value) > 30 or " " in value:
        return f"“{declared.name}” must be one word, like {', '.join(declared.choices)}."
    return ""


_KINDS = {"number": _number, "whole": _whole, "words": _words, "choice": _choice}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def read_extra(text: str) -> tuple[dict[str, Any], str]:
    """The extra JSON body as typed: (what it says, ""), or ({}, what is wrong with it in words). Empty text is no body."""
    if not text.strip():
        return {}, ""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return {}, f"The extra JSON cannot be read: line {error.lineno}, column {error.colno}: {error.msg}."
    except (ValueError, RecursionError):
        return {}, "The extra JSON holds a value that is no JSON."
    if not isinstance(value, dict):
        return {}, "The extra JSON must be an object, like {“top_k”: 40} in straight quotes."
    words = extra_refusal(value)
    return ({}, words) if words else (value, "")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def extra_refusal(extra: Mapping[str, Any]) -> str:
    """Why this cannot be merged into a request, in words; empty if it can."""
    if "messages" in extra:
        return "The extra JSON cannot replace “messages”: they are the conversation’s."
    if _depth(extra) > DEEPEST:
        return "The extra JSON is nested too deeply."
    return "" if _is_json(dict(extra)) else "The extra JSON holds a value that is no JSON."


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [
            below
            for one in level
            for below in (one.values() if isinstance(one, Mapping) else one)
            if isinstance(below, (Mapping, list, tuple))
        ]
    return deepest
