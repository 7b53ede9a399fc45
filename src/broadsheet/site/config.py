"""Every environment variable that Broadsheet reads, declared once.

``docs/configuration.md`` lists the same names; a test compares the two. All have defaults: an empty environment gives a
working private instance that answers on the loopback address only.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
LOG_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
DATABASES = frozenset({"sqlite", "postgres", "postgresql"})


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

    def per_cent(self) -> float:
        """The value, a whole number of per cent from 0 to 100, as a share from 0 to 1.

        Raises ``ConfigError`` for anything else.
        """
        word = self.text()
        if not word.isdecimal() or int(word) > 100:
            raise ConfigError(f"{self.name}={word!r}: expected per cent, a whole number from 0 to 100")
        return int(word) / 100

    def choice(self, choices: Collection[str]) -> str:
        """The value as one of ``choices``, in capitals.

        Raises ``ConfigError`` for anything else.
        """
        word = self.text().upper()
        if word not in choices:
            raise ConfigError(f"{self.name}={word!r}: expected one of {', '.join(sorted(choices))}")
        return word

    def zone(self) -> str:
        """The value as the name of a time zone.

        Raises ``ConfigError`` when there is no such zone.
        """
        word = self.text()
        try:
            return ZoneInfo(word).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigError(f"{self.name}={word!r}: expected a time zone such as Europe/Berlin") from error

    def address(self) -> str:
        """The value as the address of a site, without a slash at its end.

        Raises ``ConfigError`` for anything but an http or https address.
        """
        word = self.text().rstrip("/")
        try:
            parts = urlsplit(word)
            is_site = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_site = False
        if not is_site:
            raise ConfigError(f"{self.name}={word!r}: expected an address such as https://papers.example.org")
        return word

    def database(self) -> dict[str, Any] | None:
        """The value as Django's description of a database; None when it is empty.

        Raises ``ConfigError``, without the value as it may hold a password, for anything but SQLite and PostgreSQL.
        """
        word = self.text()
        if not word:
            return None
        try:
            told = dict(environ.Env.db_url_config(word)) if urlsplit(word).scheme in DATABASES else {}
        except ValueError:
            told = {}
        if not told.get("ENGINE"):
            raise ConfigError(f"{self.name}: expected postgres://user:password@host/name or sqlite:////folder/file")
        return told

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
SEARCH_URL = Setting(
    "BROADSHEET_SEARCH_URL",
    "",
    "Qdrant cluster, e.g. qdrant://:key@host:6333/papers?replicas=2; empty: the index lies in the home folder.",
)
WEB_WORKERS = Setting("BROADSHEET_WEB_WORKERS", "1", "Web server processes.")
WEB_THREADS = Setting("BROADSHEET_WEB_THREADS", "4", "Threads in each web server process.")
CONTACT = Setting(
    "BROADSHEET_CONTACT", "", "How people reach whoever runs the instance; on the about page and in requests."
)
SOURCES = Setting(
    "BROADSHEET_SOURCES",
    "",
    "What the worker collects by itself, separated by commas, e.g. arxiv:cs.CL+cs.LG,huggingface; empty: nothing.",
)
INTRANET = Setting(
    "BROADSHEET_INTRANET", "", "Private hosts and networks that may be fetched from, separated by commas."
)
WEBSUB = Setting("BROADSHEET_WEBSUB", "", "Address of the WebSub hub that is told when a feed has something new.")
ALERT_URL = Setting("BROADSHEET_ALERT_URL", "", "Address that is told, as JSON, of batches that are late or short.")
OPENALEX_KEY = Setting("BROADSHEET_OPENALEX_KEY", "", "Key for OpenAlex.")
SEMANTIC_SCHOLAR_KEY = Setting("BROADSHEET_SEMANTIC_SCHOLAR_KEY", "", "Key for Semantic Scholar.")
CITATIONS = Setting("BROADSHEET_CITATIONS", "", "Who is asked for citation counts: openalex or semanticscholar.")
GITHUB_TOKEN = Setting(
    "BROADSHEET_GITHUB_TOKEN", "", "Token for GitHub; with it the stars of linked code are followed."
)
CHAT_URL = Setting("BROADSHEET_CHAT_URL", "", "Address of an OpenAI-compatible endpoint that writes summaries.")
CHAT_MODEL = Setting("BROADSHEET_CHAT_MODEL", "", "Model that the endpoint is asked for; named beside its texts.")
CHAT_KEY = Setting("BROADSHEET_CHAT_KEY", "", "Key for the endpoint.")
MODE = Setting("BROADSHEET_MODE", "single", "Who may have an account: single (one person), invite, approval or open.")
VOTERS = Setting("BROADSHEET_VOTERS", "members", "Who sees who voted: everybody, members or nobody.")
PROXIES = Setting(
    "BROADSHEET_PROXIES", "0", "Proxies in front of the instance, whose X-Forwarded-For is believed; 0: none."
)
EMAIL_URL = Setting(
    "BROADSHEET_EMAIL_URL", "", "Mail server, e.g. smtp+tls://user:word@host:587; empty: nothing is mailed."
)
EMAIL_FROM = Setting("BROADSHEET_EMAIL_FROM", "", "Sender of mail, e.g. Broadsheet <papers@example.org>.")
EMAIL_EVENTS_SECRET = Setting(
    "BROADSHEET_EMAIL_EVENTS_SECRET", "", "Name and word, as name:word, with which a mail provider tells of bounces."
)
BOUNCE_ADDRESS = Setting(
    "BROADSHEET_BOUNCE_ADDRESS",
    "",
    "Where letters that cannot be delivered come back to, e.g. bounces@papers.example.org; each gets a signed one.",
)
BOUNCES = Setting(
    "BROADSHEET_BOUNCES",
    "",
    "Mailbox that the worker reads bounces from, e.g. imaps://user:word@host/INBOX or maildir:/folder; empty: none.",
)
EMAIL_REFUSED = Setting("BROADSHEET_EMAIL_REFUSED", "", "Domains whose addresses may not sign up, separated by commas.")
EMAIL_RATE = Setting("BROADSHEET_EMAIL_RATE", "0", "Letters a minute that one domain gets at most; 0: any number.")
IN_DOUBT = Setting(
    "BROADSHEET_IN_DOUBT",
    "leave",
    "Letters of which nobody knows whether they arrived: leave (an admin decides) or resend.",
)
LOGIN_GITHUB = Setting("BROADSHEET_LOGIN_GITHUB", "", "Sign in with GitHub: client id and secret, as id:secret.")
LOGIN_ORCID = Setting("BROADSHEET_LOGIN_ORCID", "", "Sign in with ORCID: client id and secret, as id:secret.")
LOGIN_HUGGINGFACE = Setting(
    "BROADSHEET_LOGIN_HUGGINGFACE", "", "Sign in with Hugging Face: client id and secret, as id:secret."
)
LOGIN_OIDC = Setting(
    "BROADSHEET_LOGIN_OIDC",
    "",
    "Sign in with any OpenID Connect issuer: name|issuer|client id|secret, several separated by commas.",
)
SUBMITTERS = Setting("BROADSHEET_SUBMITTERS", "members", "Who may submit papers: members, authors, curators or nobody.")
SUBMIT_MAX_AGE = Setting("BROADSHEET_SUBMIT_MAX_AGE", "0", "Oldest paper that may be submitted, in days; 0: any.")
SUBMIT_PER_DAY = Setting("BROADSHEET_SUBMIT_PER_DAY", "10", "Papers that one person may submit a day.")
SUBMIT_WEEKENDS = Setting("BROADSHEET_SUBMIT_WEEKENDS", "yes", "Whether papers may be submitted on weekends.")
SUBMIT_APPROVAL = Setting("BROADSHEET_SUBMIT_APPROVAL", "no", "Whether a curator has to approve each submission.")
DIVERSITY = Setting(
    "BROADSHEET_DIVERSITY", "40", "How much recommended lists are spread over topics, in per cent; 0: not at all."
)
IMPRESSIONS_DAYS = Setting(
    "BROADSHEET_IMPRESSIONS_DAYS",
    "90",
    "Days for which it is kept what members were shown in lists; 0: it is not kept.",
)
SUBSCRIBERS = Setting(
    "BROADSHEET_SUBSCRIBERS",
    "",
    "Who may have papers sent by mail: members or everybody; empty: everybody where anybody may have an account.",
)
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
    SEARCH_URL,
    WEB_WORKERS,
    WEB_THREADS,
    CONTACT,
    SOURCES,
    INTRANET,
    WEBSUB,
    ALERT_URL,
    OPENALEX_KEY,
    SEMANTIC_SCHOLAR_KEY,
    CITATIONS,
    GITHUB_TOKEN,
    CHAT_URL,
    CHAT_MODEL,
    CHAT_KEY,
    MODE,
    VOTERS,
    PROXIES,
    EMAIL_URL,
    EMAIL_FROM,
    EMAIL_EVENTS_SECRET,
    BOUNCE_ADDRESS,
    BOUNCES,
    EMAIL_REFUSED,
    EMAIL_RATE,
    IN_DOUBT,
    LOGIN_GITHUB,
    LOGIN_ORCID,
    LOGIN_HUGGINGFACE,
    LOGIN_OIDC,
    SUBMITTERS,
    SUBMIT_MAX_AGE,
    SUBMIT_PER_DAY,
    SUBMIT_WEEKENDS,
    SUBMIT_APPROVAL,
    DIVERSITY,
    IMPRESSIONS_DAYS,
    SUBSCRIBERS,
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
    if not path.exists():
        # Written beside and then linked, so that another process never reads half a key.
        draft = folder / f"secret_key.{secrets.token_hex(8)}"
        with open(draft, "x", encoding="ascii", opener=_private) as file:
            file.write(secrets.token_urlsafe(64))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
