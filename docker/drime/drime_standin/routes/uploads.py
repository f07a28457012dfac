"""Make folders, and take files that are sent whole in a form."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import Field

from drime_standin.admission import ServiceState, admit, check_workspace
from drime_standin.endpoint import Endpoint
from drime_standin.routes.body import Body

router = APIRouter()

DEFAULT_MIME = "application/octet-stream"


class FolderBody(Body):
    """A folder to make; without a parent, or with 0, in the root."""

    name: str
    workspace_id: int | None = None
    parent_id: Annotated[int, Field(ge=0)] | None = None


@router.post("/folders", dependencies=[Depends(admit(Endpoint.CREATE_FOLDER))])
async def create_folder(service: ServiceState, body: FolderBody) -> JSONResponse:
    """Make a folder; 422 where one of that name exists."""
    workspace_id = check_workspace(service, body.workspace_id)
    folder = service.store.create_folder(workspace_id, body.parent_id or None, body.name)
    return JSONResponse({"status": "success", "folder": folder.to_json()})


@router.post("/uploads", dependencies=[Depends(admit(Endpoint.UPLOAD))])
async def upload(
    service: ServiceState,
    file: Annotated[UploadFile, File()],
    relative_path: Annotated[str, Form(alias="relativePath")] = "",
    workspace_id: Annotated[int | None, Form(alias="workspaceId")] = None,
    parent_id: Annotated[int | None, Form(alias="parentId", ge=0)] = None,
) -> JSONResponse:
    """Store a file; folders that its relative path names are made below the parent."""
    workspace = check_workspace(service, workspace_id)
    folders, name = split_relative_path(relative_path, file.filename or "")
    content = await file.read()
    parent = service.store.ensure_folders(workspace, parent_id or None, folders)
    entry = service.store.add_file(
        workspace, parent, name, file.content_type or DEFAULT_MIME, content
    )
    return JSONResponse({"status": "success", "fileEntry": entry.to_json()})


def split_relative_path(relative_path: str, client_name: str) -> tuple[list[str], str]:
    """The folders and the name of an upload; the client's own name where no path is given."""
    pieces = [piece for piece in relative_path.split("/") if piece]
    return (pieces[:-1], pieces[-1]) if pieces else ([], client_name)
