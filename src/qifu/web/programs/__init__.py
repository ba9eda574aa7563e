"""Pages for programs that use Qifu: tokens, webhooks, feeds."""
