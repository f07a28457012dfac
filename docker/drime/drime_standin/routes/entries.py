"""List, show, download, delete and restore entries."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import ConfigDict, Field

from drime_standin.admission import ServiceState, admit, check_workspace
from drime_standin.endpoint import Endpoint
from drime_standin.errors import invalid
from drime_standin.listing import ListingQuery
from drime_standin.routes.body import Body

router = APIRouter()


class ListingParameters(Body):
    """The query of a listing. A parameter that is not known is refused rather than ignored: a
    filter that does nothing would answer with the wrong entries.
    """

    model_config = ConfigDict(extra="forbid")

    workspace_id: int | None = None
    per_page: Annotated[int, Field(ge=1)] = 50
    page: Annotated[int, Field(ge=1)] = 1
    parent_ids: str | None = None
    query: str | None = None
    type: str | None = None
    deleted_only: bool = False
    starred_only: bool = False
    recent_only: bool = False
    shared_only: bool = False
    backup: int = 0
    order_by: Literal["id", "name", "file_size", "created_at", "updated_at"] | None = None
    order_dir: Literal["asc", "desc"] = "asc"


class DeleteBody(Body):
    """Which entries to delete; the workspace is named here and in the query."""

    entry_ids: Annotated[list[int], Field(min_length=1)]
    delete_forever: bool = False
    workspace_id: int | None = None


class RestoreBody(Body):
    """Which entries to take out of the trash."""

    entry_ids: Annotated[list[int], Field(min_length=1)]


@router.get("/drive/file-entries", dependencies=[Depends(admit(Endpoint.LIST_ENTRIES))])
async def list_entries(
    service: ServiceState, parameters: Annotated[ListingParameters, Query()]
) -> JSONResponse:
    """A page of entries. Without parents it is about the whole workspace, not about its root."""
    workspace_id = check_workspace(service, parameters.workspace_id)
    parents = _parents(parameters)
    if parameters.starred_only or parameters.shared_only:
        parents = ()  # nothing can be starred or shared here
    newest_first = parameters.recent_only and parameters.order_by is None
    answer = service.listings.answer(
        ListingQuery(
            workspace_id=workspace_id,
            parent_ids=parents,
            name_part=parameters.query,
            entry_type=parameters.type,
            deleted_only=parameters.deleted_only,
            order_by="id" if newest_first else parameters.order_by,
            descending=newest_first or parameters.order_dir == "desc",
            page=parameters.page,
            per_page=parameters.per_page,
        )
    )
    return JSONResponse(answer)


@router.get(
    "/file-entries/download/{download_hash}", dependencies=[Depends(admit(Endpoint.DOWNLOAD))]
)
async def download(service: ServiceState, download_hash: str) -> Response:
    """The bytes of a file."""
    entry = service.store.by_hash(download_hash)
    disposition = f"attachment; filename*=UTF-8''{quote(entry.name)}"
    return Response(
        entry.content, media_type=entry.mime, headers={"Content-Disposition": disposition}
    )


@router.get("/file-entries/{entry_id}", dependencies=[Depends(admit(Endpoint.SHOW_ENTRY))])
async def show_entry(
    service: ServiceState,
    entry_id: int,
    workspace_id: Annotated[int | None, Query(alias="workspaceId")] = None,
) -> JSONResponse:
    """One entry by id."""
    entry = service.store.entry(check_workspace(service, workspace_id), entry_id)
    return JSONResponse({"status": "success", "fileEntry": entry.to_json()})


@router.post("/file-entries/delete", dependencies=[Depends(admit(Endpoint.DELETE_ENTRIES))])
async def delete_entries(
    service: ServiceState,
    body: DeleteBody,
    workspace_id: Annotated[int | None, Query(alias="workspaceId")] = None,
) -> JSONResponse:
    """Delete entries, folders with all that they hold; into the trash or for good."""
    workspace = check_workspace(service, workspace_id, body.workspace_id)
    service.store.delete(workspace, body.entry_ids, forever=body.delete_forever)
    return JSONResponse({"status": "success"})


@router.post("/file-entries/restore", dependencies=[Depends(admit(Endpoint.RESTORE_ENTRIES))])
async def restore_entries(service: ServiceState, body: RestoreBody) -> JSONResponse:
    """Take entries out of the trash."""
    service.store.restore(body.entry_ids)
    return JSONResponse({"status": "success"})


def _parents(parameters: ListingParameters) -> tuple[int | None, ...] | None:
    """The folders that a listing is about; id 0 stands for the root."""
    if parameters.parent_ids is not None:
        ids = [_entry_id(text) for text in parameters.parent_ids.split(",")]
        return tuple(entry_id or None for entry_id in ids)
    return None


def _entry_id(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise invalid("parentIds", "The parent ids must be integers.")
    return int(text)
