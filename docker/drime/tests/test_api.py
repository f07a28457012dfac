"""The API as a client sees it: refusals, listings, duplicates, parts, faults, mutations."""

import unittest
from typing import Any

import httpx
from fastapi.testclient import TestClient

from drime_standin.app import create_app
from drime_standin.settings import Settings

KEY = "right-key"
WORKSPACE = 7


def client(**variables: str) -> TestClient:
    """A client of a fresh stand-in, with the right key."""
    named = {"API_KEY": KEY, "WORKSPACE_ID": str(WORKSPACE)} | variables
    settings = Settings.from_environment({f"S3CI_DRIME_{name}": v for name, v in named.items()})
    return TestClient(create_app(settings), headers={"Authorization": f"Bearer {KEY}"})


def upload(
    http: TestClient, name: str, content: bytes, parent: int | None = None
) -> dict[str, Any]:
    data: dict[str, Any] = {"relativePath": name, "workspaceId": WORKSPACE}
    if parent is not None:
        data["parentId"] = parent
    answer = http.post("/api/v1/uploads", data=data, files={"file": ("sent", content)})
    return dict(expect(answer, 200).json()["fileEntry"])


def folder(http: TestClient, name: str, parent: int | None = None) -> dict[str, Any]:
    body = {"name": name, "workspaceId": WORKSPACE, "parentId": parent}
    return dict(expect(http.post("/api/v1/folders", json=body), 200).json()["folder"])


def listing(http: TestClient, **query: Any) -> dict[str, Any]:
    parameters = {"workspaceId": WORKSPACE, "perPage": 1000} | query
    return dict(expect(http.get("/api/v1/drive/file-entries", params=parameters), 200).json())


def names(http: TestClient, **query: Any) -> list[str]:
    return [entry["name"] for entry in listing(http, **query)["data"]]


def download(http: TestClient, entry: dict[str, Any]) -> bytes:
    return expect(http.get(f"/api/v1/file-entries/download/{entry['hash']}"), 200).content


def delete(http: TestClient, *ids: int, forever: bool = False) -> httpx.Response:
    body = {"entryIds": list(ids), "deleteForever": forever, "workspaceId": WORKSPACE}
    return http.post(f"/api/v1/file-entries/delete?workspaceId={WORKSPACE}", json=body)


