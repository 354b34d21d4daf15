"""The errors that Harmattan's parts raise for each other, and whose messages people read."""


class HarmattanError(Exception):
    """The base of all errors whose message is written for an operator or analyst."""


class BadInput(HarmattanError):
    """A file, setting or argument can't be used; nothing was started (exit status 2).

    The message is one line: the file and line or the setting's name, what is wrong, what to do.
    """


class OutOfReach(HarmattanError):
    """A server can't be reached or is not ready; the same call may succeed later.

    The message says which server, at which address, and what to check.
    """


class TooNew(HarmattanError):
    """A record or an index was written by a newer Harmattan: this process must be upgraded."""


class CannotHandle(HarmattanError):
    """This one record can never be handled by this code: it belongs to the dead letters."""


class LeaseLost(HarmattanError):
    """Another process owns what this one was about to write; nothing was written."""


class StepStopped(HarmattanError):
    """A step gave up because too large a share of its records failed."""
