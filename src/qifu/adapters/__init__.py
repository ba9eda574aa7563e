"""Outside systems that fill base.ports: SMS, mail, sign-on, storage."""
