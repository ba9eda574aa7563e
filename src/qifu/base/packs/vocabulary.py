"""The words a pack may use because the software knows them: permissions, notices, languages."""

LANGUAGES = ("zh", "en")
ENTERPRISE_PERMISSIONS = (
    "facts.view", "facts.declare", "facts.dispute", "policies.view", "questions.answer",
    "reports.make", "people.manage", "consents.manage", "messages.view",
)  # fmt: skip
UNIT_PERMISSIONS = (
    "firms.search", "firms.view", "facts.view_public", "facts.view_government",
    "facts.view_consented", "claims.decide", "disputes.settle", "policies.edit", "journal.view",
    "figures.view", "people.manage",
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
}
LEVELS = ("national", "province", "city", "district")
CONTACT_KINDS = ("service_center", "unit_window", "hotline")
# Contrast that white text on the accent colour needs (WCAG 2.2 AA).
LEAST_CONTRAST = 4.5
