"""The page about the files and the versions of their schemas agree with the contracts."""

from pathlib import Path

from courtside.publishing import schemas
from courtside.publishing.contracts import render
from courtside.publishing.docs import examples, exports_page
from courtside.publishing.exporters import FILE_TYPES

PAGE = Path(__file__).parents[2] / "docs/exports.md"


def test_the_page_is_generated_from_the_contracts():
    assert PAGE.read_text(encoding="utf-8") == exports_page(), "write it again with `make docs`"


def test_every_type_has_an_example_that_survives_a_round_trip():
    shown = examples()
    assert set(shown) == {kind.name for kind in FILE_TYPES}
    for kind in FILE_TYPES:
        document = kind.model.model_validate(shown[kind.name])
        assert kind.model.model_validate_json(render(document)) == document
        assert not document.is_empty


def test_a_changed_schema_has_a_version_with_a_note():
    assert schemas.schema_changes_without_note() == [], (
        "add these to publishing/schema_history.yaml, each with a note for readers"
    )
    for versions in schemas.schema_history().values():
        assert [entry.version for entry in versions] == list(range(1, len(versions) + 1))
        assert all(entry.note.strip("… ") for entry in versions)


def test_a_schema_that_changed_without_a_note_is_caught(monkeypatch):
    changed = schemas.schema_hash("status")
    monkeypatch.setattr(schemas, "schema_hash", lambda name: "other" if name == "status" else _of(name))
    following = len(schemas.schema_history()["status"]) + 1
    assert schemas.schema_changes_without_note() == [f"status: - {{version: {following}, sha256: other, note: …}}"]
    assert changed != "other"


def _of(name):
    return schemas.schema_history()[name][-1].sha256
