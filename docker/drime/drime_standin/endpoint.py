"""The endpoints by the names under which they are counted and hit by faults."""

from enum import Enum


class Endpoint(Enum):
    """One operation of the API; the value is the name in settings and counts."""

    LIST_ENTRIES = "list-entries"
    SHOW_ENTRY = "show-entry"
    CREATE_FOLDER = "create-folder"
    UPLOAD = "upload"
    MULTIPART_CREATE = "multipart-create"
    MULTIPART_SIGN = "multipart-sign"
    MULTIPART_PART = "multipart-part"
    MULTIPART_COMPLETE = "multipart-complete"
    MULTIPART_ABORT = "multipart-abort"
    CREATE_ENTRY = "create-entry"
    DOWNLOAD = "download"
    DELETE_ENTRIES = "delete-entries"
    RESTORE_ENTRIES = "restore-entries"
    LOGGED_USER = "logged-user"
    UNKNOWN = "unknown"
