"""Modules that are read at their first use, and modules that are kept away."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from chatgui.loading import later, without

Made = Callable[[str, str], str]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Make a module of this name and code; everything is forgotten at the end."""
    finders, known = sys.meta_path[:], set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, code: str) -> str:
        (tmp_path / f"{name}.py").write_text(code)
        importlib.invalidate_caches()
        return name

    yield make
    sys.meta_path[:] = finders
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_a_module_is_read_when_something_of_it_is_asked_for(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    later(made("late_one", "print('read')\nword = 'here'\n"))
    module = importlib.import_module("late_one")
    assert capsys.readouterr().out == ""
    assert not hasattr(module, "__path__")
    assert capsys.readouterr().out == ""
    assert module.word == "here"
    assert module.word == "here"
    assert capsys.readouterr().out == "read\n"
    assert type(module) is ModuleType
    with pytest.raises(AttributeError):
        _ = module.absent


def test_a_module_that_cannot_be_read_says_so(made: Made) -> None:
    later(made("late_bad", "import no_such_module_anywhere\n"))
    module = importlib.import_module("late_bad")
    with pytest.raises(ImportError, match="no_such_module_anywhere"):
        _ = module.word


def test_two_threads_read_it_once_and_both_get_all_of_it(made: Made) -> None:
    code = "import late_gate\nlate_gate.reads.append(1)\nlate_gate.opened.wait(10)\nword = 'here'\n"
    later(made("late_shared", code))
    gate = ModuleType("late_gate")
    gate.reads, gate.opened = [], threading.Event()  # type: ignore[attr-defined]
    sys.modules["late_gate"] = gate
    module, got = importlib.import_module("late_shared"), list[str]()
    threads = [threading.Thread(target=lambda: got.append(module.word)) for _ in range(2)]
    for one in threads:
        one.start()
    gate.opened.set()
    for one in threads:
        one.join(10)
    assert got == ["here", "here"]
    assert gate.reads == [1]


def test_a_module_kept_away_is_there_again_afterwards(made: Made) -> None:
    name = made("kept_away", "word = 'here'\n")
    with without(name), pytest.raises(ImportError):
        importlib.import_module(name)
    assert importlib.import_module(name).word == "here"


def test_a_module_that_is_loaded_is_neither_kept_away_nor_read_again(made: Made) -> None:
    module = importlib.import_module(made("long_here", "word = 'here'\n"))
    later("long_here")
    with without("long_here"):
        assert importlib.import_module("long_here") is module
    assert importlib.import_module("long_here") is module
