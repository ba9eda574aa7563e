"""`qifu rules draft`: a policy document from the text of a notice, and what was not understood."""

import json
from pathlib import Path

import click

from qifu.cli.rules_basis import attributes_option, file_type, read_basis, reading, refuse


@click.command()
@click.argument("file", type=file_type)
@attributes_option
@click.option("--area", default="", help="Where it was issued: a name or a six-digit code.")
@click.option("--json", "as_json", is_flag=True, help="The whole draft as JSON.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Only the document, as YAML.")
@click.option(
    "--assisted",
    is_flag=True,
    help="Ask the language model of QIFU_LLM_URL about what was not understood.",
)
def draft(
    file: Path,
    attributes: Path | None,
    area: str,
    as_json: bool,
    as_yaml: bool,
    assisted: bool,
) -> None:
    """从通知起草政策条件 · Draft a policy from a notice: txt, docx, pdf or html.

    Prints every element with its place and confidence, then what was not understood. A draft is
    nothing that counts before a person has gone through it.
    """
    from qifu.adapters.language_model import configured
    from qifu.textmine.assisted.policies import AssistedReader
    from qifu.textmine.policy_reading.drafting import PolicyReader
    from qifu.textmine.policy_reading.inputs import read_document
    from qifu.textmine.policy_reading.places import area_code

    model = configured() if assisted else None
    if assisted and model is None:
        refuse("没有语言模型：请设 QIFU_LLM_URL · no language model: set QIFU_LLM_URL")
    text = reading(lambda: read_document(file))
    reader = PolicyReader(read_basis(attributes).catalogue)
    if area and area_code(area, reader.tree) is None:
        refuse(f"目录里没有这个地区：{area} · no such area in the catalogue: {area}")
    made = (AssistedReader(model, reader) if model else reader).draft(text, area=area)
    if as_json:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=2))
        return
    if as_yaml:
        import yaml

        click.echo(yaml.safe_dump(made.document, allow_unicode=True, sort_keys=False), nl=False)
        return
    for element in made.elements:
        start, end = element.span
        says = ", ".join(f"{key} {value}" for key, value in element.says.items())
        note = f" · {element.note}" if element.note else ""
        group = f" [{element.group}]" if element.group else ""
        click.echo(
            f"{element.id:<4} {start:>5}–{end:<5} {element.confidence:.2f} {element.quote}"
            f"{' · ' if says else ''}{says}{group}{note}"
        )
    for start, end in made.unread:
        click.echo(f"没读懂 not understood: {start}–{end} {made.content[start:end]}")
    for proposal in made.proposals:
        click.echo(
            f"目录里没有 not in the catalogue: {proposal['name']} ({proposal['type']}) "
            f"{proposal['zh']}"
        )
    for note in made.notes:
        click.echo(f"提醒 note: {note}")
    found, unread, missing = len(made.elements), len(made.unread), ", ".join(made.missing) or "—"
    click.echo(
        f"{found} 处读出，{unread} 处没读懂，还缺 {missing} · "
        f"{found} elements, {unread} not understood, missing {missing}"
    )
