"""What no keyword shows: bursts, first mentions, returns and silences, found by comparing with the past."""
