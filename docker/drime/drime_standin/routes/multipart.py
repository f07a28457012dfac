"""Take files in parts, through addresses that need no key, and make entries of them.

The addresses lead back to the stand-in under the name by which the client reached it, since a
container's name means nothing outside its network.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from drime_standin.admission import ServiceState, admit, check_workspace
from drime_standin.endpoint import Endpoint
from drime_standin.multipart import MAX_PART_NUMBER
from drime_standin.routes.body import Body
from drime_standin.routes.uploads import DEFAULT_MIME, split_relative_path

router = APIRouter()
storage_router = APIRouter()

STORAGE_PREFIX = "/storage"

PartNumber = Annotated[int, Field(ge=1, le=MAX_PART_NUMBER)]


class CreateBody(Body):
    """A file that is going to come in parts."""

    filename: str
    size: Annotated[int, Field(ge=0)]
    mime: str = DEFAULT_MIME
    workspace_id: int | None = None
    parent_id: Annotated[int, Field(ge=0)] | None = None


class UploadBody(Body):
    """An upload that has begun."""

    key: str
    upload_id: str


class SignBody(UploadBody):
    """The parts that the client is about to send."""

    part_numbers: Annotated[list[PartNumber], Field(min_length=1)]


class SentPart(Body):
    """A part as the client reports it, in the object store's own spelling."""

    number: Annotated[int, Field(alias="PartNumber")]
    etag: Annotated[str, Field(alias="ETag")]


class CompleteBody(UploadBody):
    """All parts of an upload."""

    parts: list[SentPart]


class EntryBody(Body):
    """The entry to make of completed content; `filename` is the last piece of its key."""

    client_name: str
    filename: str
    size: Annotated[int, Field(ge=0)]
    client_mime: str = DEFAULT_MIME
    relative_path: str = ""
    workspace_id: int | None = None
    parent_id: Annotated[int, Field(ge=0)] | None = None


@router.post("/s3/multipart/create", dependencies=[Depends(admit(Endpoint.MULTIPART_CREATE))])
async def create(service: ServiceState, body: CreateBody) -> JSONResponse:
    """Begin an upload."""
    upload_id, key = service.uploads.begin(check_workspace(service, body.workspace_id))
    return JSONResponse({"status": "success", "uploadId": upload_id, "key": key})


@router.post(
    "/s3/multipart/batch-sign-part-urls", dependencies=[Depends(admit(Endpoint.MULTIPART_SIGN))]
)
async def sign(service: ServiceState, request: Request, body: SignBody) -> JSONResponse:
    """Say where parts are to be sent."""
    signature = service.uploads.signature(body.upload_id, body.key)
    place = f"{str(request.base_url).rstrip('/')}{STORAGE_PREFIX}/{body.key}"
    urls = []
    for number in body.part_numbers:
        query = urlencode(
            {"uploadId": body.upload_id, "partNumber": number, "signature": signature}
        )
        urls.append({"partNumber": number, "url": f"{place}?{query}"})
    return JSONResponse({"status": "success", "urls": urls})


@storage_router.put(
    "/{key:path}", dependencies=[Depends(admit(Endpoint.MULTIPART_PART, by_key=False))]
)
async def put_part(
    service: ServiceState,
    request: Request,
    key: Annotated[str, Path()],
    upload_id: Annotated[str, Query(alias="uploadId")],
    number: Annotated[PartNumber, Query(alias="partNumber")],
    signature: Annotated[str, Query()],
) -> Response:
    """Take a part; its ETag goes back in a header, as from an object store."""
    content = await request.body()
    etag = service.uploads.put_part(upload_id, key, signature, number, content)
    return Response(headers={"ETag": f'"{etag}"'})


@router.post("/s3/multipart/complete", dependencies=[Depends(admit(Endpoint.MULTIPART_COMPLETE))])
async def complete(service: ServiceState, body: CompleteBody) -> JSONResponse:
    """Join the parts."""
    parts = [(part.number, part.etag) for part in body.parts]
    service.uploads.complete(body.upload_id, body.key, parts)
    return JSONResponse({"status": "success", "location": f"{STORAGE_PREFIX}/{body.key}"})


@router.post("/s3/multipart/abort", dependencies=[Depends(admit(Endpoint.MULTIPART_ABORT))])
async def abort(service: ServiceState, body: UploadBody) -> JSONResponse:
    """Drop an upload."""
    service.uploads.abort(body.upload_id, body.key)
    return JSONResponse({"status": "success"})


@router.post("/s3/entries", dependencies=[Depends(admit(Endpoint.CREATE_ENTRY))])
async def create_entry(service: ServiceState, body: EntryBody) -> JSONResponse:
    """Make an entry of completed content."""
    workspace = check_workspace(service, body.workspace_id)
    folders, name = split_relative_path(body.relative_path, body.client_name)
    parent = service.store.ensure_folders(workspace, body.parent_id or None, folders)
    content = service.uploads.claim(workspace, body.filename, body.size)
    entry = service.store.add_file(
        workspace, parent, name, body.client_mime, content, content_uuid=body.filename
    )
    return JSONResponse({"status": "success", "fileEntry": entry.to_json()})
