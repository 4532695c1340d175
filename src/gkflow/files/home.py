"""
The office's folder (机关文件夹). A module of its own: the command line needs it before its first output, long before
the settings themselves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "gkflow.toml"
PREFIX = "GKFLOW_"  # the prefix of every variable


def find_home(environ: Mapping[str, str], cwd: Path, user_data: Path) -> Path:
    """
    The home folder: ``GKFLOW_HOME``, else *cwd* or the nearest folder above it with a ``gkflow.toml`` (like git), else
    the user's data folder.
    """
    if named := environ.get("GKFLOW_HOME"):
        return Path(named) if Path(named).is_absolute() else cwd / named
    return next((folder for folder in (cwd, *cwd.parents) if _is_home(folder)), user_data)


def _is_home(folder: Path) -> bool:
    try:
        return (folder / FILE_NAME).is_file()
    except OSError:  # a folder above that may not be read
        return False


def user_data() -> Path:
    """The user's data folder, used for an office without any other place."""
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("APPDATA") or str(Path.home() / ".local" / "share")
    return Path(base) / "gkflow"


def home_folder() -> Path:
    """The office's folder: GKFLOW_HOME, the current folder or one above with a gkflow.toml, or user data."""
    return find_home(os.environ, Path.cwd(), user_data()).absolute()
