"""Django settings, made from the environment variables of ``config``."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from broadsheet.site import config, mailing, signing_in, sqlite

sqlite.use_newest()

HOME = config.home()
NAME = config.NAME.text()
BASE_URL = config.BASE_URL.address()
BIND = config.BIND.text()
WEB_WORKERS = config.WEB_WORKERS.number(minimum=1)
WEB_THREADS = config.WEB_THREADS.number(minimum=1)
CONTACT = config.CONTACT.text()
INDEX_DIR = HOME / "index"
MODEL = config.MODEL.text()
MODEL_DIR = Path(config.MODEL_DIR.text()).expanduser()
SEARCH_URL = config.SEARCH_URL.text()
EMBEDDING_THREADS = config.EMBEDDING_THREADS.number(minimum=1)
SOURCES = config.SOURCES.items()
INTRANET = config.INTRANET.items()
ALERT_URL = config.ALERT_URL.text()
WEBSUB = config.WEBSUB.text()
OPENALEX_KEY = config.OPENALEX_KEY.text()
SEMANTIC_SCHOLAR_KEY = config.SEMANTIC_SCHOLAR_KEY.text()
CITATIONS = config.CITATIONS.text().lower()
GITHUB_TOKEN = config.GITHUB_TOKEN.text()
CHAT_URL, CHAT_MODEL, CHAT_KEY = config.CHAT_URL.text(), config.CHAT_MODEL.text(), config.CHAT_KEY.text()

MODE = config.MODE.choice(("SINGLE", "INVITE", "APPROVAL", "OPEN")).lower()
VOTERS = config.VOTERS.choice(("EVERYBODY", "MEMBERS", "NOBODY")).lower()
PROXIES = config.PROXIES.number()
EMAIL_REFUSED = config.EMAIL_REFUSED.items()
EMAIL_RATE = config.EMAIL_RATE.number()
IN_DOUBT = config.IN_DOUBT.choice(("LEAVE", "RESEND")).lower()
EMAIL_PROVIDER = mailing.provider()
EMAIL_EVENTS_SECRET = mailing.events_secret()
BOUNCE_ADDRESS = mailing.bounce_address()
BOUNCES = mailing.bounces()
SUBMITTERS = config.SUBMITTERS.choice(("MEMBERS", "AUTHORS", "CURATORS", "NOBODY")).lower()
SUBMIT_MAX_AGE = config.SUBMIT_MAX_AGE.number()
SUBMIT_PER_DAY = config.SUBMIT_PER_DAY.number(minimum=1)
SUBMIT_WEEKENDS = config.SUBMIT_WEEKENDS.boolean()
SUBMIT_APPROVAL = config.SUBMIT_APPROVAL.boolean()
IMPRESSIONS_DAYS = config.IMPRESSIONS_DAYS.number()
DIVERSITY = config.DIVERSITY.per_cent()

DEBUG = config.DEBUG.boolean()
SECRET_KEY = config.secret_key(HOME)
_base = urlsplit(BASE_URL)
ALLOWED_HOSTS = sorted({*config.ALLOWED_HOSTS.items(), _base.hostname or "127.0.0.1"})
IS_HTTPS = _base.scheme == "https"

INSTALLED_APPS = [
    "broadsheet.web",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.orcid",
    "allauth.usersessions",
    "csp",
    "broadsheet.catalogue",
    "broadsheet.community",
    "broadsheet.search",
    "broadsheet.ranking",
    "broadsheet.delivery",
    "broadsheet.site",
]
MIDDLEWARE = [
    "broadsheet.web.middleware.BodilessHeadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "broadsheet.web.middleware.PermissionsPolicyMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "broadsheet.web.people.single_person.SinglePersonMiddleware",
    "broadsheet.api.bearer.BearerMiddleware",
    "broadsheet.web.signed_in.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "broadsheet.site.urls"
WSGI_APPLICATION = "broadsheet.site.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.web.context.instance",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": config.DATABASE_URL.database() or sqlite.database(HOME / "broadsheet.sqlite3")
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["ENGINE"] = sqlite.ENGINE
    DATABASES["default"].setdefault("OPTIONS", {}).update(sqlite.OPTIONS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "community.Account"
AUTHENTICATION_BACKENDS = ["broadsheet.community.accounts.backend.OneHashBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "broadsheet.community.accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

globals().update(mailing.mail())
SENDS_MAIL = bool(config.EMAIL_URL.text())
SUBSCRIBERS = config.SUBSCRIBERS.choice(("MEMBERS", "EVERYBODY")).lower() if config.SUBSCRIBERS.text() else ""
ACCOUNT_ADAPTER = "broadsheet.community.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "broadsheet.community.accounts.joining.JoiningForm"
ACCOUNT_FORMS = {"signup": "broadsheet.community.accounts.forms.SignUpForm"}
ACCOUNT_USERNAME_VALIDATORS = "broadsheet.community.accounts.names.VALIDATORS"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{NAME}] "
# Without a mail server nobody is asked for a code: the adapter leaves that step out.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = SENDS_MAIL
ACCOUNT_EMAIL_NOTIFICATIONS = SENDS_MAIL
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "broadsheet.community.accounts.names.shown_name"
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/h/key,20/h/ip",
    "signup": "20/h/ip",
    "reset_password": "10/h/ip,5/h/key",
    "request_login_code": "20/h/ip,5/h/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "broadsheet.community.accounts.second_factor.SecondFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not SENDS_MAIL
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = NAME
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
SOCIALACCOUNT_ADAPTER = "broadsheet.community.accounts.provider_adapter.ProviderAdapter"
SOCIALACCOUNT_FORMS = {"signup": "broadsheet.community.accounts.provider_forms.ProviderSignUpForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = signing_in.providers()
# The limits of signing in hold over all processes of the instance.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(HOME / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = config.TIME_ZONE.zone()

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Strict by default: everything a page needs comes from this server, and nothing is inline.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# A name with this prefix is only taken from this very host, over https and for all its pages (RFC 6265bis, 4.1.3.2).
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
SESSION_COOKIE_AGE = 14 * 86_400
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "broadsheet.web.errors.csrf_refused"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Scanners ask for wrong hosts and pages all day; neither is a fault of the instance.
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": config.LOG_LEVEL.choice(config.LOG_LEVELS)},
}
