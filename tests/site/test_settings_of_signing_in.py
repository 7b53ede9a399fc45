"""What is wrong in the settings of signing in and of mail is said with the variable's name and without its secret."""

from __future__ import annotations

from email.utils import parseaddr
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest

from broadsheet.site import config, mailing, signing_in
from broadsheet.site.checks import check_accounts
from broadsheet.site.config import ConfigError

SECRET = "kept-from-everybody"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB", f"id{SECRET}"),
        ("GITHUB", f":{SECRET}"),
        ("ORCID", "APP-1:"),
        ("HUGGINGFACE", f"an id:{SECRET}"),
        ("OIDC", f"House|https://login.example.org|{SECRET}"),
        ("OIDC", f"House|http://login.example.org|id|{SECRET}"),
        ("OIDC", f"House|https://|id|{SECRET}"),
        ("OIDC", f"House|https://login.example.org?x=1|id|{SECRET}"),
        ("OIDC", f"House|https://login.example.org:99999|id|{SECRET}"),
        ("OIDC", f"!!|https://login.example.org|id|{SECRET}"),
        ("OIDC", f"Hugging Face|https://a.example|id|{SECRET},HuggingFace|https://b.example|id|{SECRET}"),
        ("OIDC", f"A|https://a.example|id|{SECRET},a|https://b.example|id|{SECRET}"),
    ],
)
def test_a_provider_that_is_written_wrongly_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"BROADSHEET_LOGIN_{name}", value)
    with pytest.raises(ConfigError, match=f"BROADSHEET_LOGIN_{name}: ") as refused:
        signing_in.providers()
    assert SECRET not in str(refused.value)


def test_providers_are_made_of_the_settings_with_proof_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_LOGIN_GITHUB", f"gid:{SECRET}:with:colons")
    monkeypatch.setenv("BROADSHEET_LOGIN_ORCID", f"APP-1:{SECRET}")
    monkeypatch.setenv("BROADSHEET_LOGIN_HUGGINGFACE", f"hid:{SECRET}")
    monkeypatch.setenv(
        "BROADSHEET_LOGIN_OIDC", f"Our Lab|https://login.example.org/realms/lab/|lab|{SECRET}, B|http://localhost:9|b|s"
    )
    made = signing_in.providers()
    assert all(one["OAUTH_PKCE_ENABLED"] for one in made.values())
    assert made["github"]["APPS"] == [{"client_id": "gid", "secret": f"{SECRET}:with:colons"}]
    assert [(app["provider_id"], app["settings"]["server_url"]) for app in made["openid_connect"]["APPS"]] == [
        ("huggingface", "https://huggingface.co"),
        ("our-lab", "https://login.example.org/realms/lab"),
        ("b", "http://localhost:9"),
    ]


def test_an_empty_environment_has_no_provider_and_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in config.SETTINGS:
        if setting.name.startswith(("BROADSHEET_LOGIN", "BROADSHEET_EMAIL")):
            monkeypatch.delenv(setting.name, raising=False)
    assert [one["APPS"] for one in signing_in.providers().values()] == [[], [], []]
    assert mailing.mail()["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize(
    "value", [f"user:{SECRET}@host", f"gopher://user:{SECRET}@host", "smtp://", f"smtp://h:{SECRET}"]
)
def test_a_mail_server_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EMAIL_URL", value)
    with pytest.raises(ConfigError, match="BROADSHEET_EMAIL_URL: ") as refused:
        mailing.mail()
    assert SECRET not in str(refused.value)


def test_the_name_of_the_instance_may_hold_any_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROADSHEET_EMAIL_FROM", raising=False)
    monkeypatch.setenv("BROADSHEET_NAME", 'Papers, "Weekly" (ours)')
    sender = mailing.mail()["DEFAULT_FROM_EMAIL"]
    assert parseaddr(sender)[0] == 'Papers, "Weekly" (ours)'


@pytest.mark.parametrize("value", ["the house", "Papers, Weekly <papers@example.org>", "a@example.org, b@example.org"])
def test_a_sender_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EMAIL_FROM", value)
    with pytest.raises(ConfigError, match="BROADSHEET_EMAIL_FROM"):
        mailing.mail()


def test_a_mail_server_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EMAIL_URL", f"smtp+tls://user:{SECRET}@mail.example.org:587")
    monkeypatch.setenv("BROADSHEET_EMAIL_FROM", "Papers <papers@example.org>")
    made = mailing.mail()
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"], made["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert made["EMAIL_HOST_PASSWORD"] == SECRET
    assert made["DEFAULT_FROM_EMAIL"] == "Papers <papers@example.org>"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"MODE": "approval"}, ["broadsheet.W002"]),
        ({"MODE": "open", "SENDS_MAIL": True}, []),
        ({"PROXIES": 0}, ["broadsheet.W003"]),
        ({"PROXIES": 0, "MODE": "open", "ALLOWED_HOSTS": ["localhost"]}, []),
    ],
)
def test_a_public_instance_is_warned_of_what_is_less_safe_than_it_looks(
    changed: dict[str, object], found: list[str], settings: Any
) -> None:
    safe = {"MODE": "invite", "SENDS_MAIL": False, "PROXIES": 1, "IS_HTTPS": True, "ALLOWED_HOSTS": ["a.example.org"]}
    for name, value in (safe | changed).items():
        setattr(settings, name, value)
    messages = check_accounts(None)
    assert all(message.hint for message in messages)
    assert [message.id for message in messages] == found


@pytest.mark.parametrize(("base_url", "name"), [("https://papers.example", "__Host-"), ("http://127.0.0.1:8000", "")])
def test_cookies_are_bound_to_the_host_where_it_is_safe(
    base_url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_BASE_URL", base_url)
    spec = find_spec("broadsheet.site.settings")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    assert (f"{name}session", f"{name}csrftoken") == (made.SESSION_COOKIE_NAME, made.CSRF_COOKIE_NAME)
    assert made.SESSION_COOKIE_SECURE is (name != "")
    assert made.SESSION_COOKIE_SAMESITE == made.CSRF_COOKIE_SAMESITE == "Lax"
    assert made.SESSION_COOKIE_AGE == 14 * 86_400
    assert made.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN is (name == "")