def expect(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        raise AssertionError(f"{answer.status_code} instead of {status}: {answer.text}")
    return answer


class RefusalTest(unittest.TestCase):
    def test_a_wrong_or_missing_key_is_401_everywhere_under_the_prefix(self) -> None:
        http = client()
        for path in ("drive/file-entries", "file-entries/download/x", "cli/loggedUser", "vault"):
            for sent in ("", "Bearer wrong", f"Basic {KEY}", KEY):
                answer = http.get(f"/api/v1/{path}", headers={"Authorization": sent})
                self.assertEqual(answer.status_code, 401, (path, sent))
                self.assertEqual(answer.json(), {"message": "Unauthenticated."})

    def test_a_foreign_workspace_is_403_and_the_personal_one_is_not(self) -> None:
        http = client()
        path = "/api/v1/drive/file-entries"
        self.assertEqual(http.get(path, params={"workspaceId": 8}).status_code, 403)
        self.assertEqual(http.get(path, params={"workspaceId": 0}).status_code, 200)
        body = {"entryIds": [1], "workspaceId": WORKSPACE}
        answer = http.post("/api/v1/file-entries/delete?workspaceId=0", json=body)
        self.assertEqual(answer.status_code, 403)

    def test_malformed_fields_are_422_with_a_message(self) -> None:
        http = client()
        for answer in (
            http.get("/api/v1/drive/file-entries", params={"perPage": "many"}),
            http.get("/api/v1/drive/file-entries", params={"parentIds": "1,x"}),
            http.get("/api/v1/drive/file-entries", params={"filters": "x"}),
            http.post("/api/v1/folders", json={"name": 5}),
            http.post("/api/v1/folders", json={"name": ""}),
            http.post("/api/v1/folders", json={"name": "x", "parentId": 99}),
            http.post("/api/v1/uploads", data={"relativePath": "x"}),
            http.post("/api/v1/file-entries/delete", json={"entryIds": []}),
        ):
            self.assertEqual(answer.status_code, 422, answer.text)
            self.assertTrue(answer.json()["message"])

    def test_a_folder_that_exists_is_422(self) -> None:
        http = client()
        folder(http, "one")
        answer = http.post("/api/v1/folders", json={"name": "one", "workspaceId": WORKSPACE})
        self.assertEqual(answer.status_code, 422)
        folder(http, "One")
        insensitive = client(FOLDER_NAMES="case-insensitive")
        folder(insensitive, "one")
        answer = insensitive.post("/api/v1/folders", json={"name": "One", "workspaceId": WORKSPACE})
        self.assertEqual(answer.status_code, 422)

    def test_what_is_not_offered_is_404_and_counted(self) -> None:
        http = client()
        self.assertEqual(http.get("/api/v1/vault").status_code, 404)
        self.assertEqual(http.get("/control/counts").json()["requests"]["unknown"], 1)


class ListingTest(unittest.TestCase):
    def test_no_parent_means_all_entries_and_parent_0_the_root(self) -> None:
        http = client()
        top = folder(http, "top")
        upload(http, "inner", b"1", top["id"])
        self.assertEqual(names(http), ["inner", "top"])
        self.assertEqual(names(http, parentIds="0"), ["top"])
        self.assertEqual(names(http, parentIds=top["id"]), ["inner"])
        self.assertEqual(names(http, parentIds=f"0,{top['id']}"), ["inner", "top"])
        self.assertEqual(names(http, workspaceId=0), [])

    def test_pages_together_hold_everything_once(self) -> None:
        http = client(PAGE_CAP="3")
        for number in range(8):
            upload(http, f"f{number}", b"")
        pages = [listing(http, page=page) for page in (1, 2, 3)]
        self.assertEqual([page["next_page"] for page in pages], [2, 3, None])
        self.assertEqual({page["last_page"] for page in pages}, {3})
        self.assertEqual((pages[0]["per_page"], pages[0]["total"]), (3, 8))
        shown = [entry["name"] for page in pages for entry in page["data"]]
        self.assertEqual(shown, [f"f{number}" for number in reversed(range(8))])

    def test_order_follows_the_setting_or_the_request(self) -> None:
        for order, expected in (
            ("newest-first", ["a", "c", "b"]),
            ("oldest-first", ["b", "c", "a"]),
            ("name", ["a", "b", "c"]),
        ):
            http = client(LISTING_ORDER=order)
            for name in ("b", "c", "a"):
                upload(http, name, b"")
            self.assertEqual(names(http), expected)
            self.assertEqual(names(http, orderBy="name", orderDir="desc"), ["c", "b", "a"])

    def test_a_search_finds_parts_of_names(self) -> None:
        http = client()
        upload(http, "Report.pdf", b"")
        folder(http, "reports")
        self.assertEqual(names(http, query="report"), ["reports", "Report.pdf"])
        self.assertEqual(names(http, query="report", type="folder"), ["reports"])


class DuplicateTest(unittest.TestCase):
    def test_replace_leaves_one_and_puts_the_old_one_in_the_trash(self) -> None:
        http = client()
        first, second = upload(http, "k", b"1"), upload(http, "k", b"2")
        self.assertEqual([entry["id"] for entry in listing(http)["data"]], [second["id"]])
        self.assertNotEqual(first["file_name"], second["file_name"])
        self.assertEqual(download(http, second), b"2")
        trashed = listing(http, deletedOnly="true")["data"]
        self.assertEqual([entry["id"] for entry in trashed], [first["id"]])

    def test_both_are_kept_in_the_order_that_the_policy_names(self) -> None:
        for policy, expected in (
            ("keep-both", [b"2", b"1"]),
            ("keep-both-oldest-first", [b"1", b"2"]),
        ):
            for order in ("", "name"):
                http = client(DUPLICATES=policy, LISTING_ORDER=order)
                upload(http, "k", b"1")
                upload(http, "k", b"2")
                shown = [download(http, entry) for entry in listing(http)["data"]]
                self.assertEqual(shown, expected, (policy, order))


class DeletionTest(unittest.TestCase):
    def test_a_folder_goes_with_all_it_holds_and_comes_back_whole(self) -> None:
        http = client()
        top = folder(http, "top")
        inner = folder(http, "inner", top["id"])
        file = upload(http, "f", b"bytes", inner["id"])
        expect(delete(http, top["id"], inner["id"]), 200)
        self.assertEqual(names(http), [])
        gone = http.get(f"/api/v1/file-entries/download/{file['hash']}")
        self.assertEqual(gone.status_code, 404)
        expect(http.post("/api/v1/file-entries/restore", json={"entryIds": [top["id"]]}), 200)
        self.assertEqual(names(http), ["f", "inner", "top"])
        self.assertEqual(download(http, file), b"bytes")

    def test_forever_leaves_nothing_in_the_trash(self) -> None:
        http = client()
        expect(delete(http, upload(http, "f", b"1")["id"], forever=True), 200)
        self.assertEqual(names(http, deletedOnly="true"), [])

    def test_an_unknown_id_is_404_and_deletes_nothing(self) -> None:
        http = client()
        file = upload(http, "f", b"1")
        self.assertEqual(delete(http, file["id"], 1).status_code, 404)
        self.assertEqual(names(http), ["f"])

    def test_the_trash_is_bounded(self) -> None:
        http = client(TRASH_BYTES="10")
        for name in ("a", "b", "c"):
            expect(delete(http, upload(http, name, b"12345")["id"]), 200)
        self.assertEqual(names(http, deletedOnly="true"), ["c", "b"])


class MultipartTest(unittest.TestCase):
    def setUp(self) -> None:
        self.http = client()
        body = {"filename": "big", "size": 6, "workspaceId": WORKSPACE}
        begun = self.post("multipart/create", body).json()
        self.upload = {"key": begun["key"], "uploadId": begun["uploadId"]}

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> httpx.Response:
        return expect(self.http.post(f"/api/v1/s3/{path}", json=body), status)

    def send(self, *contents: bytes) -> list[dict[str, Any]]:
        body = self.upload | {"partNumbers": list(range(1, len(contents) + 1))}
        urls = self.post("multipart/batch-sign-part-urls", body).json()["urls"]
        parts = []
        for address, content in zip(urls, contents, strict=True):
            answer = put_part(self.http, address["url"], content)
            parts.append({"PartNumber": address["partNumber"], "ETag": answer.headers["ETag"]})
        return parts

    def entry(self, size: int, status: int = 200) -> httpx.Response:
        filename = self.upload["key"].split("/")[-1]
        body = {"clientName": "big", "filename": filename, "size": size, "workspaceId": WORKSPACE}
        return self.post("entries", body, status)

    def test_parts_become_an_entry_with_the_uuid_of_the_key(self) -> None:
        parts = self.send(b"abc", b"def")
        self.post("multipart/complete", self.upload | {"parts": parts})
        entry = self.entry(6).json()["fileEntry"]
        self.assertEqual(entry["file_name"], self.upload["key"].split("/")[-1])
        self.assertEqual(download(self.http, entry), b"abcdef")

    def test_addresses_lead_back_by_the_host_that_the_client_used(self) -> None:
        headers = {"Host": "drime.internal:9999"}
        body = self.upload | {"partNumbers": [1]}
        answer = self.http.post(
            "/api/v1/s3/multipart/batch-sign-part-urls", json=body, headers=headers
        )
        self.assertTrue(answer.json()["urls"][0]["url"].startswith("http://drime.internal:9999/"))

    def test_a_part_without_the_signature_is_403(self) -> None:
        body = self.upload | {"partNumbers": [1]}
        url = self.post("multipart/batch-sign-part-urls", body).json()["urls"][0]["url"]
        self.assertEqual(put_part(self.http, url + "0", b"x").status_code, 403)

    def test_a_wrong_tag_a_missing_part_or_a_wrong_size_is_422(self) -> None:
        parts = self.send(b"abc")
        wrong = [{"PartNumber": 1, "ETag": "0" * 32}]
        self.post("multipart/complete", self.upload | {"parts": wrong}, 422)
        missing = [*parts, {"PartNumber": 2, "ETag": "0" * 32}]
        self.post("multipart/complete", self.upload | {"parts": missing}, 422)
        self.entry(3, 422)
        self.post("multipart/complete", self.upload | {"parts": parts})
        self.entry(4, 422)
        self.entry(3)

    def test_an_aborted_upload_is_gone(self) -> None:
        self.post("multipart/abort", self.upload)
        self.post("multipart/complete", self.upload | {"parts": []}, 404)


class FaultTest(unittest.TestCase):
    def statuses(self, http: TestClient, number: int) -> list[int]:
        return [http.get("/api/v1/drive/file-entries").status_code for _ in range(number)]

    def test_the_first_requests_are_struck_or_every_so_many(self) -> None:
        first = client(FAULT_STATUS="500", FAULT_FIRST="2")
        self.assertEqual(self.statuses(first, 4), [500, 500, 200, 200])
        every = client(FAULT_STATUS="503", FAULT_EVERY="3")
        self.assertEqual(self.statuses(every, 6), [200, 200, 503, 200, 200, 503])

    def test_only_the_named_endpoint_is_struck_and_told_when_to_return(self) -> None:
        http = client(
            FAULT_STATUS="429", FAULT_EVERY="1", FAULT_RETRY_AFTER="3", FAULT_ENDPOINT="logged-user"
        )
        self.assertEqual(self.statuses(http, 1), [200])
        answer = http.get("/api/v1/cli/loggedUser")
        self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (429, "3"))
        self.assertEqual(http.get("/control/counts").json()["faults"]["logged-user"], 1)

    def test_a_delay_without_a_status_answers_normally(self) -> None:
        http = client(FAULT_DELAY_MS="60", FAULT_FIRST="1", LATENCY_MS="40")
        answer = http.get("/api/v1/drive/file-entries")
        self.assertEqual(answer.status_code, 200)
        self.assertGreaterEqual(answer.elapsed.total_seconds(), 0.1)


