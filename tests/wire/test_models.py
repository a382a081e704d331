"""Lists of models in every shape."""

from __future__ import annotations

from typing import Any

import pytest

from chatgui.core.account import Price
from chatgui.wire.models import is_list, next_page, read_models


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (
            {"object": "list", "data": [{"id": "a", "object": "model", "created": 0, "owned_by": "x"}, {"id": "b"}]},
            ["a", "b"],
        ),
        ({"data": [{"id": "x/a"}]}, ["x/a"]),
        ([{"id": "a"}, {"name": "b"}], ["a", "b"]),
        ({"models": [{"name": "models/gemini"}]}, ["gemini"]),
        ({"models": [{"model": "a"}], "data": [{"id": "a"}]}, ["a"]),
        ({"items": [{"id": "a"}]}, ["a"]),
        (["a", "b"], ["a", "b"]),
        ({"data": [{"id": "a"}, {"id": "a"}, {"id": ""}, {}, 3, None, {"id": 7}, []]}, ["a"]),
        ({"data": {"models": [{"id": "a"}]}}, ["a"]),
        ({"success": True, "result": {"data": [{"id": "a"}]}}, ["a"]),
        ({"models": {"a": {"context_length": 9}, "b": {}}}, ["a", "b"]),
        ({"data": {"a": {"id": "x/a"}}}, ["x/a"]),
        ({"data": {"a": 1}}, []),
        ({"object": "list", "data": None}, []),
        ({"data": []}, []),
        ({"data": "x"}, []),
        (None, []),
    ],
)
def test_shapes(body: Any, ids: list[str]) -> None:
    assert [one.id for one in read_models(body)] == ids


def one(**entry: Any) -> Any:
    return read_models({"data": [{"id": "m", **entry}]})[0]


@pytest.mark.parametrize(
    "entry",
    [
        {"context_length": 8192}, {"max_context_length": 8192}, {"max_model_len": 8192}, {"inputTokenLimit": 8192}, {"context_window": 8192},
        {"top_provider": {"context_length": 8192}}, {"meta": {"n_ctx_train": 8192}}, {"limits": {"max_input_tokens": 8192}},
        {"context_length": None, "max_model_len": 8192}, {"context_length": 8192.0},
    ],
)  # fmt: skip
def test_context_length(entry: dict[str, Any]) -> None:
    assert one(**entry).context_length == 8192


@pytest.mark.parametrize("value", [0, -1, "8192", True, 2**60, [], float("inf")])
def test_a_context_length_that_is_none(value: Any) -> None:
    assert one(context_length=value).context_length is None


def test_abilities_are_what_was_said_and_never_guessed() -> None:
    silent = read_models({"data": [{"id": "gpt-vision-reasoner"}]})[0]
    assert (silent.vision, silent.tools, silent.reasoning, silent.chat) == (None, None, None, None)
    said = one(capabilities={"completion_chat": True, "vision": False, "function_calling": True})
    assert (said.chat, said.vision, said.tools) == (True, False, True)
    listed = one(capabilities=["completion", "tools", "vision", "thinking"])
    assert (listed.tools, listed.vision, listed.reasoning) == (True, True, True)
    by_parameter = one(supported_parameters=["tools", "reasoning", "max_tokens"])
    assert (by_parameter.tools, by_parameter.reasoning) == (True, True)
    assert one(supported_parameters=["max_tokens"]).reasoning is False
    assert one(architecture={"input_modalities": ["text", "image"]}).vision is True
    assert one(endpoints=["embed"]).chat is False
    assert one(endpoints=["chat"]).chat is True
    assert one(model_type="embedding").chat is False


def test_a_system_that_says_much() -> None:
    model = one(
        context_length=128000, model_type="chat", capabilities={"tools": True, "vision": True}, aliases=["fast"],
        supported_parameters=["temperature", "reasoning_effort"], reasoning_efforts=["off", "low", "high"], display_name="M One",
    )  # fmt: skip
    assert (model.name, model.aliases, model.efforts, model.reasoning) == (
        "M One",
        ("fast",),
        ("off", "low", "high"),
        True,
    )


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"prompt": "0.00000125", "completion": "0.00001"}, Price(1.25, 10.0)),
        ({"prompt": "0", "completion": "0"}, Price(0.0, 0.0)),
        ({"input": 1.25, "output": 10, "cache_read": 0.125, "unit": "usd_per_1m_tokens"}, Price(1.25, 10.0, 0.125)),
        ({"input": 0.27, "output": 1.1, "currency": "eur"}, Price(0.27, 1.1, None, "EUR")),
        ({"prompt": "free"}, None),
        ({}, None),
        ("much", None),
    ],
)
def test_prices_are_per_million(pricing: Any, price: Price | None) -> None:
    assert one(pricing=pricing).price == price


def test_pages() -> None:
    assert next_page({"data": [], "has_more": True, "last_id": "x"}) == ("after_id", "x")
    assert next_page({"models": [], "next_page_token": "t"}) == ("page_token", "t")
    assert next_page({"data": [], "has_more": False, "last_id": "x"}) is None
    assert next_page([]) is None
    assert is_list({"data": []})
    assert not is_list({"error": "x"})
    assert is_list({"object": "list", "data": None})
    assert is_list({"models": {"a": {}}})
    assert not is_list({"data": None})
    assert not is_list({"data": {"hello": "world"}})
