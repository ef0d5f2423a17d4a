"""Schemas in the docs are those of the documents that the commands write."""

from __future__ import annotations

from risk.cli.schemas import schemas
from tests.schema import FOLDER, read


def test_every_document_has_its_schema_and_every_schema_its_document() -> None:
    made = schemas()
    assert sorted(made) == sorted(file.name for file in FOLDER.glob("*.json"))
    differ = [name for name, schema in made.items() if read(FOLDER / name) != schema]
    assert not differ, "python -m risk.cli.schemas docs/schemas writes them"
