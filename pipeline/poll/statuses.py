"""What HTTP statuses mean to somebody who wants to read a feed."""

_MEANINGS = {
    401: "it wants a login; check whether the feed is public",
    403: "it refuses us; check whether the feed is public, or ask its owner",
    404: "there is nothing at this address; check it in a browser",
    406: "it offers no feed in any format we read",
    407: "something in between wants a login; check this machine's network",
    429: "it is asked too often",
    451: "it may not be shown, for legal reasons",
    503: "it is overloaded or under repair",
}


def status_sentence(host: str, status: int) -> str:
    """Say what an answer without a feed means."""
    if status in _MEANINGS:
        return f"{host} answers {status}: {_MEANINGS[status]}"
    if status >= 500:
        return f"{host} answers {status}: its server is in trouble"
    return f"{host} answers {status}, which is no feed; check the address in a browser"
