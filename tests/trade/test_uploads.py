"""Files in chunks: what arrives counts once it is whole and on disk, and nobody reaches another's."""

import base64
import datetime as dt
import hashlib
import io
import re
import uuid
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from portal.base.errors import Conflict, Invalid, Missing
from tests.people import FATIMA, NADIA, OMAR
from tests.trade import factories
from trade.models import Run, Upload
from trade.services import chunks, uploads

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 8
ADDRESS = "/en/staff/trade/uploads/"
CHUNK = {"content_type": "application/offset+octet-stream"}


def begin(size: int = len(CONTENT), name: str = "customs-2024-01.csv", **more: str) -> Upload:
    return uploads.upload_create(acting_user=OMAR.user, name=name, size=size, **more)


def append(upload: Upload, offset: int, content: bytes, **more: object) -> Upload:
    return chunks.upload_append(
        upload.pk, acting_user=OMAR.user, offset=offset, length=len(content), body=io.BytesIO(content), **more
    )  # type: ignore[arg-type]


def on_disk(upload: Upload) -> Path:
    return Path(settings.QAFILA_HOME) / "uploads-in-progress" / str(upload.pk)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_chunks_make_the_file_whole_and_its_checksum_known() -> None:
    upload = begin()
    assert append(upload, 0, CONTENT[:1000]).sha256 == ""
    done = append(upload, 1000, CONTENT[1000:])
    assert done.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert on_disk(upload).read_bytes() == CONTENT


@pytest.mark.parametrize("offset", [0, 999, 1001, 2048])
def test_a_chunk_at_another_offset_is_answered_with_the_right_one(offset: int) -> None:
    upload = begin()
    append(upload, 0, CONTENT[:1000])
    with pytest.raises(chunks.WrongOffset) as error:
        append(upload, offset, b"x" * 10)
    assert error.value.offset == 1000
    assert on_disk(upload).read_bytes() == CONTENT[:1000]


def test_of_a_chunk_that_breaks_off_or_is_damaged_nothing_stays() -> None:
    upload = begin()
    append(upload, 0, CONTENT[:1000])
    with pytest.raises(chunks.Damaged):
        chunks.upload_append(
            upload.pk, acting_user=OMAR.user, offset=1000, length=500, body=io.BytesIO(b"short")
        )
    with pytest.raises(chunks.Damaged):
        append(upload, 1000, CONTENT[1000:], checksum=("sha256", b64("wrong")))
    assert on_disk(upload).stat().st_size == uploads.upload_get(upload.pk, user=OMAR.user).offset == 1000
    digest = base64.b64encode(hashlib.sha256(CONTENT[1000:]).digest()).decode()
    assert append(upload, 1000, CONTENT[1000:], checksum=("sha256", digest)).whole


def test_a_server_that_was_killed_within_a_chunk_loses_that_chunk_alone() -> None:
    upload = begin()
    append(upload, 0, CONTENT[:1000])
    with on_disk(upload).open("ab") as file:
        file.write(b"half a chunk that nobody counted")
    assert uploads.upload_get(upload.pk, user=OMAR.user).offset == 1000
    assert append(upload, 1000, CONTENT[1000:]).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_what_is_gone_from_the_disk_has_to_come_again() -> None:
    upload = begin()
    append(upload, 0, CONTENT)
    on_disk(upload).unlink()
    found = uploads.upload_get(upload.pk, user=OMAR.user)
    assert (found.offset, found.whole) == (0, False)
    assert append(upload, 0, CONTENT).whole


def test_two_requests_do_not_write_to_one_file() -> None:
    upload = begin()
    with chunks._held(upload), pytest.raises(Conflict) as error:
        append(upload, 0, CONTENT)
    assert error.value.code == "locked"
    assert append(upload, 0, CONTENT).whole


def test_the_same_file_goes_on_after_a_reload_and_another_begins_anew() -> None:
    upload = begin(fingerprint="a|2048|1")
    append(upload, 0, CONTENT[:1000])
    assert begin(fingerprint="a|2048|1").pk == upload.pk
    assert begin(fingerprint="a|2048|2").pk != upload.pk
    assert begin().pk != begin().pk


