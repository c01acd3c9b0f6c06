"""What is shown of link reports, mapping sets, layers, proposals and pins; a page is the view of a notebook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from sts_kg import KnowledgeGraph, cli
from sts_kg.display import as_text, markup, page, view_of
from sts_kg.display.view import Fold, Grid, Heading, Source
from sts_kg.links import Code, Layers, LinkReport, Mapping, MappingSet, Pin, Proposals, RowViolation, codes
from sts_kg.links.report import Candidate
from sts_kg.rdf import STS

EXTERNAL = Path(__file__).parents[1] / "external.ttl"


@pytest.fixture(scope="module")
def report(kg: KnowledgeGraph) -> LinkReport:
    return KnowledgeGraph(kg.session).link(EXTERNAL, seeds=["OAE:1"])


def headings(report: LinkReport) -> list[str]:
    return [block.text for block in view_of(report).blocks if isinstance(block, Heading)]


def test_a_report_shows_what_holds_and_what_needs_a_hand(report: LinkReport) -> None:
    assert repr(report) == "<LinkReport of made-up: 13 mappings looked at, 0 candidates>"
    assert headings(report) == ["What holds (9)", "What needs a hand (2)"]
    html = markup(report)
    assert '<td class="good">found</td>' in html and '<td class="bad">label differs</td>' in html
    assert '<a href="http://purl.obolibrary.org/obo/CHEBI_71219" target="_blank" rel="noopener">CHEBI:71219</a>' in html
    assert html.count("<li>") == len(report.summary().splitlines())
    assert "<details><summary>What was linked</summary>" in html
    assert report.ours.footer in as_text(report, None)


def test_with_everything_the_view_has_the_rest(report: LinkReport) -> None:
    whole = replace(report, everything=True)
    assert headings(whole)[:2] == headings(report)
    assert headings(whole)[2:] == [
        "The cross-references there agree with our mappings (2)",
        "Named, but not described (2)",
        "Not among what is borrowed",
        "In no document given",
        "Named after drugs of ours (7)",
    ]
    assert "<details open><summary>What was linked</summary>" in markup(whole)
    assert whole == report


def test_notebook_page_and_command_have_one_markup(report: LinkReport, preloaded: None) -> None:
    assert report.to_html() == page(report)
    assert report.to_html(True) == page(replace(report, everything=True))
    assert report._repr_html_().endswith(f"</style>{markup(report)}")
    done = CliRunner().invoke(cli.app, ["link", str(EXTERNAL), "--seed", "OAE:1", "--format", "html"])
    of_command, of_report = (
        text.partition("What holds")[2].partition("What was linked")[0] for text in (done.stdout, page(report))
    )
    assert of_command == of_report != ""


def candidate(number: int) -> Candidate:
    return Candidate(STS.pazopanib, f"CHEBI:{number}", f"drug {number}", "chebi", "label", "pazopanib")


def test_a_long_report_is_cut_and_says_so(report: LinkReport) -> None:
    many = replace(report, candidates=tuple(map(candidate, range(3_000))))
    *_, paste, _ = (block for block in view_of(many).blocks if isinstance(block, Fold))
    (rows,) = paste.blocks
    captions = [block.caption for block in view_of(many).blocks if isinstance(block, Grid)]
    assert captions == ["9 rows", "2 rows", "the first 200 of 3,000 rows"]
    assert isinstance(rows, Source)
    whole = many.rows_to_paste().splitlines()
    *shown, last = rows.text.splitlines()
    assert shown == whole[: len(shown)] and len(rows.text) < 50_100
    assert last == f"… rows_to_paste() has {len(whole) - len(shown):,} more rows"
    assert len(markup(many)) < 200_000


# --- mappings

ROW = Mapping(
    subject_id="sts:pazopanib",
    subject_label="pazopanib",
    predicate_id="skos:exactMatch",
    object_id="CHEBI:71219",
    object_label="pazopanib",
    mapping_justification="semapv:ManualMappingCuration",
    author_id=("orcid:1", "orcid:2"),
    confidence=0.9,
    extra={"needs": "x"},
    line=7,
)
DENIED = Mapping(subject_id="sts:ifosfamide", predicate_id="skos:closeMatch", object_id="x:1", predicate_modifier="Not")
SET = MappingSet(
    {"mapping_set_id": "https://example.org/mine", "mapping_set_version": "2", "license": "CC0", "curie_map": {}},
    (ROW, DENIED),
)


def test_a_row_is_its_slots() -> None:
    assert (repr(ROW), repr(DENIED)) == (
        "<Mapping: sts:pazopanib skos:exactMatch CHEBI:71219>",
        "<Mapping: sts:ifosfamide not skos:closeMatch x:1>",
    )
    assert as_text(ROW, 80) == (
        "Mapping: sts:pazopanib skos:exactMatch CHEBI:71219\n\n"
        "subject id             sts:pazopanib\n"
        "subject label          pazopanib\n"
        "predicate id           skos:exactMatch\n"
        "object id              CHEBI:71219\n"
        "object label           pazopanib\n"
        "mapping justification  semapv:ManualMappingCuration\n"
        "author id              orcid:1|orcid:2\n"
        "confidence             0.9\n"
        "needs                  x\n"
        "line                   7"
    )


def test_a_mapping_set_says_what_it_is_and_shows_its_first_rows() -> None:
    assert repr(SET) == "<MappingSet mine: 2 mappings>"
    assert as_text(SET, 100) == (
        "Mapping set mine\n\n"
        "id            https://example.org/mine\n"
        "version       2\n"
        "license       CC0\n"
        "matches       not skos:closeMatch 1, skos:exactMatch 1\n"
        "vocabularies  CHEBI 1, x 1\n\n"
        "subject                  predicate            object                 justification\n"
        "-----------------------  -------------------  ---------------------  ----------------------------\n"
        "pazopanib sts:pazopanib  skos:exactMatch      pazopanib CHEBI:71219  semapv:ManualMappingCuration\n"
        "sts:ifosfamide           not skos:closeMatch  x:1\n"
        "2 mappings"
    )
    assert '<a href="http://purl.obolibrary.org/obo/CHEBI_71219"' in markup(SET)
    many = MappingSet(SET.metadata, (ROW,) * 60)
    assert as_text(many).endswith("the first 50 of 60 mappings")


def test_layers_say_what_holds_and_what_does_not_agree() -> None:
    other = replace(
        SET,
        metadata={"mapping_set_id": "https://example.org/other"},
        mappings=(replace(ROW, predicate_modifier="Not"),),
    )
    layers = Layers((SET, other))
    assert repr(layers) == "<Layers: 2 mapping sets, 2 of them your own>"
    holds = "sts:pazopanib not skos:exactMatch CHEBI:71219 (other, line 7)"
    denied = "sts:pazopanib skos:exactMatch CHEBI:71219 (mine, line 7)"
    assert as_text(layers, 200) == (
        "Mapping sets in layers, the uppermost first\n\n"
        "set    whose  rows  in effect  version\n"
        "-----  -----  ----  ---------  -------\n"
        "other  yours  1     1\n"
        "mine   yours  2     1          2\n"
        "2 mapping sets\n\n"
        "What does not agree\n\n"
        f"reason  {'holds':{len(holds)}}  other\n"
        f"------  {'-' * len(holds)}  {'-' * len(denied)}\n"
        f"denied  {holds}  {denied}\n"
        "1 conflict"
    )


def test_what_follows_from_layers_is_counted() -> None:
    turned = Mapping(subject_id="x:1", predicate_id="skos:exactMatch", object_id="sts:ifosfamide")
    assert "From these" not in as_text(Layers((SET,)))
    layers = Layers(
        (replace(SET, metadata={"mapping_set_id": "m", "curie_map": {"x": "http://x.org/"}}, mappings=(turned,)),)
    )
    assert as_text(layers).endswith("\n\nFrom these 1 more mapping follows.")


def test_proposals_say_that_nobody_has_reviewed_them() -> None:
    pin = Pin("obo:chebi", "https://me:pass@e.org/c.owl?key=1", "v1", "etag", "a" * 64, 1_234, "2026-01-01T00:00:00Z")
    proposals = Proposals(SET, {"mapped already": 3, "obsolete": 0}, (pin,))
    assert repr(proposals) == "<Proposals: 2 pairs, not reviewed>"
    told = as_text(proposals, 200)
    assert told.startswith(
        "2 proposed pairs, which nobody has reviewed\n\nleft out  3 mapped already\npinned    obo:chebi\n\n"
        "subject                  predicate            object                 confidence  justification"
    )
    assert "\n- what that person accepts: sts_kg.links.accepted(proposals.mappings, 'orcid:…', lines=[…])" in told


def test_a_pin_shows_no_secret_of_its_address() -> None:
    pin = Pin("obo:chebi", "https://me:pass@e.org/c.owl?key=1", "v1", "", "a" * 64, 1_234, "2026-01-01T00:00:00Z")
    assert repr(pin) == "<Pin obo:chebi: version v1, of 2026-01-01T00:00:00Z>"
    assert as_text(pin) == (
        "Pin of obo:chebi\n\naddress  https://e.org/c.owl\nversion  v1\n"
        f"sha256   {'a' * 64}\nsize     1,234 bytes\ndate     2026-01-01T00:00:00Z"
    )


def test_a_code_and_what_is_wrong_with_a_row() -> None:
    code = Code("C1", "a label", True, [2, 3], differs=True)
    assert repr(code) == "<Code C1, retired>"
    assert as_text(code) == "Code C1\n\nlabel    a label\nretired  yes\nlines    2, 3, which differ"
    wrong = RowViolation(3, "subject_id", "is wrong", "mend it")
    assert (as_text(wrong), repr(wrong)) == (str(wrong), f"<RowViolation: {wrong}>")


def test_what_codes_mean_is_a_table_with_its_notes(kg: KnowledgeGraph) -> None:
    told = as_text(kg.codes(["NCIT:C9306", "nonsense"]), 300)
    assert "2 codes: 1 found, 0 not spoken of, 0 denied, 0 retired, 1 unknown" in told
    assert "soft tissue sarcoma sts:finding-soft-tissue-sarcoma" in told
    assert codes([], Layers(()), kg.asserted).notes == (
        "0 codes: 0 found, 0 not spoken of, 0 denied, 0 retired, 0 unknown",
    )


def test_a_link_to_a_term_goes_where_its_set_says() -> None:
    mine = replace(SET, metadata={"curie_map": {"x": "http://x.org/"}}, mappings=(replace(DENIED, object_id="x:1"),))
    assert '<a href="http://x.org/1" target="_blank" rel="noopener">x:1</a>' in markup(mine)
    lies = replace(SET, metadata={"curie_map": {"x": "javascript:"}}, mappings=(replace(DENIED, object_id="x:1"),))
    assert "javascript" not in markup(lies) and "<td>x:1</td>" in markup(lies)
