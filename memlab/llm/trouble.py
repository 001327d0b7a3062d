"""What can go wrong between memlab and an endpoint, in words that say what would be right."""

from ipaddress import ip_address
from urllib.parse import urlsplit

SHOWN = 300
WORTH_TRYING_AGAIN = (408, 409, 429)


def said_of(error: Exception, key: str | None, key_variable: str, timeout_seconds: float, retries: int) -> str:
    """What an endpoint did instead of replying, and what would be right; the key never stands in it."""
    status = getattr(error, "status_code", None)
    said = _causes(error) if status is None else getattr(getattr(error, "response", None), "text", "") or str(error)
    shown = (said.replace(key, "(key)") if key else said)[:SHOWN]
    if status is None:
        what = f"did not answer ({shown}); {_cure(type(error).__name__, said, timeout_seconds)}"
    else:
        what = f"answered with status {status}: {shown!r}; {_advice(status, key_variable)}"
    tried = retries and (status is None or status in WORTH_TRYING_AGAIN or status >= 500)
    return f"{what}; it was tried {retries + 1} times" if tried else what


def _advice(status: int, key_variable: str) -> str:
    match status:
        case 401 | 403:
            return f"set {key_variable} to a key that may use this model"
        case 404:
            return "check the model's name, and that the base URL ends where /chat/completions goes on"
        case 429:
            return "wait, or lower the concurrency"
        case 400 | 413 | 422:
            return "it does not take this request: check the parameters and how much it reads at once"
        case _:
            return "look at the server"


def _cure(kind: str, causes: str, timeout: float) -> str:
    if "Timeout" in kind:
        return f"raise timeout_seconds, now {timeout:g}, or ask for less"
    if "CERTIFICATE_VERIFY_FAILED" in causes:
        return "its certificate must be one that this machine trusts; name the file of its authority in SSL_CERT_FILE"
    return "check the base URL and that the server runs"


def _causes(error: BaseException | None) -> str:
    """An error and what it came of, in one line."""
    told: list[str] = []
    while error is not None and len(told) < 4:
        told.append(f"{type(error).__name__}: {error}".strip(": "))
        error = error.__cause__
    return "; ".join(dict.fromkeys(told))


def check_url(url: str) -> None:
    """Refuses a URL that would put a key into files, or what is remembered on an open wire in plain text."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"base_url {url!r} is no URL of a server, such as http://localhost:8000/v1")
    if parts.username or parts.password or parts.query:
        raise ValueError(
            "base_url may hold no user, password or query: it is written to files; keys go into the environment"
        )
    if parts.scheme == "http" and not _is_private(parts.hostname):
        raise ValueError(
            f"base_url {url!r}: what is remembered may not go through the open net in plain text; use https"
        )


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
