"""Uploads in parts: begun, signed, sent, completed, and waiting to become an entry.

The service hands the parts to an object store through presigned addresses; here those lead back
to the stand-in. The last piece of an upload's key is the UUID of the content, by which the client
later asks for the entry.
"""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass, field

from drime_standin.errors import ApiError, invalid, not_found

MAX_PART_NUMBER = 10_000


@dataclass
class PendingUpload:
    """An upload whose parts are still coming."""

    key: str
    workspace_id: int
    signature: str
    parts: dict[int, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class CompletedUpload:
    """Content that has arrived and waits for its entry."""

    workspace_id: int
    content: bytes = field(repr=False)


class MultipartUploads:
    """Uploads by id, and completed content by UUID."""

    def __init__(self) -> None:
        self._pending: dict[str, PendingUpload] = {}
        self._completed: dict[str, CompletedUpload] = {}

    def begin(self, workspace_id: int) -> tuple[str, str]:
        """Start an upload; returns its id and key."""
        upload_id = secrets.token_hex(16)
        key = f"{uuid.uuid4()}/{uuid.uuid4()}"
        self._pending[upload_id] = PendingUpload(key, workspace_id, secrets.token_hex(16))
        return upload_id, key

    def signature(self, upload_id: str, key: str) -> str:
        """What a part's address must carry instead of the API key."""
        return self._upload(upload_id, key).signature

    def put_part(
        self, upload_id: str, key: str, signature: str, number: int, content: bytes
    ) -> str:
        """Keep a part, in place of an earlier one of its number; returns its ETag."""
        upload = self._upload(upload_id, key)
        if not hmac.compare_digest(upload.signature.encode(), signature.encode()):
            raise ApiError(403, "The request signature does not match.")
        upload.parts[number] = content
        return part_etag(content)

    def complete(self, upload_id: str, key: str, parts: list[tuple[int, str]]) -> None:
        """Join the named parts, which must have been sent and carry the ETags answered then."""
        upload = self._upload(upload_id, key)
        numbers = [number for number, _ in parts]
        if not numbers or numbers != sorted(set(numbers)):
            raise invalid("parts", "The parts must be in ascending order.")
        for number, etag in parts:
            content = upload.parts.get(number)
            if content is None or etag.strip('"') != part_etag(content):
                raise invalid("parts", f"Part {number} could not be found.")
        joined = b"".join(upload.parts[number] for number in numbers)
        del self._pending[upload_id]
        self._completed[content_uuid(key)] = CompletedUpload(upload.workspace_id, joined)

    def abort(self, upload_id: str, key: str) -> None:
        """Forget an upload and its parts."""
        self._upload(upload_id, key)
        del self._pending[upload_id]

    def claim(self, workspace_id: int, filename: str, size_bytes: int) -> bytes:
        """Take completed content for its entry; workspace and size must be as announced."""
        completed = self._completed.get(filename)
        if completed is None or completed.workspace_id != workspace_id:
            raise invalid("filename", "The selected filename is invalid.")
        if len(completed.content) != size_bytes:
            raise invalid("size", "The size does not match the uploaded content.")
        del self._completed[filename]
        return completed.content

    def _upload(self, upload_id: str, key: str) -> PendingUpload:
        upload = self._pending.get(upload_id)
        if upload is None or upload.key != key:
            raise not_found()
        return upload


def content_uuid(key: str) -> str:
    """The UUID of the content that was uploaded under a key."""
    return key.rpartition("/")[2]


def part_etag(content: bytes) -> str:
    """The ETag that an object store gives a part."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
