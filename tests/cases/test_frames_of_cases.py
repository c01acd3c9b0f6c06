"""Options, questions and changes of cases as frames: one row each, with the types of their cells."""

from __future__ import annotations

from sts_kg import KnowledgeGraph

CASE = {"case": "p", "findings": {"stage4-sts": True, "resectable": True, "doxorubicin-did-not-work": True}}


def test_questions_are_a_frame_in_their_order(kg: KnowledgeGraph) -> None:
    found = kg.questions(CASE)
    frame = found.to_pandas()
    assert [str(dtype) for dtype in frame.dtypes] == ["string"] * 3 + ["Int64"] + ["string"] * 4
    assert frame["question"].tolist() == [each.text for each in found["p"]]
    assert frame["n_options"].tolist() == [len(each.options) for each in found["p"]]
    first = found["p"][0]
    assert frame["options"][0].split() == first.as_dict()["options"]
    assert set(frame["case"]) == {"p"}
    together = next(each for each in found["p"] if each.finding is None)
    row = frame["question"].tolist().index(together.text)
    assert frame["finding"][row].split() == [choice["finding"] for choice in together.as_dict()["choices"]]  # type: ignore[attr-defined]


def test_changes_are_a_frame(kg: KnowledgeGraph) -> None:
    changes = kg.what_if(CASE, {"resectable": False})
    rows = changes.to_arrow().to_pylist()
    assert rows == [
        {
            "case": "p",
            "option": f"sts:{each.as_dict()['option']}",
            "before": each.before.status,
            "after": each.after.status,
            "missing": " ".join(each.as_dict()["missing"]) or None,  # type: ignore[arg-type]
        }
        for each in changes
    ]
    assert len(rows) >= 3


def test_options_are_a_frame(kg: KnowledgeGraph) -> None:
    options = kg.options(CASE)
    frame = options.to_polars()
    assert frame["status"].to_list() == [each.status for each in options]
    assert frame["tried"].to_list() == [each.tried for each in options]
