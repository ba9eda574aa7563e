"""The `qifu` command: one module a room."""
