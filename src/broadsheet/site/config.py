"""Every environment variable that Broadsheet reads, declared once.

``docs/configuration.md`` lists the same names; a test compares the two. All have defaults: an empty environment gives a
working private instance that answers on the loopback address only.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class ConfigError(ImproperlyConfigured):
    """A setting has a value that cannot be used; the text names the variable, the value and what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what an empty environment gives, and what it is for."""

    name: str
    default: str
    help: str

    def text(self) -> str:
        """The value as text, or the default when the variable is unset or blank."""
        return os.environ.get(self.name, "").strip() or self.default

    def boolean(self) -> bool:
        """The value as a yes/no answer.

        Raises ``ConfigError`` for a word that is neither.
        """
        word = self.text().lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        raise ConfigError(f"{self.name}={word!r}: expected yes or no (1/0, true/false, on/off)")

    def number(self, minimum: int = 0) -> int:
        """The value as a whole number of at least ``minimum``.

        Raises ``ConfigError`` for anything else.
        """
        word = self.text()
        if not word.isdecimal() or int(word) < minimum:
            raise ConfigError(f"{self.name}={word!r}: expected a whole number of at least {minimum}")
        return int(word)

    def items(self) -> list[str]:
        """The value as a list of words separated by commas."""
        return [word.strip() for word in self.text().split(",") if word.strip()]


def _checkout_root() -> Path | None:
    """The folder of the checkout that this code runs from, or None when it is installed as a plain package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "src" / "broadsheet").is_dir() else None


def _default_home() -> str:
    root = _checkout_root()
    if root is not None:
        return str(root / "var")
    data_home = os.environ.get("XDG_DATA_HOME", "").strip() or str(Path.home() / ".local" / "share")
    return str(Path(data_home) / "broadsheet")


def _default_model_dir() -> str:
    """Beside the installation and not in the instance's home: the model is a part of the program, not of the data."""
    return str(Path(sys.prefix) / "share" / "broadsheet" / "models")


HOME = Setting("BROADSHEET_HOME", _default_home(), "Folder of the instance's data: database, index, secret key.")
NAME = Setting("BROADSHEET_NAME", "Broadsheet", "The instance's name, printed in the masthead and in feeds.")
BASE_URL = Setting(
    "BROADSHEET_BASE_URL", "http://127.0.0.1:8000", "Address readers use; feeds and links start with it."
)
BIND = Setting("BROADSHEET_BIND", "127.0.0.1:8000", "Address and port on which `broadsheet run` listens.")
ALLOWED_HOSTS = Setting(
    "BROADSHEET_ALLOWED_HOSTS",
    "127.0.0.1,localhost,[::1]",
    "Host names that are answered, separated by commas; the host of the base URL is always added.",
)
SECRET_KEY = Setting("BROADSHEET_SECRET_KEY", "", "Signing key; empty: one is made and kept in the home folder.")
DEBUG = Setting("BROADSHEET_DEBUG", "no", "Show tracebacks in the browser. Never for a public instance.")
DATABASE_URL = Setting(
    "DATABASE_URL", "", "Database, e.g. postgres://user:word@host/name; empty: SQLite in the home folder."
)
TIME_ZONE = Setting("BROADSHEET_TIME_ZONE", "UTC", "Zone in which a day begins on the day pages.")
MODEL = Setting("BROADSHEET_MODEL", "", "Embedding model: a folder or a hub id; empty: the standard model.")
MODEL_DIR = Setting(
    "BROADSHEET_MODEL_DIR", _default_model_dir(), "Folder in which installed embedding models are kept."
)
EMBEDDING_THREADS = Setting("BROADSHEET_EMBEDDING_THREADS", "2", "Processor threads that one embedding run may use.")
WEB_WORKERS = Setting("BROADSHEET_WEB_WORKERS", "1", "Web server processes.")
WEB_THREADS = Setting("BROADSHEET_WEB_THREADS", "4", "Threads in each web server process.")
CONTACT = Setting("BROADSHEET_CONTACT", "", "How readers reach whoever runs the instance; shown on the about page.")
LOG_LEVEL = Setting("BROADSHEET_LOG_LEVEL", "WARNING", "Least important log line that is printed.")

SETTINGS: tuple[Setting, ...] = (
    HOME,
    NAME,
    BASE_URL,
    BIND,
    ALLOWED_HOSTS,
    SECRET_KEY,
    DEBUG,
    DATABASE_URL,
    TIME_ZONE,
    MODEL,
    MODEL_DIR,
    EMBEDDING_THREADS,
    WEB_WORKERS,
    WEB_THREADS,
    CONTACT,
    LOG_LEVEL,
)


def home() -> Path:
    """The instance's home folder, made on first use and readable by its owner only.

    Raises ``ConfigError`` when it cannot be made.
    """
    folder = Path(HOME.text()).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{HOME.name}={folder}: the folder cannot be made ({error.strerror})") from error
    return folder


def secret_key(folder: Path) -> str:
    """The signing key: from the environment, else the one kept in ``folder``, else a new one that is kept there."""
    given = SECRET_KEY.text()
    if given:
        return given
    path = folder / "secret_key"
    try:
        with open(path, "x", encoding="ascii", opener=_private) as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
