"""The entries of all workspaces, in memory.

Owns the tree, identifiers, the duplicate policy and the mutations that concern stored state.
It does not order or page listings (``listing``), and knows nothing of HTTP. All calls come from
one event loop and never wait, so nothing here is locked.
"""

import uuid
from datetime import datetime, timezone
from itertools import count

from drime_standin.entry import FOLDER, Entry, hash_of, type_of
from drime_standin.errors import invalid, not_found
from drime_standin.settings import DuplicatePolicy, FolderNames, Mutation, Settings
from drime_standin.trash import Trash

#: Ids of the service have nine digits; the same length gives hashes of the same form.
FIRST_ID = 480_000_001
MAX_NAME_CHARACTERS = 255


class Store:
    """Files and folders by workspace and parent."""

    def __init__(self, settings: Settings) -> None:
        self._duplicates = settings.duplicates
        self._folder_names = settings.folder_names
        self._mutation = settings.mutation
        self._ids = count(FIRST_ID)
        self._entries: dict[int, Entry] = {}
        self._by_hash: dict[str, Entry] = {}
        # Insertion order is creation order: listings rely on it.
        self._children: dict[tuple[int, int | None], dict[int, Entry]] = {}
        self._trash = Trash(settings.trash_bytes)

    def entries_of(self, workspace_id: int) -> list[Entry]:
        """All entries of a workspace, oldest first."""
        return [entry for entry in self._entries.values() if entry.workspace_id == workspace_id]

    def children_of(self, workspace_id: int, parent_id: int | None) -> list[Entry]:
        """The entries right below a folder (None: the root), oldest first."""
        return list(self._children.get((workspace_id, parent_id), {}).values())

    def trashed_in(self, workspace_id: int) -> list[Entry]:
        """What was deleted and can still be restored, oldest first."""
        return [entry for entry in self._trash.entries() if entry.workspace_id == workspace_id]

    def entry(self, workspace_id: int, entry_id: int) -> Entry:
        """One entry by id; not found where it lies in another workspace."""
        entry = self._entries.get(entry_id)
        if entry is None or entry.workspace_id != workspace_id:
            raise not_found()
        return entry

    def by_hash(self, download_hash: str) -> Entry:
        """The file that a download hash leads to."""
        entry = self._by_hash.get(download_hash)
        if entry is None or entry.is_folder:
            raise not_found()
        return entry

    def create_folder(self, workspace_id: int, parent_id: int | None, name: str) -> Entry:
        """Make a folder; refused when the parent has one of that name."""
        _check_name(name)
        parent_path = self._path_of(workspace_id, parent_id)
        if self._folder(workspace_id, parent_id, name) is not None:
            raise invalid("name", "Folder with same name already exists.")
        entry_id = next(self._ids)
        folder = Entry(
            id=entry_id,
            workspace_id=workspace_id,
            parent_id=parent_id,
            parent_path=parent_path,
            name=name,
            type=FOLDER,
            mime=None,
            uuid=name,
            hash=hash_of(entry_id),
            size_bytes=0,
            content=b"",
            created_at=_now(),
        )
        self._add(folder)
        return folder

    def ensure_folders(
        self, workspace_id: int, parent_id: int | None, names: list[str]
    ) -> int | None:
        """The id of the folder that a relative path leads to, made where it is missing."""
        self._path_of(workspace_id, parent_id)
        for name in names:
            folder = self._folder(workspace_id, parent_id, name)
            parent_id = (folder or self.create_folder(workspace_id, parent_id, name)).id
        return parent_id

    def add_file(
        self,
        workspace_id: int,
        parent_id: int | None,
        name: str,
        mime: str,
        content: bytes,
        content_uuid: str | None = None,
    ) -> Entry:
        """Store a file under the duplicate policy; `content_uuid` names content sent earlier."""
        _check_name(name)
        parent_path = self._path_of(workspace_id, parent_id)
        previous = self._files_named(workspace_id, parent_id, name)
        entry_id = next(self._ids)
        entry = Entry(
            id=entry_id,
            workspace_id=workspace_id,
            parent_id=parent_id,
            parent_path=parent_path,
            name=name,
            type=type_of(mime),
            mime=mime,
            uuid=content_uuid or str(uuid.uuid4()),
            hash=hash_of(entry_id),
            size_bytes=len(content),
            content=content,
            created_at=_now(),
        )
        self._mutate(entry, previous)
        if self._duplicates is DuplicatePolicy.REPLACE and previous:
            self.delete(workspace_id, [old.id for old in previous], forever=False)
        self._add(entry)
        return entry

    def delete(self, workspace_id: int, entry_ids: list[int], *, forever: bool) -> None:
        """Delete entries with all that lies below them; nothing happens if one is unknown."""
        doomed = [self.entry(workspace_id, entry_id) for entry_id in entry_ids]
        for entry in doomed:
            if entry.id not in self._entries:
                continue  # it lay below another of the entries
            tree = self._subtree(entry)
            for one in tree:
                self._remove(one)
            if not forever:
                self._trash.put(tree, _now())

    def restore(self, entry_ids: list[int]) -> None:
        """Bring deleted entries back to where they were, or to the root if that is gone."""
        for entry_id in entry_ids:
            tree = self._trash.take(entry_id)
            if not tree:
                raise not_found()
            top = tree[0]
            if top.parent_id is not None and top.parent_id not in self._entries:
                top.parent_id, top.parent_path = None, ""
            for entry in tree:
                entry.deleted_at = None
                self._add(entry)

    def _mutate(self, entry: Entry, previous: list[Entry]) -> None:
        """Break the rule that the mutation names, for this upload."""
        if self._mutation is Mutation.UUID_BY_NAME:
            place = f"{entry.workspace_id}/{entry.parent_path}/{entry.name}"
            entry.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, place))
        if not previous:
            return
        if self._mutation is Mutation.SAME_UUID_AFTER_CHANGE:
            entry.uuid = previous[-1].uuid
        if self._mutation is Mutation.DOWNLOAD_BY_STALE_HASH:
            entry.hash, entry.content = previous[-1].hash, previous[-1].content

    def _files_named(self, workspace_id: int, parent_id: int | None, name: str) -> list[Entry]:
        siblings = self.children_of(workspace_id, parent_id)
        return [entry for entry in siblings if entry.name == name and not entry.is_folder]

    def _folder(self, workspace_id: int, parent_id: int | None, name: str) -> Entry | None:
        fold = self._folder_names is FolderNames.CASE_INSENSITIVE
        wanted = name.casefold() if fold else name
        for entry in self.children_of(workspace_id, parent_id):
            if entry.is_folder and (entry.name.casefold() if fold else entry.name) == wanted:
                return entry
        return None

    def _path_of(self, workspace_id: int, parent_id: int | None) -> str:
        """The path of a parent, which must be a folder of the workspace."""
        if parent_id is None:
            return ""
        parent = self._entries.get(parent_id)
        if parent is None or parent.workspace_id != workspace_id or not parent.is_folder:
            raise invalid("parentId", "The selected parent id is invalid.")
        return parent.path

    def _subtree(self, top: Entry) -> list[Entry]:
        """An entry and all below it, parents first."""
        tree = [top]
        for entry in tree:
            if entry.is_folder:
                tree.extend(self.children_of(entry.workspace_id, entry.id))
        return tree

    def _add(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._by_hash[entry.hash] = entry
        self._children.setdefault((entry.workspace_id, entry.parent_id), {})[entry.id] = entry

    def _remove(self, entry: Entry) -> None:
        del self._entries[entry.id]
        self._by_hash.pop(entry.hash, None)
        siblings = self._children[(entry.workspace_id, entry.parent_id)]
        del siblings[entry.id]
        if not siblings:
            del self._children[(entry.workspace_id, entry.parent_id)]


def _check_name(name: str) -> None:
    if not name or name in (".", "..") or "/" in name:
        raise invalid("name", "The name format is invalid.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise invalid("name", "The name may not be greater than 255 characters.")


def _now() -> datetime:
    return datetime.now(timezone.utc)
