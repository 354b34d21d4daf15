"""What went wrong with an exchange, in words for an operator."""

import ssl

import aiohttp

from pipeline.fetch.bodies import BrokenBody
from pipeline.fetch.interface import AddressRefused, FetchError, Unreached
from pipeline.fetch.resolver import Refused


def fetch_error(error: Exception, host: str) -> FetchError:
    """Turn what aiohttp raised into the port's error."""
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Refused):
        return AddressRefused(str(error.os_error))
    sort = Unreached if _is_unconnected(error) else FetchError
    return sort(_of_proxy(error, host) or _sentence(error, host))


def _is_unconnected(error: Exception) -> bool:
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):  # somebody spoke
        return False
    return isinstance(error, aiohttp.ClientConnectorError)


def _of_proxy(error: Exception, host: str) -> str | None:
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy for {host} can't be reached ({_reason(error.os_error)}); check http_proxy and https_proxy"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy does not connect to {host} ({error.status}); check http_proxy and https_proxy, or ask its operator"
    return None


def _sentence(error: Exception, host: str) -> str:
    if isinstance(error, BrokenBody):
        return f"the body that {host} sent {error}; it may be asked again later"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return _insecure(error, host)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _unconnected(error.os_error, host)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return f"{host} closed the connection without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"{host} broke off in the middle of its answer"
    if isinstance(error, aiohttp.InvalidURL | UnicodeError):
        return f"the address of {host} can't be read; check it for a typing error"
    if isinstance(error, aiohttp.ClientResponseError):
        reason = error.message.partition("\n")[0].partition(": b'")[0].rstrip(": ")
        return f"{host} answered with something that is not HTTP ({reason or 'no reason given'})"[:300]
    return f"the exchange with {host} failed ({_short(error)})"


def _insecure(error: Exception, host: str) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the certificate of {host} is not to be trusted ({_tls_reason(error)}); check the address, or tell its owner"
    return f"no secure connection with {host} could be made ({_tls_reason(error)}); check whether it speaks https"


def _unconnected(error: OSError, host: str) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"{host} refused the connection; check the address and its port, and whether the server runs"
    return f"{host} can't be reached ({_reason(error)}); check the address and this machine's network"


def _reason(error: OSError) -> str:
    return error.strerror or _short(error)


def _tls_reason(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return str(getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or _short(inner)).lower()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
