"""What a room refuses, put on the form that was sent: at the field, with what was typed kept."""

from django.forms import Form

from qifu.base.errors import BadInput, Refused


def put_on(form: Form, error: Refused) -> None:
    """Each message at its field; those of fields that the form does not have stand on top."""
    fields = error.fields if isinstance(error, BadInput) else {error.field: error.message}
    for name, message in (fields or {"": error.message}).items():
        form.add_error(name if name in form.fields else None, str(message))
