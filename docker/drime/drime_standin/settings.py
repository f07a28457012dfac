"""What can be varied about the stand-in, read once from the environment.

All names start with ``S3CI_DRIME_``. A value that cannot be understood, or two that contradict
each other, stop the start with a message: a test that silently ran under other settings than it
asked for would prove nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from drime_standin.endpoint import Endpoint

PREFIX = "S3CI_DRIME_"

#: pys3local asks for pages of 1,000 and pydrime for no more, so this cap changes nothing for them.
DEFAULT_PAGE_CAP = 1000
#: Enough for a look into the trash, little enough that deleted benchmark data does not pile up.
DEFAULT_TRASH_BYTES = 64 * 1024 * 1024

Choice = TypeVar("Choice", bound=Enum)


class SettingsError(ValueError):
    """A setting is missing, malformed or contradicts another; the message names it."""


class DuplicatePolicy(Enum):
    """What an upload does when the folder already has a file of that name.

    The service's own behaviour is not documented. ``replace`` is the default because pydrime's
    client code is written for it: its upload command deletes nothing before or after an upload
    that replaces ("files are automatically overwritten by the cloud service").
    """

    REPLACE = "replace"
    KEEP_BOTH = "keep-both"
    KEEP_BOTH_OLDEST_FIRST = "keep-both-oldest-first"


class ListingOrder(Enum):
    """The order of a listing for a client that asks for none.

    ``newest-first`` is the default: the one order that pydrime names when it asks for one
    (``updated_at``, ``desc``).
    """

    NEWEST_FIRST = "newest-first"
    OLDEST_FIRST = "oldest-first"
    NAME = "name"


class FolderNames(Enum):
    """Whether ``Photos`` and ``photos`` can stand side by side in one folder.

    pys3local looks for a folder regardless of case once its creation was refused, so the service
    may well compare names that way; nothing shows that it does, hence ``case-sensitive``.
    """

    CASE_SENSITIVE = "case-sensitive"
    CASE_INSENSITIVE = "case-insensitive"


class Mutation(Enum):
    """One rule that is broken on purpose, to see the check of that rule fail."""

    NONE = "none"
    #: An overwrite keeps the UUID of the content that it replaced.
    SAME_UUID_AFTER_CHANGE = "same-uuid-after-change"
    #: The UUID is derived from workspace, folder and name, so it says nothing about content.
    UUID_BY_NAME = "uuid-by-name"
    #: After an overwrite the download hash still leads to the bytes of the first upload.
    DOWNLOAD_BY_STALE_HASH = "download-by-stale-hash"
    #: A listing with two files or more leaves out the oldest of them.
    DROPPED_ENTRY = "dropped-entry"
    #: An overwrite leaves the old version in place, and listings show the oldest first.
    LISTING_OLDEST_FIRST = "listing-oldest-first"


@dataclass(frozen=True)
class FaultPlan:
    """Which requests get an error, or a delay, instead of an immediate answer."""

    endpoint: Endpoint | None
    status: int | None
    delay_seconds: float
    retry_after_seconds: int | None
    first: int | None
    every: int | None

    @property
    def is_active(self) -> bool:
        """Whether any request can be hit."""
        return self.first is not None or self.every is not None


@dataclass(frozen=True)
class Settings:
    """All settings, validated."""

    api_key: str
    workspace_id: int
    duplicates: DuplicatePolicy
    order: ListingOrder
    folder_names: FolderNames
    page_cap: int
    trash_bytes: int
    latency_seconds: float
    fault: FaultPlan
    mutation: Mutation

    def __repr__(self) -> str:
        """Leave the key out: whatever is logged about settings must not hold it."""
        return f"Settings(workspace_id={self.workspace_id}, mutation={self.mutation.value})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and validate the settings; raises `SettingsError`."""
        reader = _Reader(environment)
        key = reader.text("API_KEY")
        if not key:
            raise SettingsError(f"{PREFIX}API_KEY is not set: the key that clients must send")
        duplicates = reader.choice("DUPLICATES", DuplicatePolicy, DuplicatePolicy.REPLACE)
        mutation = reader.choice("MUTATION", Mutation, Mutation.NONE)
        order = _order(reader, duplicates)
        if mutation is Mutation.LISTING_OLDEST_FIRST:
            duplicates, order = DuplicatePolicy.KEEP_BOTH_OLDEST_FIRST, ListingOrder.OLDEST_FIRST
        return cls(
            api_key=key,
            workspace_id=reader.number("WORKSPACE_ID", default=0, at_least=0),
            duplicates=duplicates,
            order=order,
            folder_names=reader.choice("FOLDER_NAMES", FolderNames, FolderNames.CASE_SENSITIVE),
            page_cap=reader.number("PAGE_CAP", default=DEFAULT_PAGE_CAP, at_least=1),
            trash_bytes=reader.number("TRASH_BYTES", default=DEFAULT_TRASH_BYTES, at_least=0),
            latency_seconds=reader.number("LATENCY_MS", default=0, at_least=0) / 1000,
            fault=_fault(reader),
            mutation=mutation,
        )


