"""A file or folder as the API shows it.

Owns the shape of the JSON and the form of identifiers; knows nothing of where entries are kept.
"""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

#: The account behind the accepted key. pydrime takes an upload for incomplete without a user.
OWNER_ID = 18001
OWNER: dict[str, Any] = {
    "id": OWNER_ID,
    "email": "owner@drime.invalid",
    "display_name": "Owner",
    "owns_entry": True,
    "entry_permissions": None,
    "avatar": None,
}

FOLDER = "folder"
_MEDIA_TYPES = ("image", "text", "audio", "video")


@dataclass
class Entry:
    """One file or folder. `uuid` is the API's ``file_name``, which pys3local makes the ETag."""

    id: int
    workspace_id: int
    parent_id: int | None
    parent_path: str
    name: str
    type: str
    mime: str | None
    uuid: str
    hash: str
    size_bytes: int
    content: bytes = field(repr=False)
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def is_folder(self) -> bool:
        """Whether other entries can lie in it."""
        return self.type == FOLDER

    @property
    def path(self) -> str:
        """The ids from the root down to this entry, which is how the API states a path."""
        return f"{self.parent_path}/{self.id}" if self.parent_path else str(self.id)

    def to_json(self) -> dict[str, Any]:
        """The entry as the API shows it. A folder's size is always 0: nobody here reads it."""
        stamp = timestamp(self.created_at)
        return {
            "id": self.id,
            "name": self.name,
            "description": None,
            "file_name": self.uuid,
            "mime": self.mime,
            "file_size": self.size_bytes,
            "parent_id": self.parent_id,
            "created_at": stamp,
            "updated_at": stamp,
            "deleted_at": timestamp(self.deleted_at) if self.deleted_at else None,
            "path": self.path,
            "type": self.type,
            "extension": None if self.is_folder else extension_of(self.name),
            "public": False,
            "thumbnail": False,
            "workspace_id": self.workspace_id,
            "owner_id": OWNER_ID,
            "permissions": {
                "files.update": True,
                "files.create": True,
                "files.download": True,
                "files.delete": True,
            },
            "hash": self.hash,
            "url": f"api/v1/file-entries/{self.id}",
            "users": [OWNER],
            "tags": [],
        }


def hash_of(entry_id: int) -> str:
    """The hash under which an entry is downloaded: its id, padded to ten characters, in Base64."""
    padded = (f"{entry_id}|" + "padding")[: max(10, len(str(entry_id)) + 1)]
    return base64.b64encode(padded.encode("ascii")).decode("ascii").rstrip("=")


def type_of(mime: str) -> str:
    """The API's coarse kind of a file, from its media type."""
    if mime == "application/pdf":
        return "pdf"
    family = mime.partition("/")[0]
    return family if family in _MEDIA_TYPES else "file"


def extension_of(name: str) -> str | None:
    """What follows the last dot of a name, if anything does."""
    stem, dot, extension = name.rpartition(".")
    return extension if stem and dot and extension else None


def timestamp(moment: datetime) -> str:
    """A moment as the API writes it: UTC, whole seconds shown with six zeros."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
