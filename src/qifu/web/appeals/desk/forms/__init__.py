"""One form for every step that an official takes on a case, in the order of the page."""

from collections.abc import Mapping
from typing import Final

from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms.answer import AtOnceForm, ReplyForm
from qifu.web.appeals.desk.forms.base import DeskStep
from qifu.web.appeals.desk.forms.callback import (
    AskConfirmationForm,
    AttemptForm,
    ProposeForm,
    UnreachableForm,
    WantsMoreForm,
)
from qifu.web.appeals.desk.forms.coordinate import (
    DecideExtensionForm,
    DecideJustifiedForm,
    EscalateForm,
    RemindForm,
    SuperviseForm,
)
from qifu.web.appeals.desk.forms.intake import (
    AcceptForm,
    AskFactsForm,
    DispatchForm,
    FactsForm,
    RejectForm,
    SettleObjectionForm,
)
from qifu.web.appeals.desk.forms.together import (
    FilesForm,
    ForgetForm,
    LinkForm,
    MergeForm,
    SplitForm,
    UnmergeForm,
)
from qifu.web.appeals.desk.forms.unit import (
    AcknowledgeForm,
    AskExtensionForm,
    AssignForm,
    ContactForm,
    ObjectForm,
    TransferForm,
)

FORMS: Final[Mapping[str, type[DeskStep]]] = {
    form.step: form
    for form in (
        AcceptForm, AskFactsForm, RejectForm, FactsForm, DispatchForm, AtOnceForm,
        SettleObjectionForm, DecideExtensionForm, DecideJustifiedForm,
        AcknowledgeForm, ReplyForm, ContactForm, AssignForm, TransferForm, ObjectForm,
        AskExtensionForm, AttemptForm, WantsMoreForm, ProposeForm, AskConfirmationForm,
        UnreachableForm, RemindForm, SuperviseForm, EscalateForm, MergeForm, UnmergeForm,
        SplitForm, FilesForm, LinkForm, ForgetForm,
    )
}  # fmt: skip


def offered(about: About) -> list[type[DeskStep]]:
    """The steps that this official may take on the case now."""
    return [form for form in FORMS.values() if form.fits(about)]
