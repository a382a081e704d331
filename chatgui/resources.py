"""Files that come with the program: icons, style, price lists. The only way to them, wherever the program lies."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_resources"
# In a checkout, a source archive and an editable install the folder stands beside the package, not in it.
_ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent / "resources"


def path(name: str) -> Path:
    """Where the resource `name` (like `icons/send.svg`) lies. FileNotFoundError if there is none, or not below us."""
    outside = PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor or "\\" in name
    found = _ROOT / name
    if outside or ".." in PurePosixPath(name).parts or not found.exists():
        raise FileNotFoundError(f"no such resource: {name}")
    return found


def read_bytes(name: str) -> bytes:
    """The bytes of the resource `name`."""
    return path(name).read_bytes()


def read_text(name: str) -> str:
    """The text of the resource `name`, which is UTF-8."""
    return path(name).read_text(encoding="utf-8")
