"""Fields that forms of appeals share: long texts as people paste them, points, files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qifu.web.claims.forms import FilesField, ManyFiles

# what is far beyond every limit of a room is not carried into it
FAR_TOO_LONG = 100_000


def clean_text(value: Any) -> str:
    """A text as it is kept: one kind of line end, without characters that no database takes."""
    text = "" if value is None else str(value)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "ignore").decode().strip()


class LongText(forms.CharField):
    """A text of any length; how long it may be is for the room to say."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 4, **given: Any) -> None:
        given.setdefault("max_length", FAR_TOO_LONG)
        given.setdefault("required", False)
        super().__init__(**given)
        # the browser shall not cut off what somebody pastes: too long is said, not done
        self.widget.attrs.pop("maxlength", None)
        self.widget.attrs["rows"] = rows
        self.error_messages["max_length"] = _("内容太长了，请精简，或放到附件里。")

    def to_python(self, value: Any) -> str:
        return clean_text(value)


class PointsWidget(forms.Widget):
    """Several text fields of one name; the page writes them one below the other."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, ())
        return [str(one) for one in given]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1" if id_ else id_


class PointsField(forms.Field):
    """The questions of an appeal, one each; those left empty do not count."""

    widget = PointsWidget

    def to_python(self, value: Any) -> list[str]:
        return [text for one in value or () if (text := clean_text(one))]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or ()) != list(data or ())


def files_field(label: Any, help_text: Any) -> FilesField:
    """Files to hand in; type and size are judged by the room, from the content."""
    return FilesField(label=label, help_text=help_text, required=False, widget=ManyFiles())


def handed_in(files: list[Any]) -> list[tuple[str, Any, int]]:
    """Files as the room takes them: name, stream, bytes."""
    return [(str(file.name), file.file, int(file.size or 0)) for file in files]
