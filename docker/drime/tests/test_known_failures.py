"""What does not work in pys3local 0.2.1 with pydrime 0.8.2, each with the cause in their source.

Every test is named for what a client may expect and does not get, and pins today's wrong answer:
a harness that fails to start is not mistaken for it, and a release that mends it turns the test
red, which then belongs, turned round, into `test_pys3local`.
"""

import unittest

from tests.harness import WORKSPACE_ID, StandIn, pys3local, stand_in
from tests.test_pys3local import MODES, listed, server

#: pys3local asks for one page of this size and never for the next.
PAGE = 3


def fill(drime: StandIn, folder: str, number: int) -> None:
    """Put files into a folder of the root without pys3local."""
    with drime.api() as api:
        for index in range(number):
            data = {"relativePath": f"{folder}/k{index}", "workspaceId": WORKSPACE_ID}
            api.post("/uploads", data=data, files={"file": ("k", b"x")}).raise_for_status()


class KnownFailureTest(unittest.TestCase):
    def test_delete_objects_answers_what_was_deleted(self) -> None:
        # DrimeStorageProvider.delete_objects returns "Deleted" and "Errors"; server.post_handler
        # reads "deleted" and "errors". The objects are gone, the answer is 500.
        with server("custom") as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1")
            body = b"<Delete><Object><Key>k</Key></Object></Delete>"
            answer = s3.http.post(f"{bucket}?delete", content=body)
            self.assertEqual(answer.status_code, 500)
            self.assertIn("<Message>&apos;deleted&apos;</Message>", answer.text)
            self.assertEqual(s3.head(f"{bucket}/k").status_code, 404)

    def test_a_copy_states_a_time_that_can_be_read(self) -> None:
        # DrimeStorageProvider.put_object returns an aware time; server.put_handler appends "Z" to
        # its ISO form, which already ends in "+00:00". boto3 cannot parse that.
        with server("custom") as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1")
            source = {"x-amz-copy-source": f"{bucket[1:]}/k"}
            answer = s3.http.put(f"{bucket}/copy", headers=source)
            self.assertIn("+00:00Z</LastModified>", answer.text)
            self.assertEqual(s3.get(f"{bucket}/copy").content, b"1")

    def test_deleting_what_is_not_there_succeeds(self) -> None:
        # DrimeStorageProvider.delete_object raises NoSuchKey.
        with server("custom") as (_, s3, bucket):
            self.assertEqual(s3.delete(f"{bucket}/none").status_code, 404)

    def test_a_folder_beyond_one_page_is_listed_whole(self) -> None:
        # DrimeStorageProvider._collect_all_objects asks for one page and ignores last_page.
        with server("custom", PAGE_CAP=str(PAGE)) as (drime, s3, bucket):
            self.assertEqual(s3.head(bucket).status_code, 200)  # makes it remember the folder
            fill(drime, bucket[1:], PAGE + 1)
            answer = s3.get(bucket)
            self.assertEqual(answer.text.count("<Key>"), PAGE)
            self.assertIn("<IsTruncated>false</IsTruncated>", answer.text)

    def test_an_object_beyond_one_page_is_found(self) -> None:
        # DrimeStorageProvider._get_file_entry looks at one page; GET, HEAD and DELETE rely on it.
        with server("custom", PAGE_CAP=str(PAGE)) as (drime, s3, bucket):
            self.assertEqual(s3.head(bucket).status_code, 200)  # makes it remember the folder
            fill(drime, bucket[1:], PAGE + 1)
            self.assertEqual(s3.get(f"{bucket}/k1").status_code, 200)
            for answer in (
                s3.get(f"{bucket}/k0"),
                s3.head(f"{bucket}/k0"),
                s3.delete(f"{bucket}/k0"),
            ):
                self.assertEqual(answer.status_code, 404)

    def test_a_bucket_is_found_after_a_restart(self) -> None:
        # DrimeStorageProvider._get_folder_id_by_path lists the whole workspace for want of parent
        # ids and looks for root folders on the first page. Newer files push them off it.
        arguments = MODES["custom"][1]
        with stand_in(PAGE_CAP=str(PAGE)) as drime:
            with pys3local(drime, *arguments) as s3:
                self.assertEqual(s3.put("/box").status_code, 200)
                self.assertEqual(s3.head("/box").status_code, 200)  # makes it remember the folder
                fill(drime, "box", PAGE)
                self.assertEqual(s3.get("/box/k0").status_code, 200)
            with pys3local(drime, *arguments) as s3:
                self.assertEqual(s3.head("/box").status_code, 404)
                self.assertEqual(s3.get("/box/k0").status_code, 404)
                self.assertEqual(s3.put("/box/new", b"1").status_code, 500)

    def test_a_version_two_listing_can_be_continued(self) -> None:
        # server.get_handler answers list-type=2 in the form of version 1, without a token, and
        # ignores continuation-token and start-after.
        with server("custom") as (_, s3, bucket):
            for key in ("a", "b"):
                s3.put(f"{bucket}/{key}", b"1")
            answer = s3.get(bucket, **{"list-type": "2", "max-keys": "1"})
            self.assertIn("<IsTruncated>true</IsTruncated>", answer.text)
            self.assertNotIn("<NextContinuationToken>", answer.text)

    def test_a_prefix_with_a_delimiter_lists_what_lies_below(self) -> None:
        # DrimeStorageProvider.list_objects drops the last folder of the prefix, lists its parent
        # and filters by the folder's name, so that "x/" answers the common prefix "x/x/".
        with server("custom") as (_, s3, bucket):
            s3.put(f"{bucket}/x/k", b"1")
            answer = s3.get(bucket, prefix="x/", delimiter="/").text
            self.assertNotIn("<Key>", answer)
            self.assertIn("<Prefix>x/x/</Prefix>", answer)

    def test_a_listing_with_a_delimiter_is_sorted(self) -> None:
        # DrimeStorageProvider.list_objects keeps the order of the API where a delimiter is given.
        with server("custom") as (_, s3, bucket):
            for key in ("a", "b"):
                s3.put(f"{bucket}/{key}", b"1")
            self.assertEqual(list(listed(s3, bucket, delimiter="/")), ["b", "a"])

    def test_a_content_type_is_kept(self) -> None:
        # DrimeStorageProvider.put_object passes it on nowhere; pydrime guesses one from the name.
        with server("custom") as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1", **{"content-type": "text/x-kept"})
            kind = s3.head(f"{bucket}/k").headers["content-type"]
            self.assertEqual(kind, "application/octet-stream")

    def test_a_key_may_have_an_empty_piece(self) -> None:
        # DrimeStorageProvider.put_object takes "a//b" for a folder with an empty name.
        with server("custom") as (_, s3, bucket):
            answer = s3.put(f"{bucket}/a//b", b"1")
            self.assertEqual(answer.status_code, 500)
            self.assertIn("failed after 3 retries", answer.text)

    def test_a_key_may_have_a_long_last_piece(self) -> None:
        # DrimeStorageProvider.put_object writes the object to a temporary file of that name.
        with server("custom") as (_, s3, bucket):
            answer = s3.put(f"{bucket}/{'k' * 300}", b"1")
            self.assertEqual(answer.status_code, 500)
            self.assertIn("File name too long", answer.text)

    def test_an_upload_survives_one_rate_limit(self) -> None:
        # pydrime's DrimeClient.upload_file_simple does not retry.
        fault = {"FAULT_STATUS": "429", "FAULT_FIRST": "1", "FAULT_ENDPOINT": "upload"}
        with server("custom", **fault) as (_, s3, bucket):
            self.assertEqual(s3.put(f"{bucket}/k", b"1").status_code, 500)
            self.assertEqual(s3.put(f"{bucket}/k", b"1").status_code, 200)

    def test_a_download_survives_one_server_error(self) -> None:
        # pydrime's DrimeClient.get_file_content does not retry.
        fault = {"FAULT_STATUS": "500", "FAULT_FIRST": "1", "FAULT_ENDPOINT": "download"}
        with server("custom", **fault) as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1")
            self.assertEqual(s3.get(f"{bucket}/k").status_code, 500)
            self.assertEqual(s3.get(f"{bucket}/k").status_code, 200)

    def test_an_outage_does_not_make_a_bucket_vanish(self) -> None:
        # DrimeStorageProvider.bucket_exists takes every error for "there is none".
        fault = {"FAULT_STATUS": "400", "FAULT_EVERY": "1", "FAULT_ENDPOINT": "list-entries"}
        with server("custom", **fault) as (_, s3, bucket):
            self.assertEqual(s3.head(bucket).status_code, 404)

    def test_both_versions_kept_newest_first_are_one_object(self) -> None:
        # DrimeStorageProvider.list_objects keeps one key twice and gives it the last entry's tag.
        with server("custom", DUPLICATES="keep-both") as (_, s3, bucket):
            tags = [s3.put(f"{bucket}/k", body).headers["etag"] for body in (b"1", b"2")]
            self.assertEqual(s3.head(f"{bucket}/k").headers["etag"], tags[1])
            self.assertEqual(s3.get(bucket).text.count("<Key>k</Key>"), 2)
            self.assertEqual(listed(s3, bucket), {"k": tags[0]})

    def test_both_versions_kept_are_deleted_together(self) -> None:
        # DrimeStorageProvider.delete_object deletes one entry; an older version reappears.
        with server("custom", DUPLICATES="keep-both") as (_, s3, bucket):
            for body in (b"1", b"2"):
                s3.put(f"{bucket}/k", body)
            s3.delete(f"{bucket}/k")
            self.assertEqual(s3.get(f"{bucket}/k").content, b"1")

    def test_both_versions_kept_oldest_first_serve_the_newest(self) -> None:
        # DrimeStorageProvider._get_file_entry takes the first entry of the name.
        with server("custom", DUPLICATES="keep-both-oldest-first") as (_, s3, bucket):
            for body in (b"1", b"2"):
                s3.put(f"{bucket}/k", body)
            self.assertEqual(s3.get(f"{bucket}/k").content, b"1")

    def test_folders_that_differ_in_case_stay_apart(self) -> None:
        # Where the service compares names without case: after the 422,
        # DrimeStorageProvider._create_folder_with_retry takes the other folder without a word.
        with server("custom", FOLDER_NAMES="case-insensitive") as (_, s3, bucket):
            for key in ("A/k", "a/k"):
                s3.put(f"{bucket}/{key}", key.encode())
            self.assertEqual(s3.get(f"{bucket}/A/k").content, b"a/k")


if __name__ == "__main__":
    unittest.main()