def test_sizes_and_quota_are_bounded() -> None:
    with pytest.raises(Invalid):
        begin(size=0)
    with override_settings(TRADE_UPLOAD_MAX=1000), pytest.raises(uploads.TooLarge):
        begin(size=1001)
    upload = begin()
    with override_settings(TRADE_UPLOAD_QUOTA=3000), pytest.raises(uploads.TooLarge):
        begin()
    with pytest.raises(uploads.TooLarge):
        append(upload, 0, CONTENT + b"more")
    with mock.patch.object(chunks, "CHUNK", 100), pytest.raises(uploads.TooLarge):
        append(upload, 0, CONTENT)
    full = mock.patch.object(uploads.shutil, "disk_usage", return_value=mock.Mock(free=10))
    with full, pytest.raises(uploads.NoRoom):
        begin()


def test_a_full_disk_is_said_and_keeps_what_has_arrived() -> None:
    upload = begin()
    append(upload, 0, CONTENT[:1000])
    with (
        mock.patch.object(chunks.os, "fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(uploads.NoRoom),
    ):
        append(upload, 1000, CONTENT[1000:])
    assert on_disk(upload).stat().st_size == 1000


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\secret\\passwd", "a/b/passwd"])
def test_a_name_is_a_name_and_never_a_path(name: str) -> None:
    assert begin(name=name).name == "passwd"


def test_another_s_upload_looks_missing_to_a_colleague_and_to_a_stranger() -> None:
    upload = begin()
    for stranger in (NADIA.user, FATIMA.user):
        with pytest.raises(Missing):
            uploads.upload_get(upload.pk, user=stranger)
    colleague = NADIA.signed_in()
    for answer in (
        colleague.head(f"{ADDRESS}{upload.pk}/"),
        colleague.patch(f"{ADDRESS}{upload.pk}/", b"x", headers={"Upload-Offset": "0"}, **CHUNK),
        colleague.delete(f"{ADDRESS}{upload.pk}/"),
        colleague.post(f"{ADDRESS}{upload.pk}/"),
        colleague.head(f"{ADDRESS}{uuid.uuid4()}/"),
        FATIMA.signed_in().delete(f"{ADDRESS}{upload.pk}/"),
    ):
        assert answer.status_code == 404
    assert Upload.objects.filter(pk=upload.pk).exists()


def test_what_nobody_goes_on_with_is_swept_and_so_are_files_without_a_row() -> None:
    kept, old = begin(), begin()
    for upload in (kept, old):
        append(upload, 0, CONTENT[:10])
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    lost, fresh = on_disk(kept).with_name(str(uuid.uuid4())), on_disk(kept).with_name(str(uuid.uuid4()))
    for path in (lost, fresh):
        path.write_bytes(b"?")
    with mock.patch.object(uploads, "_is_old", side_effect=lambda path: path == lost):
        assert uploads.uploads_sweep() == 2
    assert list(Upload.objects.all()) == [kept]
    assert on_disk(kept).exists()
    assert fresh.exists()
    assert not on_disk(old).exists()
    assert not lost.exists()


class TestProtocol:
    """The same over HTTP, as any client of tus 1.0 speaks it."""

    def created(self, client: Client, size: int = len(CONTENT)) -> str:
        about = f"filename {b64('صادرات.csv')},fingerprint {b64('f|1')}"
        answer = client.post(ADDRESS, headers={"Upload-Length": str(size), "Upload-Metadata": about})
        assert answer.status_code == 201
        assert answer["Tus-Resumable"] == "1.0.0"
        return str(answer["Location"])

    def test_a_file_travels_and_becomes_a_run(self) -> None:
        factories.vocabulary()
        client = OMAR.signed_in()
        address = self.created(client)
        first = client.patch(address, CONTENT[:1500], headers={"Upload-Offset": "0"}, **CHUNK)
        assert (first.status_code, first["Upload-Offset"]) == (204, "1500")
        head = client.head(address)
        assert (head["Upload-Offset"], head["Upload-Length"]) == ("1500", "2048")
        assert "no-store" in head["Cache-Control"]
        wrong = client.patch(address, b"xx", headers={"Upload-Offset": "0"}, **CHUNK)
        assert (wrong.status_code, wrong["Upload-Offset"]) == (409, "1500")
        last = client.patch(address, CONTENT[1500:], headers={"Upload-Offset": "1500"}, **CHUNK)
        assert last["Upload-Offset"] == "2048"
        upload = Upload.objects.get()
        with mock.patch("trade.services.runs._queue"):
            answer = client.post("/en/staff/trade/", {"source": "customs", "uploads": [str(upload.pk)] * 2})
        run = Run.objects.get()
        assert answer["Location"] == f"/en/staff/trade/runs/{run.number}/"
        file = run.files.get()
        assert (file.name, file.size, file.sha256) == (
            "صادرات.csv", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()
        )  # fmt: skip
        assert Upload.objects.count() == 0
        assert not on_disk(upload).exists()

    def test_a_refused_form_keeps_what_has_arrived(self) -> None:
        factories.vocabulary()
        client, upload = OMAR.signed_in(), begin()
        append(upload, 0, CONTENT)
        page = client.post("/en/staff/trade/", {"source": "nothing", "uploads": [str(upload.pk)]})
        assert page.status_code == 200
        assert re.search(rf'<input[^>]*value="{upload.pk}"[^>]*checked', page.content.decode())
        assert Upload.objects.count() == 1

    def test_what_has_not_arrived_whole_cannot_be_handed_in(self) -> None:
        factories.vocabulary()
        upload = begin()
        page = OMAR.signed_in().post("/en/staff/trade/", {"source": "customs", "uploads": [str(upload.pk)]})
        assert page.status_code == 200
        assert Run.objects.count() == 0

    def test_damage_is_told_with_tus_s_own_status(self) -> None:
        client = OMAR.signed_in()
        headers = {"Upload-Offset": "0", "Upload-Checksum": f"sha256 {b64('no')}"}
        assert client.patch(self.created(client), CONTENT, headers=headers, **CHUNK).status_code == 460

    def test_it_is_removed_by_the_script_and_by_a_form(self) -> None:
        client = OMAR.signed_in()
        assert client.delete(self.created(client)).status_code == 204
        assert client.post(self.created(client))["Location"] == "/en/staff/trade/"
        assert Upload.objects.count() == 0

    def test_it_says_what_it_can(self) -> None:
        answer = OMAR.signed_in().options(ADDRESS)
        assert answer["Tus-Version"] == "1.0.0"
        assert answer["Tus-Max-Size"] == str(2 * 2**30)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Upload-Length": "many"},
            {"Upload-Length": "-1"},
            {"Upload-Length": "٣"},
            {"Upload-Length": "9" * 30},
            {"Upload-Length": "5", "Upload-Metadata": "filename %%%"},
            {"Upload-Length": "5", "Upload-Metadata": "filename /w=="},
        ],
    )
    def test_headers_that_make_no_sense_are_refused(self, headers: dict[str, str]) -> None:
        answer = OMAR.signed_in().post(ADDRESS, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["detail"]

    def test_a_chunk_needs_its_type_its_offset_and_the_token(self) -> None:
        client = OMAR.signed_in()
        address = self.created(client)
        assert client.patch(address, b"x", headers={"Upload-Offset": "0"}).status_code == 400
        assert client.patch(address, b"x", **CHUNK).status_code == 400
        strict = OMAR.signed_in(csrf=True)
        assert strict.patch(address, b"x", headers={"Upload-Offset": "0"}, **CHUNK).status_code == 403

    def test_another_version_of_the_protocol_is_refused(self) -> None:
        answer = OMAR.signed_in().post(ADDRESS, headers={"Tus-Resumable": "2.0.0", "Upload-Length": "5"})
        assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
