"""Files of a case: sent as a form, looked through before anybody gets them."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop as _
from ninja import File, Form, UploadedFile

from qifu.api.appeal_out import file_out
from qifu.api.appeal_schemas import FileOut
from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.schemas import Out, PathId
from qifu.appeals import actions
from qifu.appeals.models import Attachment
from qifu.appeals.selectors import appeal_for, attachment_for, attachments_visible

router = Router(tags=["attachments"])
_FILE: dict[str, Any] = {
    "id": 9, "name": "现场照片.png", "content_type": "image/png", "size": 20480,
    "state": "quarantined", "finding": "", "internal": False,
    "uploaded_at": "2026-11-22T09:31:00+08:00",
}  # fmt: skip


class FilesOut(Out):
    """The files of a case."""

    items: list[FileOut]


@reads(
    router,
    "/appeals/{int:pk}/files",
    scope="appeals.read",
    answer=FilesOut,
    missing=True,
    summary=_("附件清单"),
    description=_("企业看不到工作人员之间的附件。"),
    example={"items": [_FILE]},
)
def list_files(request: Asked, pk: PathId) -> FilesOut:
    """The files that this token may know of."""
    appeal = appeal_for(request.actor, pk)
    return FilesOut(items=[file_out(one) for one in attachments_visible(request.actor, appeal)])


@creates(
    router,
    "/appeals/{int:pk}/files",
    scope="appeals.write",
    answer=FilesOut,
    missing=True,
    summary=_("上传附件"),
    description=_(
        "multipart/form-data，一次可以传几个，字段名 files；按内容认类型。类型、大小和个数的上限是"
        "本市的设定，超过时回答 422。检查通过（state 为 clean）以后才能下载。同一个文件再传一次，"
        "得到原来那一个。internal 只给工作人员。"
    ),
    body={"files": ["%PDF-1.7 …"], "internal": False},
    example={"items": [_FILE]},
)
def create_files(
    request: Asked, pk: PathId, files: File[list[UploadedFile]], internal: Form[bool] = False
) -> FilesOut:
    """All of them or none."""
    appeal = appeal_for(request.actor, pk)
    sent: Any = [(one.name or "", one.file, one.size or 0) for one in files]
    made = actions.attach(
        appeal, actor=request.actor, now=timezone.now(), files=sent, internal=internal
    )
    return FilesOut(items=[file_out(one) for one in made])


@reads(
    router,
    "/appeals/{int:pk}/files/{int:file}",
    scope="appeals.read",
    answer=None,
    missing=True,
    summary=_("下载附件"),
    description=_("文件本身；没有检查通过的还不能下载。"),
    example=None,
)
def download_file(request: Asked, pk: PathId, file: PathId) -> HttpResponse:
    """A file, as a download."""
    wanted = attachment_for(request.actor, file, appeal=pk)
    try:
        with wanted.file.open("rb") as content:
            answer = HttpResponse(content.read(), content_type=wanted.content_type)
    except FileNotFoundError:
        raise Attachment.DoesNotExist from None
    answer["Content-Disposition"] = content_disposition_header(True, wanted.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@changes(
    router,
    "/appeals/{int:pk}/files/{int:file}",
    scope="appeals.write",
    answer=None,
    method="DELETE",
    status=204,
    summary=_("删除草稿里的附件"),
    description=_("只能删自己草稿里的；提交以后不能删。"),
)
def delete_file(request: Asked, pk: PathId, file: PathId) -> None:
    """Take a file out of a draft."""
    appeal = appeal_for(request.actor, pk)
    wanted = attachments_visible(request.actor, appeal).get(pk=file)
    actions.detach(wanted, actor=request.actor, now=timezone.now())
