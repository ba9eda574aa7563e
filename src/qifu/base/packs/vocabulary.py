"""The words a pack may use because the software knows them: permissions, notices, languages."""

LANGUAGES = ("zh", "en")
ENTERPRISE_PERMISSIONS = (
    "facts.view", "facts.declare", "facts.dispute", "policies.view", "questions.answer",
    "reports.make", "people.manage", "consents.manage", "messages.view", "appeals.view",
    "appeals.submit", "programs.connect",
)  # fmt: skip
UNIT_PERMISSIONS = (
    "firms.search", "firms.view", "facts.view_public", "facts.view_government",
    "facts.view_consented", "claims.decide", "disputes.settle", "policies.edit", "journal.view",
    "figures.view", "people.manage", "appeals.view_all", "appeals.intake", "appeals.handle",
    "appeals.coordinate", "appeals.callback", "appeals.figures", "knowledge.edit",
    "calendar.manage", "channels.edit", "exchange.run", "programs.connect",
)  # fmt: skip
PERMISSIONS = {"enterprise": ENTERPRISE_PERMISSIONS, "unit": UNIT_PERMISSIONS}
# The messages that the software sends, and the placeholders it fills in each.
NOTICES: dict[str, tuple[str, ...]] = {
    "welcome": ("site", "name"),
    "claim_received": ("firm", "unit", "days", "number"),
    "claim_approved": ("firm", "unit"),
    "claim_refused": ("firm", "unit", "reason"),
    "invitation_sent": ("inviter", "firm", "role", "date"),
    "member_joined": ("person", "firm", "role"),
    "member_removed": ("firm", "actor", "date"),
    "dispute_received": ("fact", "firm", "unit"),
    "dispute_settled_corrected": ("fact", "firm", "unit", "old", "new", "reason"),
    "dispute_settled_kept": ("fact", "firm", "unit", "reason"),
    "fact_changed": ("firm", "fact", "source", "date", "new"),
    "new_policies": ("firm", "count", "money", "titles"),
    "policy_closing_soon": ("firm", "policy", "days", "date"),
    "consent_given": ("firm", "unit", "scope", "actor", "date", "until"),
    "consent_revoked": ("firm", "unit", "scope", "actor", "date"),
    "report_ready": ("firm", "eligible", "maybe", "near_miss", "number"),
    # appeals: to the firm
    "appeal_received": ("number", "title", "due", "unit"),
    "appeal_accepted": ("number", "unit", "due"),
    "appeal_not_accepted": ("number", "exclusion", "reason", "channel"),
    "facts_asked": ("number", "question", "until"),
    "facts_reminder": ("number", "question", "until"),
    "appeal_lapsed": ("number",),
    "appeal_dispatched": ("number", "unit", "due"),
    "appeal_transferred": ("number", "unit"),
    "appeal_replied": ("number", "unit"),
    "rate_reminder": ("number", "until"),
    "callback_outcome": ("number", "outcome"),
    "confirm_asked": ("number",),
    "appeal_closed": ("number", "outcome"),
    "due_changed": ("number", "old", "new", "reason"),
    "merged": ("number", "master"),
    "unmerged": ("number", "master"),
    # appeals: to desks and units
    "facts_supplied": ("number", "firm"),
    "case_arrived": ("number", "title", "firm", "unit", "due"),
    "case_assigned": ("number", "title", "actor"),
    "objection_raised": ("number", "unit", "reason"),
    "objection_decided": ("number", "outcome", "reason"),
    "extension_asked": ("number", "unit", "days", "reason"),
    "extension_decided": ("number", "outcome", "days", "due"),
    "rated_badly": ("number", "level", "firm"),
    "appeal_rehandling": ("number", "unit", "due"),
    "justified_proposed": ("number", "clause"),
    "justified_declined": ("number", "actor", "note"),
    "appeal_reopened": ("number", "firm"),
    "appeal_withdrawn": ("number", "firm"),
    "due_soon": ("number", "clock", "due", "unit"),
    "overdue": ("number", "clock", "due", "unit"),
    "case_reminded": ("number", "actor", "note"),
    "supervision_issued": ("number", "notice", "unit", "reason", "until"),
    "case_escalated": ("number", "reason"),
    "exchange_conflict": ("number", "partner", "fields"),
    "order_supplemented": ("number", "partner", "note"),
    "unit_dissolved": ("number", "unit", "desk"),
}
LEVELS = ("national", "province", "city", "district")
CONTACT_KINDS = ("service_center", "unit_window", "hotline")
# Contrast that white text on the accent colour needs (WCAG 2.2 AA).
LEAST_CONTRAST = 4.5
# What an appeal may be; the words of `qifu.appeals.states.Kind`, which stands above this room.
APPEAL_KINDS = ("inquiry", "help_request", "complaint", "suggestion")
APPEAL_DOMAINS = ("economy", "market", "society", "service", "environment")
APPEAL_OUTCOMES = ("resolved", "explained", "not_possible")
LAW_LEVELS = ("law", "regulation", "department_rule", "local_regulation")
