"""The service starts, says where it is, and answers."""

import json

from serving import Serving, server  # noqa: F401 # the fixture


def test_a_query_is_answered(server: Serving) -> None:  # noqa: F811
    answer = server.sparql("ASK { sts:option-pazopanib a sts:TreatmentOption }")
    assert answer.status == 200
    assert json.loads(answer.body)["boolean"] is True


def test_every_answer_says_that_it_is_not_medical_advice(server: Serving) -> None:  # noqa: F811
    answer = server.ask("/", accept="text/html")
    assert answer.headers["x-sts-kg-disclaimer"] == "Not medical advice; not reviewed by a clinician"
