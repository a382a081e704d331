"""Folders where a database is not at home: network file systems, and folders that another program synchronises."""

from __future__ import annotations

from pathlib import Path, PurePath

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "fuse.rclone"}
_SYNCHRONISED = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud",
    "nextcloud",
    "owncloud",
    "syncthing",
    "pcloud",
)
_MOUNTS = Path("/proc/self/mounts")


def on_network(path: Path, mounts: str | None = None) -> bool:
    """Whether a path lies on a network file system, where SQLite's write-ahead log cannot be shared; Linux only."""
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text("utf-8", "replace")
        except OSError:
            return False
    best, kind = -1, ""
    for line in mounts.split("\n"):
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = PurePath(fields[1].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind in _NETWORK


def warning(path: Path) -> str:
    """What to say once about a profile in such a folder; empty if it is at home."""
    path = path.absolute()
    if on_network(path):
        return "The profile lies on a network drive. Use it from one computer at a time."
    for part in path.parts:
        if any(part.casefold().lstrip(".").startswith(name) for name in _SYNCHRONISED):
            return f"The profile lies in “{part}”, which another program synchronises; that can damage a database. Move it elsewhere."
    return ""
