"""Refusals, and the JSON in which the API states them.

pydrime tells errors apart by status (401, 403, 404, 429, 5xx; anything else becomes its general
error) and shows the field ``message``. pys3local recognises "folder exists" by the digits 422 in
that text. A body must be JSON: pydrime takes an HTML page for a wrong key.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse


class ApiError(Exception):
    """A request that the API refuses, with the status and the message for the client."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers

    def response(self) -> JSONResponse:
        """The answer that states this refusal."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = {field: list(texts) for field, texts in self.errors.items()}
        headers = dict(self.headers) if self.headers else None
        return JSONResponse(body, status_code=self.status, headers=headers)


def unauthenticated() -> ApiError:
    """No key, or not the one that is accepted."""
    return ApiError(HTTPStatus.UNAUTHORIZED, "Unauthenticated.")


def forbidden() -> ApiError:
    """A workspace that the key's owner is no member of."""
    return ApiError(HTTPStatus.FORBIDDEN, "This action is unauthorized.")


def not_found() -> ApiError:
    """Nothing there: an entry, a hash, an upload or a whole endpoint."""
    return ApiError(HTTPStatus.NOT_FOUND, "Resource not found.")


def invalid(field: str, text: str) -> ApiError:
    """A field whose value cannot be accepted."""
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, text, errors={field: [text]})
