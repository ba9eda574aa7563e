"""Whether the made-up appeals of a demo are there."""

from qifu.appeals.models import Appeal


def any_made_up_appeal() -> bool:
    """For the demo, which makes them once."""
    return Appeal.objects.filter(made_up=True).exists()
