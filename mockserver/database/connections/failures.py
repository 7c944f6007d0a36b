"""What goes wrong with a database, whatever its driver calls it."""

from __future__ import annotations


class StoreError(Exception):
    """The memory of the mock cannot serve a call. The message is a sentence."""


class ConflictError(StoreError):
    """Another process did something else with the same things at the same moment: whoever tries again is served."""


class UnavailableError(StoreError):
    """The database cannot be reached, read or written. It may be again."""


class OpeningError(StoreError):
    """The database cannot be used at all; the message says why and how to go on."""