def _order(reader: "_Reader", duplicates: DuplicatePolicy) -> ListingOrder:
    """The listing order, which must not undo what the duplicate policy promises."""
    oldest_first = duplicates is DuplicatePolicy.KEEP_BOTH_OLDEST_FIRST
    default = ListingOrder.OLDEST_FIRST if oldest_first else ListingOrder.NEWEST_FIRST
    order = reader.choice("LISTING_ORDER", ListingOrder, default)
    if oldest_first and order is ListingOrder.NEWEST_FIRST:
        raise SettingsError(f"{PREFIX}LISTING_ORDER=newest-first contradicts {duplicates.value}")
    if duplicates is DuplicatePolicy.KEEP_BOTH and order is ListingOrder.OLDEST_FIRST:
        raise SettingsError(f"{PREFIX}LISTING_ORDER=oldest-first contradicts {duplicates.value}")
    return order


def _fault(reader: "_Reader") -> FaultPlan:
    """The fault plan; a fault without an effect, or without a moment, is a mistake."""
    plan = FaultPlan(
        endpoint=reader.optional_choice("FAULT_ENDPOINT", Endpoint),
        status=reader.optional_number("FAULT_STATUS", at_least=400),
        delay_seconds=reader.number("FAULT_DELAY_MS", default=0, at_least=0) / 1000,
        retry_after_seconds=reader.optional_number("FAULT_RETRY_AFTER", at_least=0),
        first=reader.optional_number("FAULT_FIRST", at_least=1),
        every=reader.optional_number("FAULT_EVERY", at_least=1),
    )
    has_effect = plan.status is not None or plan.delay_seconds > 0
    if plan.status is not None and plan.status > 599:
        raise SettingsError(f"{PREFIX}FAULT_STATUS must be an HTTP error, 400 to 599")
    if plan.first is not None and plan.every is not None:
        raise SettingsError(f"{PREFIX}FAULT_FIRST and {PREFIX}FAULT_EVERY exclude each other")
    if plan.is_active and not has_effect:
        raise SettingsError(f"a fault needs {PREFIX}FAULT_STATUS or {PREFIX}FAULT_DELAY_MS")
    if has_effect and not plan.is_active:
        raise SettingsError(f"a fault needs {PREFIX}FAULT_FIRST or {PREFIX}FAULT_EVERY")
    return plan


class _Reader:
    """Typed access to the prefixed variables; an empty value counts as not set."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str:
        return self._environment.get(PREFIX + name, "").strip()

    def number(self, name: str, *, default: int, at_least: int) -> int:
        value = self.optional_number(name, at_least=at_least)
        return default if value is None else value

    def optional_number(self, name: str, *, at_least: int) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or int(text) < at_least:
            raise SettingsError(f"{PREFIX}{name} must be a whole number from {at_least} up")
        return int(text)

    def choice(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        chosen = self.optional_choice(name, kind)
        return default if chosen is None else chosen

    def optional_choice(self, name: str, kind: type[Choice]) -> Choice | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            known = ", ".join(str(one.value) for one in kind)
            raise SettingsError(f"{PREFIX}{name} must be one of {known}") from None
