"""What the window's libraries would load for nothing is left out. Imported before anything large.

PySide6 replaces Python's import by its own, which reads the source of every module imported anywhere, and keeps it, to learn
whether the module might say `from __feature__ import …`. Nobody here does: that would be nine megabytes and a tenth of the
start. It also compiles, at every start, what words an error about a wrong argument, of which there should be none.
asyncio loads TLS (four megabytes), which a window that is only looked at does not need.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

from chatgui.loading import later

# imported by many, used at rare moments
RARE = (
    "ssl", "asyncio.sslproto", "hashlib", "inspect", "ast", "dis", "bz2", "lzma", "pickle", "ipaddress", "html", "difflib",
    "email.utils", "msgspec.inspect", "msgspec.msgpack", "msgspec.toml", "msgspec.yaml",
)  # fmt: skip
PACKAGE = "shibokensupport.signature"
# called at once: one replaces import, one would mend Qt's modules and has nothing to mend
NEEDLESS = ("post_init", "finish_import")


class _Signatures:
    """Stands for what PySide6 knows of the signatures of Qt's functions; it is loaded when somebody asks for one."""

    def __init__(self, finder: Any) -> None:
        self._finder = finder  # in front of Python's own only while PySide6 starts
        self._mapping = ModuleType(f"{PACKAGE}.mapping")  # the one C++ looks for by itself, and keeps the names of
        self._mapping.update_mapping = self._update_mapping  # type: ignore[attr-defined]
        sys.modules[self._mapping.__name__] = self._mapping

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *given: None if name in NEEDLESS else getattr(self._load(), name)(*given)

    def _update_mapping(self) -> None:
        self._load()
        self._mapping.update_mapping()  # by now its own

    def _load(self) -> ModuleType:
        sys.meta_path.insert(0, self._finder)
        try:
            if self._mapping.__spec__ is None:
                self._mapping.__spec__ = self._finder.find_spec(self._mapping.__name__, None)
                self._finder.exec_module(self._mapping)
            return import_module(f"{PACKAGE}.loader")
        finally:
            sys.meta_path.remove(self._finder)


def _import_qt() -> None:
    plain = builtins.__import__

    def without_signatures(name: str, *given: Any, **named: Any) -> Any:
        if name == PACKAGE and type(finder := sys.meta_path[0]).__name__ == "EmbeddableZipImporter":
            return SimpleNamespace(loader=_Signatures(finder))
        return plain(name, *given, **named)

    builtins.__import__ = without_signatures
    try:
        import PySide6.QtCore  # noqa: F401
    finally:
        builtins.__import__ = plain


later(*RARE)
_import_qt()
