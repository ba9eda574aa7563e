"""Which label a text has: keyword rules, or a model that was trained on a deployment's own cases.

Labels are stable codes. No model is part of the program; see docs/triage.md.
"""