class MutationTest(unittest.TestCase):
    def test_the_same_uuid_after_a_change(self) -> None:
        http = client(MUTATION="same-uuid-after-change")
        first, second = upload(http, "k", b"1"), upload(http, "k", b"2")
        self.assertEqual(first["file_name"], second["file_name"])
        self.assertNotEqual(first["file_name"], upload(http, "other", b"1")["file_name"])
        self.assertEqual(download(http, second), b"2")

    def test_a_uuid_by_name_survives_deletion(self) -> None:
        http = client(MUTATION="uuid-by-name")
        first = upload(http, "k", b"1")
        expect(delete(http, first["id"]), 200)
        self.assertEqual(upload(http, "k", b"2")["file_name"], first["file_name"])

    def test_a_stale_hash_downloads_the_first_bytes(self) -> None:
        http = client(MUTATION="download-by-stale-hash")
        first, second = upload(http, "k", b"1"), upload(http, "k", b"22")
        self.assertNotEqual(first["file_name"], second["file_name"])
        self.assertEqual(second["file_size"], 2)
        self.assertEqual(download(http, listing(http)["data"][0]), b"1")

    def test_a_dropped_entry_is_missing_from_listings_only(self) -> None:
        http = client(MUTATION="dropped-entry")
        first = upload(http, "a", b"1")
        self.assertEqual(names(http), ["a"])
        upload(http, "b", b"2")
        self.assertEqual(names(http), ["b"])
        self.assertEqual(download(http, first), b"1")

    def test_a_listing_shows_the_oldest_version_first(self) -> None:
        http = client(MUTATION="listing-oldest-first")
        upload(http, "k", b"1")
        upload(http, "k", b"2")
        self.assertEqual([download(http, entry) for entry in listing(http)["data"]], [b"1", b"2"])


class CountTest(unittest.TestCase):
    def test_counts_are_handed_out_and_reset(self) -> None:
        http = client()
        download(http, upload(http, "k", b"1"))
        taken = http.delete("/control/counts").json()["requests"]
        self.assertEqual((taken["upload"], taken["download"], taken["list-entries"]), (1, 1, 0))
        self.assertEqual(set(http.get("/control/counts").json()["requests"].values()), {0})

    def test_readiness_needs_no_key(self) -> None:
        answer = client().get("/healthz", headers={"Authorization": ""})
        self.assertEqual(answer.json(), {"status": "ok"})


def put_part(http: TestClient, url: str, content: bytes) -> httpx.Response:
    """Send a part as pydrime does, which leaves its key out."""
    return http.put(url, content=content, headers={"Authorization": ""})


if __name__ == "__main__":
    unittest.main()
