"""Libraries without what they bring along for nothing: parts of them come at their first use, or never."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class _Unread(ModuleType):
    """A module that is read when something of it is first asked for, on whatever thread."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by those who only look around
            raise AttributeError(name)
        with vars(self)["__reading__"]:
            # none: it was read meanwhile, or is being read and asks itself
            loader = vars(self).pop("__unread__", None)
            if loader is not None:
                loader.exec_module(self)
                self.__class__ = ModuleType  # type: ignore[assignment]  # a plain one from now on
        return ModuleType.__getattribute__(self, name)


class _Later:
    """Finds the modules it was told of, and hands them out unread."""

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self._loaders: dict[str, Any] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is, with itself as loader; None if it is none of these."""
        if fullname not in self._names:
            return None
        self._names.discard(fullname)
        found = PathFinder.find_spec(fullname, path)
        if found is not None and found.loader is not None:
            self._loaders[fullname], found.loader = found.loader, self  # type: ignore[assignment]
        return found

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Only its name."""
        return _Unread(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Keep for later how it is read."""
        loader = self._loaders.pop(module.__name__)
        module.__loader__ = loader
        if module.__spec__ is not None:
            module.__spec__.loader = loader
        vars(module).update(__unread__=loader, __reading__=threading.RLock())


def later(*names: str) -> None:
    """From now on these modules, where they are not loaded yet, are read at the first use of what is in them."""
    sys.meta_path.insert(0, _Later({name for name in names if name not in sys.modules}))


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Meanwhile these modules, where they are not loaded yet, look as if they were not installed."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own word for it
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
