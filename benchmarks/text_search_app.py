"""The row of text_search.py that asks the application itself, in a database of its own.

    python benchmarks/text_search_app.py [--sample 300] [--only sqlite|postgresql]

The texts of a task become answers of a fresh database with the entries that `put_entries` makes;
each question is asked of `knowledge.selectors.find_knowledge`, as the pages ask: every word, what
was meant, then any word, weighed by how rare words are in what is stored. No city is loaded, so
no synonyms. SQLite always, PostgreSQL where its programs are (its own CPU time is not in the
milliseconds).
"""

import argparse
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools"), str(ROOT / "benchmarks")]

import demo_site  # noqa: E402
import postgres  # noqa: E402

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
AT_ONCE = 500


def rows(task: str, *, sample: int, only: str = "") -> None:
    """Print the rows of a task, each database in a process of its own."""
    if only != "postgresql":
        _ask("SQLite", task, sample)
    if only == "sqlite":
        return
    if postgres.programs() is None:
        print("the application, PostgreSQL: skipped, not installed here")
        return
    with postgres.cluster() as url:
        _ask("PostgreSQL", task, sample, DATABASE_URL=url)


def _ask(name: str, task: str, sample: int, **more: str) -> None:
    with tempfile.TemporaryDirectory(prefix="qifu-bench-") as folder:
        env = demo_site.environment(Path(folder), **more)
        command = [sys.executable, __file__, "--inside", name, "--task", task]
        command += ["--sample", str(sample)]
        sys.stdout.flush()
        subprocess.run(command, cwd=ROOT, env=env, check=True)


def inside(name: str, task_name: str, sample: int) -> None:
    """Fill the empty database with the texts of a task and ask for each of a sample."""
    import django

    django.setup()
    from django.core.management import call_command
    from text_search import CANDIDATES, place, tasks, timed

    from qifu.knowledge.actions import Entry, put_entries
    from qifu.knowledge.models import Answer
    from qifu.knowledge.selectors import find_knowledge

    call_command("migrate", verbosity=0)
    task = next(one for one in tasks() if one.name == task_name)
    made = [
        Answer(pk=i + 1, code=f"T{i}", version=1, answer_zh=text, written_at=NOW)
        for i, text in enumerate(task.texts)
    ]
    Answer.objects.bulk_create(made, batch_size=AT_ONCE)
    entries = (Entry(one.pk, one.code, "", one.answer_zh) for one in made)
    put_entries("answer", [one.code for one in made], entries)

    def served(i: int) -> int:
        text = "\n".join(task.asked[i])
        found = find_knowledge(text, kinds=["answer"], most=CANDIDATES, on=NOW.date())
        order = [hit.answer.pk - 1 for hit in found.hits if hit.answer]
        return place(order, task.right[i], len(task.texts))

    every = range(len(task.asked))
    timed(f"the application itself, {name}", served, every[:: max(1, len(every) // sample)])


def main() -> int:
    """Both tasks, as far as the data is here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, options.task, options.sample)
        return 0
    from text_search import tasks

    for task in tasks():
        print(f"\n== {task.name}: {len(task.asked)} questions, {len(task.texts)} different texts")
        rows(task.name, sample=options.sample, only=options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
