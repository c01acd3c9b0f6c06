"""Wordings: what the page says of an option beside its condition."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import URIRef

from sts_kg import KnowledgeGraph, parse
from sts_kg.guideline import Related, Wording
from sts_kg.guideline.wording import wordings
from sts_kg.rdf.names import STS, local

#: Clinical model, sections 9.2 (strength, frequency, intents), 11 (position, order, enablement), 12 (bands) and 13,
#: copied by hand. Option | strength | frequency, amongst, band | intents; inherited; not meant | position | follows |
#: may enable | talk.
TABLE = """
chemotherapy | is-offered | usually, people-with-stage4-sts, high
  | control-growth-and-spread symptom-relief; ; | first | | | S02
doxorubicin-alone | is-given | usually, uses-of-doxorubicin, high
  | ; control-growth-and-spread symptom-relief; | | | | S02
doxorubicin-ifosfamide | may-be-given | , ,
  | ; control-growth-and-spread symptom-relief; | | | | S02
other-chemotherapy | can-be-used | , ,
  | ; control-growth-and-spread symptom-relief; | | option-doxorubicin-alone option-doxorubicin-ifosfamide | | S02
chemotherapy-with-radiation | may-be-used | , ,
  | ; control-growth-and-spread symptom-relief; | | | | S02
targeted-therapy | may-be-offered | , ,
  | stop-cell-growth-division-spread; ; | | | | S02
pazopanib | may-be-offered | , ,
  | ; stop-cell-growth-division-spread; | | option-chemotherapy | | S02
radiation | may-be-offered | , ,
  | ; ; | | | | S02
external-radiation | is-used | most-often, radiation-for-stage4-sts, high
  | ; ; | | | | S02
sbrt-lung | may-be-used | , ,
  | treat-lung-metastases; ; | | | | S02
sbrt-outside-lungs | may-be-used | in-certain-cases, metastases-outside-lungs, unquantified
  | treat-metastases-outside-lungs; ; | | | | S02
radiation-to-enable-surgery | not-worded | , ,
  | make-surgery-possible; ; | | | option-surgery | S02
surgery | may-be-offered | not-common, people-with-stage4-sts, low
  | ; ; | | option-radiation-to-enable-surgery | | S02
surgery-symptom-control | is-used | most-often, surgery-for-stage4-sts, high
  | symptom-relief; ; treat-cancer-itself | | | | S02
wide-local-excision-lung | may-be-done | in-rare-cases, people-with-stage4-sts, low
  | remove-all-cancer; ; | | | | S02
surgery-other-metastases | may-be-possible | in-certain-cases, metastases-outside-lungs, unquantified
  | ; ; | | | | S02
comfort-care | may-want-to-consider | , ,
  | feel-better-without-treating-cancer; ; | | | | S02 S29 S30
ask-about-clinical-trials | talk-to-your-doctor | , ,
  | ; ; | | | | S02
