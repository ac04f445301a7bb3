"""Errors of the network in one line each."""

from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.sources.fetching.addresses import AddressRefusedError
from bot.sources.fetching.errors import FetchError, TransientError
from bot.sources.fetching.urls import shown

_KNOWN = frozenset(map(int, HTTPStatus))


def network_failure(url: URL, error: Exception) -> FetchError:
    """Describe an error of aiohttp, or a timeout."""
    place = shown(url)
    match error:
        case TimeoutError():  # also some of aiohttp's connection errors
            return TransientError(f"{place} did not answer in time.")
        case aiohttp.ClientConnectorError():
            return _connection_failure(url.raw_host or "", error)
        case aiohttp.ClientPayloadError():
            return TransientError(f"{place} broke off in the middle.")
        case aiohttp.ClientResponseError():
            return TransientError(f"{place} sent no valid HTTP response.")
        case _:
            return TransientError(f"{place} closed the connection.")


def _connection_failure(host: str, error: aiohttp.ClientConnectorError) -> FetchError:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return FetchError(f"The host {host} was not found.", temporary=True)
        case aiohttp.ClientConnectorCertificateError():
            return FetchError(
                f"The TLS certificate of {host} is refused: {_certificate_problem(error)}.",
                temporary=True,
            )
        case aiohttp.ClientSSLError():
            return FetchError(f"{host} offers no usable TLS connection.", temporary=True)
        case aiohttp.ClientConnectorError(os_error=AddressRefusedError()):
            return FetchError(
                f"{host} is not on the public internet, so it is never fetched. Use another "
                "address.",
                temporary=False,
            )
    reason = error.os_error.strerror or "connection failed"
    return TransientError(f"{host} cannot be reached: {reason}.")


def status_failure(url: URL, status: int) -> FetchError:
    """Describe a status that brings no page. 5xx and 429 may be over within seconds."""
    phrase = HTTPStatus(status).phrase if status in _KNOWN else "unknown status"
    message = f"{shown(url)} answered {status} ({phrase})."
    if is_transient(status):
        return TransientError(message)
    return FetchError(f"{message} Check the address.", temporary=False)


def is_transient(status: int) -> bool:
    """Check for a status that servers send while they are overloaded or restarted."""
    return status in {408, 425, 429} or status >= 500


def _certificate_problem(error: aiohttp.ClientConnectorCertificateError) -> str:
    return getattr(error.certificate_error, "verify_message", "") or "it is not valid"
