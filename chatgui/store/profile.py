"""The profile: the directory everything the program keeps lies in."""

from __future__ import annotations

import os
from pathlib import Path

from chatgui.core.errors import StoreError, StoreState

PRIVATE_DIR = 0o700


def backups_of(database: Path) -> Path:
    """The folder of copies of a database, beside it."""
    return database.parent / "backups"


class Profile:
    """One directory, made private (0700) when it is not there yet. Two profiles share nothing, keyring entries included.

    Raises StoreError if the directory cannot be made. A directory that can only be read is fine: the database then
    opens read-only.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).expanduser().absolute()
        try:
            self.path.mkdir(PRIVATE_DIR, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                StoreState.FAILED,
                f"The folder {self.path} cannot be used: {error.strerror}.",
                advice="Choose another one with --profile or CHATGUI_PROFILE.",
            ) from error
        for folder in (self.logs, self.backups):
            try:
                folder.mkdir(PRIVATE_DIR, exist_ok=True)
            except OSError:
                continue  # a read-only profile: what is there can still be read

    @classmethod
    def default(cls) -> Profile:
        """CHATGUI_PROFILE if it is set, else the platform's own data directory."""
        return cls(os.environ.get("CHATGUI_PROFILE") or default_path())

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "chatgui.db"

    @property
    def settings(self) -> Path:
        """The settings, as TOML."""
        return self.path / "settings.toml"

    @property
    def logs(self) -> Path:
        """Folder of log files."""
        return self.path / "logs"

    @property
    def backups(self) -> Path:
        """Folder of copies of the database."""
        return backups_of(self.database)

    @property
    def service(self) -> str:
        """The name its keys have in the OS keyring: another one for each profile, readable in the keyring's own program."""
        return "chatgui" if self.path == default_path() else f"chatgui {self.path.resolve()}"


def default_path() -> Path:
    """Where a profile lies unless told otherwise."""
    import platformdirs

    return Path(platformdirs.user_data_dir("chatgui", appauthor=False))
