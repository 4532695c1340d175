"""The endpoints in the settings (接收端设置): each is checked when it is read; a secret may come from a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gkflow.domain.address import fault_of, host_of, is_local
from gkflow.domain.endpoint import OFFICE_TYPES, SHORTEST_SECRET, Endpoint, is_plausible, secret_key
from gkflow.domain.rulebook import mean
from gkflow.domain.sentences import said
from gkflow.files.home import PREFIX
from gkflow.files.kinds.settings import SettingsFile
from gkflow.files.model_reader import Found

_KINDS = (*OFFICE_TYPES, "case.*", "*")


def variable_of(name: str) -> str:
    """
    The variable that holds the secret of an endpoint (密钥变量).

    >>> variable_of("data-bureau")
    'GKFLOW_ENDPOINT_DATA_BUREAU_SECRET'
    """
    return f"{PREFIX}ENDPOINT_{name.replace('-', '_').upper()}_SECRET"


class _Settings(Protocol):
    """What is known of an office when its endpoints are read (其他设置)."""

    @property
    def units(self) -> Mapping[str, object]: ...
    @property
    def webhook(self) -> _Webhook: ...


class _Webhook(Protocol):
    @property
    def allow_local(self) -> bool: ...


def endpoints_of(found: Found[SettingsFile], settings: _Settings, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints; every fault is reported at its place."""
    units, allow_local = settings.units, settings.webhook.allow_local
    endpoints: list[Endpoint] = []
    for at, keys in enumerate(found.model.endpoints):
        place = ("endpoints", at)
        if keys.name and keys.name in {each.name for each in endpoints}:
            found.fault(said('the name "{name}" is given to another endpoint', name=keys.name), *place, key="name")
        if found.has(*place, "url") and (wrong := _wrong_url(keys.url, allow_local)):
            found.fault(wrong, *place, key="url")
        secret = environ.get(variable_of(keys.name)) or keys.secret
        if wrong := _wrong_secret(secret, keys.name):
            found.fault(wrong, *place, key="secret")
        if keys.unit is not None and keys.unit not in units:
            found.fault(said('no unit "{unit}"; there are: {names}', unit=keys.unit, names=units), *place, key="unit")
        for each in keys.types:
            if not is_plausible(each):
                wrong = said('types: no event "{type}"{hint}', type=each, hint=mean(each, _KINDS))
                found.fault(wrong, *place, key="types")
        if not keys.types:
            found.fault(said("types: names no event; left out: all"), *place, key="types")
        endpoints.append(Endpoint(keys.name, keys.url, secret, tuple(keys.types), keys.unit or ""))
    return tuple(endpoints)


def _wrong_url(url: str, allow_local: bool) -> str:
    """The fault of an address, which may hold a password and is not shown."""
    match fault_of("webhook", url, allow_local):
        case "address_is_local":
            return said("url points to this machine or its link ([webhook] allow_local = true)")
        case "":
            host, _ = host_of(url) or ("", None)
            if url.startswith("https:") or is_local(host):
                return ""
            return said("url must begin with https://, because events name cases; http:// is for this machine alone")
    return said("url must be a web address such as https://example.gov.cn/events")


def _wrong_secret(secret: str, name: str) -> str:
    variable = variable_of(name or "name")
    if not secret:
        return said("has no secret: posts cannot be signed (secret = …, or {variable})", variable=variable)
    key = secret_key(secret)
    if key is None:
        return said("secret must be whsec_ and base64, as Standard Webhooks has it")
    if len(key) < SHORTEST_SECRET:
        return said(
            "secret has {bytes} {bytes:byte|bytes}, at least {least} are wanted", bytes=len(key), least=SHORTEST_SECRET
        )
    return ""
