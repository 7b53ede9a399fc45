"""An OpenID Connect issuer on a loopback socket: discovery, authorisation, tokens with PKCE, userinfo and keys.

``with FakeIssuer() as issuer:`` starts it; ``issuer.person`` is who signs in there (the claims that it tells),
``issuer.faults`` is what a client did wrong. Everybody who comes to the authorisation page is sent back at once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.servers import FakeServer, Reply, Request, answer, redirect

CLIENT_ID, SECRET, KEY_ID = "broadsheet-test", "kept-from-everybody", "first"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _json(told: Any, status: int = 200) -> Reply:
    return answer(json.dumps(told), status, "application/json")


@dataclass(slots=True)
class FakeIssuer:
    """The issuer; a context manager."""

    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "77",
            "preferred_username": "vera",
            "name": "Vera Oduya",
            "email": "vera@example.org",
            "email_verified": True,
        }
    )
    faults: list[str] = field(default_factory=list)
    server: FakeServer = field(default_factory=FakeServer)
    _grants: dict[str, dict[str, str]] = field(default_factory=dict)
    _tokens: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The issuer's own name."""
        return self.server.url

    @property
    def providers(self) -> dict[str, Any]:
        """What ``BROADSHEET_LOGIN_OIDC`` naming it gives, as ``SOCIALACCOUNT_PROVIDERS`` has it."""
        app = {
            "provider_id": "house",
            "name": "House",
            "client_id": CLIENT_ID,
            "secret": SECRET,
            "settings": {"server_url": self.url},
        }
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

    def __enter__(self) -> Self:
        self.server.otherwise(self._reply_to)
        self.server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)

    def _reply_to(self, request: Request) -> Reply:
        pages = {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/jwks": self._keys,
        }
        return pages[request.path](request) if request.path in pages else answer("no such page", 404)

    def _discovery(self, request: Request) -> Reply:
        return _json(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    def _authorize(self, request: Request) -> Reply:
        asked = request.query
        for name in ("state", "code_challenge", "redirect_uri"):
            if not asked.get(name):
                self.faults.append(f"authorisation without {name}")
        if asked.get("code_challenge_method") != "S256" or asked.get("client_id") != CLIENT_ID:
            self.faults.append("authorisation without S256 or of another client")
        code = secrets.token_urlsafe(12)
        self._grants[code] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}")

    def _token(self, request: Request) -> Reply:
        sent = dict(parse_qsl(request.body.decode()))
        grant = self._grants.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or challenge != grant.get("code_challenge"):
            self.faults.append("token without its code or verifier")
            return _json({"error": "invalid_grant"}, 400)
        if sent.get("client_secret") != SECRET or sent.get("redirect_uri") != grant["redirect_uri"]:
            self.faults.append("token for another client")
            return _json({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe(12)
        self._tokens.add(token)
        now = int(time.time())
        claims = {**self.person, "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        id_token = jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": KEY_ID})
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token})

    def _userinfo(self, request: Request) -> Reply:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            self.faults.append("userinfo without a token")
            return answer("", 401)
        return _json(self.person)

    def _keys(self, request: Request) -> Reply:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key(), as_dict=True)
        return _json({"keys": [{**key, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]})