"""


def expected() -> dict[str, dict[str, object]]:
    """Return the table as plain values, with the band besides."""
    found: dict[str, dict[str, object]] = {}
    for row in TABLE.replace("\n  |", " |").strip().splitlines():
        option, strength, often, purposes, position, follows, enables, talk = (cell.strip() for cell in row.split("|"))
        frequency, amongst, band = (part.strip() or None for part in often.split(","))
        own, inherited, not_meant = (part.split() for part in purposes.split(";"))
        found[f"option-{option}"] = {
            "strength": strength,
            "frequency": frequency,
            "amongst": amongst,
            "intents": own,
            "inherited_intents": inherited,
            "not_intents": not_meant,
            "positions": position.split(),
            "follows": follows.split(),
            "may_enable": enables.split(),
            "talk": talk.split(),
            "band": band,
        }
    return found


@pytest.fixture(scope="module")
def shipped(kg: KnowledgeGraph) -> dict[str, Wording]:
    return {local(option): wording for option, wording in kg.guideline.wordings.items()}


def test_the_shipped_wordings_are_those_of_the_clinical_model(shipped: dict[str, Wording]) -> None:
    def band(wording: Wording) -> str | None:
        return local(wording.band).removeprefix("band-") if wording.band else None

    def names(plain: dict[str, Any]) -> dict[str, Any]:
        related = ("positions", "follows", "may_enable")
        return plain | {key: [next(iter(one.values())) for one in plain[key]] for key in related}

    shown = {option: names(wording.as_dict()) | {"band": band(wording)} for option, wording in shipped.items()}
    assert shown == expected()
    assert list(shown) == list(expected())  # the options in their order, not only the same ones


def test_the_plain_values_are_json_in_a_fixed_order(shipped: dict[str, Wording]) -> None:
    assert json.dumps(shipped["option-radiation-to-enable-surgery"].as_dict()) == (
        '{"strength": "not-worded", "frequency": null, "amongst": null, "intents": ["make-surgery-possible"],'
        ' "inherited_intents": [], "not_intents": [], "positions": [], "follows": [],'
        ' "may_enable": [{"option": "option-surgery", "frequency": "sometimes",'
        ' "amongst": "people-given-radiation-first", "if": null, "basis": "stated", "segments": ["S21"]}],'
        ' "talk": ["S02"]}'
    )


def test_an_inherited_intent_names_the_group_that_it_is_stated_for(shipped: dict[str, Wording]) -> None:
    """Chemotherapy with radiation refines two groups, and only one of them has intents."""
    found = shipped["option-chemotherapy-with-radiation"].inherited_intents
    assert {local(intent): [*map(local, groups)] for intent, groups in found.items()} == {
        "intent-control-growth-and-spread": ["option-chemotherapy"],
        "intent-symptom-relief": ["option-chemotherapy"],
    }


def test_position_order_and_enablement_have_the_words_of_their_own_statement(shipped: dict[str, Wording]) -> None:
    """Clinical model, section 11: S07, S14, S11 (the second implied, D06) and S21."""
    stated, implied = STS["basis-stated"], STS["basis-implied"]
    assert shipped["option-chemotherapy"].positions == (
        Related(
            STS["position-first"],
            segments=(STS.S07,),
            frequency=STS["frequency-most-often"],
            amongst=STS["amongst-people-with-stage4-sts"],
            basis=stated,
        ),
    )
    assert shipped["option-pazopanib"].follows == (
        Related(STS["option-chemotherapy"], segments=(STS.S14,), basis=stated),
    )
    assert shipped["option-other-chemotherapy"].follows == (
        Related(STS["option-doxorubicin-alone"], segments=(STS.S11,), basis=stated),
        Related(STS["option-doxorubicin-ifosfamide"], segments=(STS.S11,), basis=implied),
    )
    assert shipped["option-surgery"].follows == (
        Related(
            STS["option-radiation-to-enable-surgery"],
            segments=(STS.S21,),
            frequency=STS["frequency-sometimes"],
            amongst=STS["amongst-people-given-radiation-first"],
            condition=STS["finding-resectable"],
            basis=stated,
        ),
    )
    assert shipped["option-surgery"].as_dict()["follows"] == [
        {
            "option": "option-radiation-to-enable-surgery",
            "frequency": "sometimes",
            "amongst": "people-given-radiation-first",
            "if": "resectable",
            "basis": "stated",
            "segments": ["S21"],
        }
    ]
    assert shipped["option-radiation-to-enable-surgery"].may_enable == (
        Related(
            STS["option-surgery"],
            segments=(STS.S21,),
            frequency=STS["frequency-sometimes"],
            amongst=STS["amongst-people-given-radiation-first"],
            basis=stated,
        ),
    )
    assert shipped["option-comfort-care"].talk == tuple(
        Related(STS["healthcare-team"], segments=(STS[segment],)) for segment in ("S02", "S29", "S30")
    )


@pytest.mark.parametrize(
    ("option", "sentences"),
    [
        (
            "chemotherapy",
            [
                "wording: is offered",
                "how often: usually, amongst people with stage 4 soft tissue sarcoma",
                "meant for: control growth and spread, symptom relief",
                "position: first treatment (most often, amongst people with stage 4 soft tissue sarcoma)",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "other-chemotherapy",
            [
                "wording: can be used",
                "meant for (stated for the group chemotherapy): control growth and spread, symptom relief",
                "may come after: doxorubicin alone, doxorubicin with ifosfamide (implied)",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "external-radiation",
            [
                "wording: is used",
                "how often: most often, amongst radiation for stage 4 soft tissue sarcoma",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "radiation-to-enable-surgery",
            [
                "wording: described without words of offer",
                "meant for: make surgery possible",
                "may make possible: surgery (sometimes, amongst people given radiation first)",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "surgery",
            [
                "wording: may be offered",
                "how often: not common, amongst people with stage 4 soft tissue sarcoma",
                "may come after: radiation therapy to make surgery possible"
                " (sometimes, amongst people given radiation first, if resectable)",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "surgery-symptom-control",
            [
                "wording: is used",
                "how often: most often, amongst surgery for stage 4 soft tissue sarcoma",
                "meant for: symptom relief",
                "mostly not meant for: treat the cancer itself",
                "talk with the healthcare team: S02",
            ],
        ),
        (
            "comfort-care",
            [
                "wording: may want to consider",
                "meant for: feel better without treating the cancer",
                "talk with the healthcare team: S02, S29, S30",
            ],
        ),
    ],
)
def test_the_sentences_of_an_option(shipped: dict[str, Wording], option: str, sentences: list[str]) -> None:
    assert list(shipped[f"option-{option}"].sentences()) == sentences


def test_every_term_of_a_wording_has_its_label(kg: KnowledgeGraph, shipped: dict[str, Wording]) -> None:
    assert {local(term): label for term, label in shipped["option-surgery"].labels.items()} == {
        "strength-may-be-offered": "may be offered",
        "frequency-not-common": "not common",
        "amongst-people-with-stage4-sts": "people with stage 4 soft tissue sarcoma",
        "band-low": "low frequency",
        "frequency-sometimes": "sometimes",
        "amongst-people-given-radiation-first": "people given radiation first",
        "finding-resectable": "resectable",
        "option-radiation-to-enable-surgery": "radiation therapy to make surgery possible",
        "basis-stated": "stated",
        "S21": "sentence S21",
        "healthcare-team": "healthcare team",
        "S02": "sentence S02",
    }
    assert {local(term) for term in shipped["option-pazopanib"].labels} == {
        *("strength-may-be-offered", "intent-stop-cell-growth-division-spread", "option-targeted-therapy"),
        *("option-chemotherapy", "basis-stated", "S14", "healthcare-team", "S02"),
    }


# --- Other guidelines

OPTIONS = """
sts:UmbrellaOption rdfs:subClassOf sts:TreatmentOption .
sts:option-group a sts:UmbrellaOption ; sts:ordinal 3 ; rdfs:label "group" .
sts:option-other-group a sts:UmbrellaOption ; sts:ordinal 2 ; rdfs:label "other group" .
sts:option-one a sts:TreatmentOption ; sts:ordinal 1 ; sts:refines sts:option-group , sts:option-other-group .
sts:S1 sts:ordinal 1 ; sts:inSection sts:section-a ; oa:hasSource sts:document .
sts:S2 sts:ordinal 2 ; sts:inSection sts:section-b ; oa:hasSource sts:document .
sts:team rdfs:label "team" . sts:nurse rdfs:label "nurse" .
"""
EMPTY: dict[str, object] = {
    "strength": None,
    "frequency": None,
    "amongst": None,
    "intents": [],
    "inherited_intents": [],
    "not_intents": [],
    "positions": [],
    "follows": [],
    "may_enable": [],
    "talk": [],
}


def one(text: str = "") -> Wording:
    """Return the wording of option-one when some triples are added."""
    return wordings(parse(OPTIONS + text))[STS["option-one"]]


def test_every_option_has_a_wording_though_nothing_is_said_of_it() -> None:
    found = wordings(parse(OPTIONS))
    assert [*map(local, found)] == ["option-one", "option-other-group", "option-group"]
    for wording in found.values():
        assert wording.as_dict() == EMPTY
        assert (wording.sentences(), wording.labels, wording.band) == ((), {}, None)
    assert wordings(parse("")) == {}


def test_a_recommendation_need_not_have_a_strength() -> None:
    found = one("sts:rec sts:recommendsOption sts:option-one ; sts:hasFrequency sts:frequency-f .")
    assert found.as_dict() == EMPTY | {"frequency": "f"}
    assert found.sentences() == ("how often: frequency-f",)  # without a label its name


def test_the_strength_of_another_statement_on_the_option_is_not_that_of_the_recommendation() -> None:
    assert one("sts:position-S1 sts:positionOf sts:option-one ; sts:hasStrength sts:strength-s .").strength is None


def test_intents_come_in_the_order_of_the_page() -> None:
    found = one(
        """
        sts:rec sts:recommendsOption sts:option-one ; sts:hasIntent sts:intent-a , sts:intent-b , sts:intent-c .
        sts:intent-a prov:wasQuotedFrom sts:S2 . sts:intent-b prov:wasQuotedFrom sts:S2 , sts:S1 .
        sts:intent-c prov:wasQuotedFrom sts:S2 .
        """
    )
    assert found.as_dict()["intents"] == ["b", "a", "c"]


def test_an_intent_that_an_option_states_itself_is_not_inherited() -> None:
    found = one(
        """
        sts:rec sts:recommendsOption sts:option-one ; sts:hasIntent sts:intent-a .
        sts:rec-group sts:recommendsOption sts:option-group ; sts:hasIntent sts:intent-a , sts:intent-b .
        sts:rec-other sts:recommendsOption sts:option-other-group ; sts:hasIntent sts:intent-b , sts:intent-c .
        """
    )
    assert found.intents == (STS["intent-a"],)
    group, other = STS["option-group"], STS["option-other-group"]
    assert found.inherited_intents == {STS["intent-b"]: (other, group), STS["intent-c"]: (other,)}
    assert found.sentences() == (
        "meant for: intent-a",
        "meant for (stated for the groups other group and group): intent-b",
        "meant for (stated for the group other group): intent-c",
    )


def test_an_umbrella_inherits_nothing_from_what_refines_it() -> None:
    graph = parse(OPTIONS + "sts:rec sts:recommendsOption sts:option-one ; sts:hasIntent sts:intent-a .")
    assert wordings(graph)[STS["option-group"]].as_dict() == EMPTY


def test_who_comes_after_comes_after_and_not_the_other_way_round() -> None:
    text = "sts:order sts:laterOption sts:option-one ; sts:earlierOption sts:option-group , sts:option-other-group ."
    found = wordings(parse(OPTIONS + text))
    after = [[*map(local, [each.to for each in wording.follows])] for wording in found.values()]
    assert after == [["option-other-group", "option-group"], [], []]


def test_enablement_without_a_transition_has_no_frequency() -> None:
    found = one("sts:option-one sts:mayEnable sts:option-group .")
    assert found.may_enable == (Related(STS["option-group"]),)
    assert found.sentences() == ("may make possible: group",)


def test_several_positions_are_all_told() -> None:
    found = one(
        """
        sts:b sts:positionOf sts:option-one ; sts:hasPosition sts:position-last ; prov:wasQuotedFrom sts:S1 .
        sts:a sts:positionOf sts:option-one ; sts:hasPosition sts:position-first ; prov:wasQuotedFrom sts:S2 .
        """
    )
    assert [position["position"] for position in found.as_dict()["positions"]] == ["last", "first"]  # type: ignore[attr-defined]
    assert found.sentences() == ("position: position-last, position-first",)


@pytest.mark.parametrize(
    ("about", "talk"),
    [
        ("sts:option-one", ["S2"]),
        ("sts:rec", ["S2"]),
        ("sts:S1", ["S2"]),
        ("sts:section-a", ["S2"]),
        ("sts:document", ["S2"]),
        ("sts:section-b", []),  # another section of the same document
        ("sts:other-document", []),
        ("sts:option-group", []),
        ("sts:rec-group", []),
    ],
)
def test_a_statement_with_an_agent_bears_on_what_it_is_about(about: str, talk: list[str]) -> None:
    recommendations = """
        sts:rec sts:recommendsOption sts:option-one ; prov:wasQuotedFrom sts:S1 .
        sts:rec-group sts:recommendsOption sts:option-group .
        """
    advice = f"sts:advice prov:wasQuotedFrom sts:S2 ; sts:about {about} "
    assert one(f"{recommendations} {advice} ; sts:hasAgent sts:team .").as_dict()["talk"] == talk
    assert one(f"{recommendations} {advice} .").as_dict()["talk"] == []  # nobody acts in it


def test_a_statement_with_an_agent_that_is_about_nothing_bears_on_nothing() -> None:
    assert one("sts:advice prov:wasQuotedFrom sts:S2 ; sts:hasAgent sts:team .").as_dict() == EMPTY


def test_talks_with_several_agents_are_told_one_by_one() -> None:
    found = one(
        """
        sts:a sts:about sts:option-one ; sts:hasAgent sts:team ; prov:wasQuotedFrom sts:S2 .
        sts:b sts:about sts:option-one ; sts:hasAgent sts:team , sts:nurse ; prov:wasQuotedFrom sts:S1 .
        """
    )
    assert found.sentences() == ("talk with the nurse: S1", "talk with the team: S1, S2")
    assert found.as_dict()["talk"] == ["S1", "S2"]


def test_a_wording_is_a_value(kg: KnowledgeGraph) -> None:
    assert wordings(kg.asserted) == kg.guideline.wordings
    assert all(isinstance(option, URIRef) for option in kg.guideline.wordings)
