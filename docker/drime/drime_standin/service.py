"""All state of one stand-in, put together from its settings."""

from drime_standin.counts import RequestCounts
from drime_standin.faults import FaultSchedule
from drime_standin.listing import Listings
from drime_standin.multipart import MultipartUploads
from drime_standin.settings import Settings
from drime_standin.store import Store

PERSONAL_WORKSPACE = 0


class Service:
    """What the routes work on."""

    def __init__(self, settings: Settings) -> None:
        self.api_key = settings.api_key
        self.latency_seconds = settings.latency_seconds
        self.workspaces = frozenset({PERSONAL_WORKSPACE, settings.workspace_id})
        self.store = Store(settings)
        self.listings = Listings(self.store, settings)
        self.uploads = MultipartUploads()
        self.counts = RequestCounts()
        self.faults = FaultSchedule(settings.fault)
