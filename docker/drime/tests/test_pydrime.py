"""The real pydrime against a real process: what it sends is understood, what it reads is there."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from pydrime.api import DrimeClient
from pydrime.exceptions import (
    DrimeAuthenticationError,
    DrimeDownloadError,
    DrimeNotFoundError,
    DrimePermissionError,
    DrimeRateLimitError,
    DrimeUploadError,
)
from pydrime.models import FileEntriesResult

from tests.harness import API_KEY, WORKSPACE_ID, StandIn, environment, stand_in

MIB = 1024 * 1024


class PydrimeTest(unittest.TestCase):
    def setUp(self) -> None:
        # pydrime sends parts through a client that takes the proxies of the environment.
        patch = mock.patch.dict(os.environ, environment(), clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def client(self, drime: StandIn, key: str = API_KEY) -> DrimeClient:
        """A client that retries as often as by default, but does not wait long."""
        made = DrimeClient(key, drime.api_url, retry_delay=0.01, s3_retry_delay=0.01)
        self.addCleanup(made.close)
        return made

    def file(self, name: str, content: bytes) -> Path:
        path = self.directory / name
        path.write_bytes(content)
        return path

    def test_files_of_every_size_go_up_and_come_back(self) -> None:
        with stand_in() as drime:
            pydrime = self.client(drime)
            for size in (0, 1, 30 * MIB, 30 * MIB + 1, 60 * MIB):
                content = os.urandom(size)
                path = self.file(f"of-{size}", content)
                answer = pydrime.upload_file(path, None, f"a/b/of-{size}", WORKSPACE_ID)
                entry = answer["fileEntry"]
                self.assertEqual(entry["file_size"], size)
                self.assertEqual(pydrime.get_file_content(entry["hash"]), content)
            counts = drime.take_counts()
            self.assertEqual(counts["multipart-part"], 2 + 3)
            self.assertEqual((counts["upload"], counts["create-folder"]), (3, 2))

    def test_its_models_find_every_field(self) -> None:
        with stand_in() as drime:
            pydrime = self.client(drime)
            top = pydrime.create_folder("top", None, WORKSPACE_ID)["folder"]
            path = self.file("note.txt", b"text")
            pydrime.upload_file_simple(path, None, WORKSPACE_ID, top["id"])
            manager = pydrime.get_entries_manager(WORKSPACE_ID)
            ((entry, place),) = manager.get_all_recursive()
            self.assertEqual((place, entry.file_size, entry.type), ("top/note.txt", 4, "text"))
            self.assertEqual((entry.parent_id, entry.workspace_id), (top["id"], WORKSPACE_ID))
            self.assertEqual(entry.owner.email, "owner@drime.invalid")
            answer = pydrime.get_file_entries(workspace_id=WORKSPACE_ID, per_page=1)
            paging = FileEntriesResult.from_api_response(answer).pagination
            self.assertNotIn(None, [paging[name] for name in ("total", "last_page", "next_page")])

    def test_it_pages_through_a_folder(self) -> None:
        with stand_in(PAGE_CAP="2") as drime:
            pydrime = self.client(drime)
            for number in range(5):
                pydrime.create_folder(f"f{number}", None, WORKSPACE_ID)
            manager = pydrime.get_entries_manager(WORKSPACE_ID)
            self.assertEqual(len(manager.get_all_in_folder()), 5)

    def test_refusals_become_its_errors(self) -> None:
        with stand_in() as drime:
            with self.assertRaises(DrimeAuthenticationError):
                self.client(drime, "wrong").get_file_entries(workspace_id=WORKSPACE_ID)
            with self.assertRaises(DrimeAuthenticationError):
                self.client(drime, "wrong").upload_file_simple(self.file("f", b"1"))
            with self.assertRaises(DrimePermissionError):
                self.client(drime).get_file_entries(workspace_id=WORKSPACE_ID + 1)
            with self.assertRaises(DrimeNotFoundError):
                self.client(drime).delete_file_entries([1], workspace_id=WORKSPACE_ID)
            log = drime.log.read_text()
        self.assertIn("401", log)
        self.assertNotIn(API_KEY, log)

    def test_it_recovers_from_429_and_5xx_where_it_retries(self) -> None:
        for status in ("429", "500", "503"):
            with stand_in(FAULT_STATUS=status, FAULT_FIRST="3") as drime:
                self.client(drime).get_file_entries(workspace_id=WORKSPACE_ID)
                self.assertEqual(drime.take_counts(), {"list-entries": 4})

    def test_it_gives_up_on_429_after_three_retries(self) -> None:
        with stand_in(FAULT_STATUS="429", FAULT_EVERY="1", FAULT_RETRY_AFTER="0") as drime:
            with self.assertRaises(DrimeRateLimitError):
                self.client(drime).get_file_entries(workspace_id=WORKSPACE_ID)
            self.assertEqual(drime.take_counts(), {"list-entries": 4})

    def test_it_retries_neither_uploads_nor_downloads(self) -> None:
        with stand_in(FAULT_STATUS="429", FAULT_FIRST="1", FAULT_ENDPOINT="upload") as drime:
            with self.assertRaises(DrimeUploadError):
                self.client(drime).upload_file_simple(self.file("f", b"1"), None, WORKSPACE_ID)
        with stand_in(FAULT_STATUS="500", FAULT_FIRST="1", FAULT_ENDPOINT="download") as drime:
            entry = self.client(drime).upload_file_simple(self.file("f", b"1"), None, WORKSPACE_ID)
            with self.assertRaises(DrimeDownloadError):
                self.client(drime).get_file_content(entry["fileEntry"]["hash"])

    def test_it_sends_a_part_again(self) -> None:
        with stand_in(
            FAULT_STATUS="503", FAULT_FIRST="2", FAULT_ENDPOINT="multipart-part"
        ) as drime:
            content = os.urandom(31 * MIB)
            path = self.file("big", content)
            entry = self.client(drime).upload_file(path, None, "big", WORKSPACE_ID)["fileEntry"]
            self.assertEqual(self.client(drime).get_file_content(entry["hash"]), content)
            self.assertEqual(drime.take_counts()["multipart-part"], 4)


if __name__ == "__main__":
    unittest.main()
