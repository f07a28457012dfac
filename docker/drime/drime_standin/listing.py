"""Which entries a listing shows, in which order, on which page.

The paging fields are those that pydrime reads; it goes on while ``current_page`` is less than
``last_page``. pys3local never asks for a second page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drime_standin.entry import Entry
from drime_standin.settings import DuplicatePolicy, ListingOrder, Mutation, Settings
from drime_standin.store import Store

SORT_KEYS: dict[str, Callable[[Entry], Any]] = {
    "id": lambda entry: entry.id,
    "name": lambda entry: entry.name,
    "file_size": lambda entry: entry.size_bytes,
    "created_at": lambda entry: entry.created_at,
    "updated_at": lambda entry: entry.created_at,
}


@dataclass(frozen=True)
class ListingQuery:
    """What a client asked for. `parent_ids` None means every folder, an id of None the root."""

    workspace_id: int
    parent_ids: tuple[int | None, ...] | None
    name_part: str | None
    entry_type: str | None
    deleted_only: bool
    order_by: str | None
    descending: bool
    page: int
    per_page: int


class Listings:
    """Answers listing queries from a store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._order = settings.order
        self._oldest_first = settings.duplicates is DuplicatePolicy.KEEP_BOTH_OLDEST_FIRST
        self._page_cap = settings.page_cap
        self._drop_one = settings.mutation is Mutation.DROPPED_ENTRY

    def answer(self, query: ListingQuery) -> dict[str, Any]:
        """The page of entries with its paging fields."""
        entries = self._selected(query)
        if self._drop_one:
            entries = _without_oldest_file(entries)
        entries = self._ordered(entries, query)
        per_page = min(query.per_page, self._page_cap)
        start = (query.page - 1) * per_page
        shown = entries[start : start + per_page]
        last_page = max(1, -(-len(entries) // per_page))
        return {
            "data": [entry.to_json() for entry in shown],
            "current_page": query.page,
            "last_page": last_page,
            "per_page": per_page,
            "total": len(entries),
            "from": start + 1 if shown else None,
            "to": start + len(shown) if shown else None,
            "next_page": query.page + 1 if query.page < last_page else None,
            "prev_page": query.page - 1 if query.page > 1 else None,
        }

    def _selected(self, query: ListingQuery) -> list[Entry]:
        if query.deleted_only:
            entries = self._store.trashed_in(query.workspace_id)
        elif query.parent_ids is None:
            entries = self._store.entries_of(query.workspace_id)
        else:
            entries = [
                entry
                for parent_id in dict.fromkeys(query.parent_ids)
                for entry in self._store.children_of(query.workspace_id, parent_id)
            ]
        if query.name_part is not None:
            part = query.name_part.casefold()
            entries = [entry for entry in entries if part in entry.name.casefold()]
        if query.entry_type is not None:
            entries = [entry for entry in entries if entry.type == query.entry_type]
        return entries

    def _ordered(self, entries: list[Entry], query: ListingQuery) -> list[Entry]:
        """Sort by the query's order or the set one; entries that tie stand by age."""
        by_age = sorted(entries, key=SORT_KEYS["id"], reverse=not self._oldest_first)
        if query.order_by is not None:
            return sorted(by_age, key=SORT_KEYS[query.order_by], reverse=query.descending)
        if self._order is ListingOrder.NAME:
            return sorted(by_age, key=SORT_KEYS["name"])
        return sorted(by_age, key=SORT_KEYS["id"], reverse=self._order is ListingOrder.NEWEST_FIRST)


def _without_oldest_file(entries: list[Entry]) -> list[Entry]:
    """Leave out the oldest file where there are two: one alone would hide the object itself."""
    files = sorted(entry.id for entry in entries if not entry.is_folder)
    if len(files) < 2:
        return entries
    return [entry for entry in entries if entry.id != files[0]]
