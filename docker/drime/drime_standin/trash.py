"""The trash: deleted trees, kept until they are restored or there is no more room.

Bounded, because a benchmark deletes all that it uploads and would otherwise fill the memory.
"""

from collections import OrderedDict
from datetime import datetime

from drime_standin.entry import Entry


class Trash:
    """Deleted trees by the id of their topmost entry, oldest deletion first."""

    def __init__(self, room_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._held_bytes = 0
        self._trees: OrderedDict[int, list[Entry]] = OrderedDict()

    def entries(self) -> list[Entry]:
        """The topmost entries, by which a tree is restored."""
        return [tree[0] for tree in self._trees.values()]

    def put(self, tree: list[Entry], moment: datetime) -> None:
        """Take in a tree, parents first; the oldest trees go where room is short."""
        for entry in tree:
            entry.deleted_at = moment
        self._trees[tree[0].id] = tree
        self._held_bytes += _size_bytes(tree)
        while self._held_bytes > self._room_bytes:
            _, oldest = self._trees.popitem(last=False)
            self._held_bytes -= _size_bytes(oldest)

    def take(self, entry_id: int) -> list[Entry]:
        """Hand a tree back, or an empty list where there is none of that id."""
        tree = self._trees.pop(entry_id, [])
        self._held_bytes -= _size_bytes(tree)
        return tree


def _size_bytes(tree: list[Entry]) -> int:
    return sum(len(entry.content) for entry in tree)
