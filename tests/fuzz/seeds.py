"""Small texts of each kind to begin with, and the words of which each kind is made; all written for this purpose."""

TURTLE = (
    """@prefix e: <http://e/> .
@base <http://b/> .
e:a a e:C ; e:p "x"@en-GB , 'y'^^e:t , 1.5e3 , true ; e:q ( e:a <b> [ e:r -7 ] ) .
# a comment
""",
    'PREFIX : <http://e/#>\n:a\\-b :p """two\nlines \\u00e9\\t"""; <#q> _:x.1 , [] .\n',
    "<http://e/a> <http://e/p> <http://e/b>, 0.5, .5, +1 ;; .\n[ <http://e/p> 'a' ] .\n",
)
TURTLE_WORDS = "@prefix @base PREFIX BASE a e: : _:b [ ] ( ) . ; , ^^ @en @en--ltr \"\"\" ''' \\u00e9 \\U0001F600 true 1e0 << >> <<( )>> {| |} # <http://e/a> <a> xsd:int rdf:first sts:CaseX"

TRIG = (
    '@prefix e: <http://e/> .\ne:g { e:a e:p "x" . }\nGRAPH <http://e/h> { [] e:p ( 1 ) }\n{ e:b e:p e:c }\n_:g {}\n',
    "PREFIX e: <http://e/>\ne:a e:p e:b .\ne:g { e:a e:p e:b ; e:q true }\n",
)
NTRIPLES = (
    '<http://e/a> <http://e/p> "x\\n\\u00e9"@en .\n_:b1 <http://e/p> _:b.2 . # says\n\n',
    '# nothing\n<http://e/a><http://e/p>"1"^^<http://www.w3.org/2001/XMLSchema#integer>.\r\n<http://e/a>\t<http://e/p>\t<http://e/\\u00e9>\t.\r\n',
)
NQUADS = (
    '<http://e/a> <http://e/p> "x" <http://e/g> .\n_:a <http://e/p> _:a _:g .\n<http://e/a> <http://e/p> "y"@en-GB .\n',
)
LINES_WORDS = '<http://e/a> _:b "x" @en ^^ . # \\u0041 \\U00000041 \\" \\\\ \\n <<( )>> << >> <http://www.w3.org/2001/XMLSchema#integer> @en--ltr <a> \ufeff'

RDFXML = (
    """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rdf:RDF [ <!ENTITY e "http://e/"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/" xml:base="http://b/">
<e:C rdf:about="&e;a" e:q="v" xml:lang="en"><e:p rdf:resource="#b"/><e:p rdf:parseType="Collection"><e:D/></e:p>
<e:p rdf:datatype="&e;t">x</e:p><e:p rdf:parseType="Literal"><b>y</b></e:p><e:p rdf:parseType="Resource"><e:q>z</e:q></e:p></e:C>
<rdf:Bag rdf:ID="i"><rdf:li>1</rdf:li><rdf:_2>2</rdf:_2></rdf:Bag><rdf:Description rdf:nodeID="n"/>
</rdf:RDF>
""",
    '<e:C xmlns:e="http://e/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="a"><e:p xml:base="">&lt;<![CDATA[x]]></e:p></e:C>',
)
RDFXML_WORDS = 'rdf:about="a" rdf:ID="i" rdf:nodeID="n" rdf:resource="b" rdf:datatype="http://e/t" rdf:parseType="Literal" parseType="Collection" xml:lang="en" xml:base="c/" xmlns:f="http://f/" <rdf:li> </rdf:li> <e:p> </e:p> <e:p/> <![CDATA[ ]]> <!-- --> <?pi?> &amp; &#10; &e; <!ENTITY encoding="ISO-8859-1" rdf:bagID="x" rdf:aboutEach="x" <rdf:RDF </rdf:RDF> its:dir="rtl"'

JSONLD = (
    """{"@context": {"e": "http://e/", "p": {"@id": "e:p", "@type": "@id"}, "@language": "en", "l": {"@id": "e:l", "@container": "@list"}},
 "@id": "e:a", "@type": "e:C", "p": "e:b", "e:q": [1, 1.5, true, null, {"@value": "x", "@language": "de"}], "l": ["a", "b"]}
""",
    '[{"@id": "http://e/a", "http://e/p": [{"@id": "_:b"}, {"@value": "1", "@type": "http://e/t"}, {"@list": []}]}, {"@graph": [], "@id": "http://e/g"}]',
    '{"@context": {"@vocab": "http://v/", "id": "@id", "r": {"@reverse": "http://e/r"}}, "id": "http://e/a", "name": {"@set": ["n"]}, "r": {"id": "http://e/b"}, "@graph": [{"id": "http://e/c", "k": "v"}]}',
)
JSONLD_WORDS = '"@context" "@id" "@type" "@value" "@language" "@list" "@set" "@graph" "@reverse" "@vocab" "@base" "@container" "@nest" "@index" "@json" "@version" "@import" "@propagate" "@protected" "@included" "@direction" "@none" "@prefix" "http://e/a" "_:b" "e:a" { } [ ] : , null true 1.0 1e400 "" "a b" \\u0000 \\ud800'

OFN = (
    """Prefix(e:=<http://e/>)
Prefix(:=<http://d/>)
Ontology(<http://e/o> <http://e/o/1>
Import(<http://e/i>)
Annotation(rdfs:comment "x \\"y\\""@en)
Declaration(Class(e:C))
SubClassOf(Annotation(rdfs:label "l") e:C ObjectSomeValuesFrom(ObjectInverseOf(e:p) ObjectIntersectionOf(e:D :E)))
DataPropertyRange(e:d DatatypeRestriction(xsd:integer xsd:minInclusive "1"^^xsd:integer))
ClassAssertion(ObjectOneOf(e:a _:b) e:a)
SubObjectPropertyOf(ObjectPropertyChain(e:p e:q) e:r)
HasKey(e:C (e:p) (e:d))
)
""",
    "Ontology(<http://e/o>\nDLSafeRule(Body(ClassAtom(<http://e/C> Variable(<urn:x>)))Head(ClassAtom(<http://e/D> Variable(<urn:x>))))\n)\n",
)
OFN_WORDS = 'Prefix( Ontology( Import( Declaration( Class( ObjectProperty( DataProperty( NamedIndividual( AnnotationProperty( Datatype( SubClassOf( EquivalentClasses( DisjointClasses( DisjointUnion( ObjectUnionOf( ObjectComplementOf( ObjectHasValue( ObjectHasSelf( ObjectMinCardinality( 1 DataSomeValuesFrom( DataOneOf( AnnotationAssertion( SameIndividual( NegativeObjectPropertyAssertion( Annotation( TransitiveObjectProperty( InverseObjectProperties( ) "x" "x"@en "1"^^xsd:integer e:a <http://e/a> _:b owl:Thing # := ='

OWX = (
    """<?xml version="1.0"?>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" xml:base="http://e/o" ontologyIRI="http://e/o" versionIRI="http://e/o/1">
<Prefix name="e" IRI="http://e/"/><Import>http://e/i</Import>
<Annotation><AnnotationProperty abbreviatedIRI="rdfs:comment"/><Literal xml:lang="en">x</Literal></Annotation>
<Declaration><Class IRI="#C"/></Declaration>
<SubClassOf><Class abbreviatedIRI="e:C"/><ObjectSomeValuesFrom><ObjectInverseOf><ObjectProperty IRI="#p"/></ObjectInverseOf><Class IRI="#D"/></ObjectSomeValuesFrom></SubClassOf>
<AnnotationAssertion><AnnotationProperty abbreviatedIRI="rdfs:label"/><IRI>http://e/C</IRI><Literal datatypeIRI="http://e/t">l</Literal></AnnotationAssertion>
<ClassAssertion><Class IRI="#C"/><AnonymousIndividual nodeID="b"/></ClassAssertion>
</Ontology>
""",
)
OWX_WORDS = '<Class IRI="#C"/> <ObjectProperty IRI="#p"/> <DataProperty IRI="#d"/> <NamedIndividual IRI="#a"/> <Datatype abbreviatedIRI="xsd:int"/> <SubClassOf> </SubClassOf> <EquivalentClasses> </EquivalentClasses> <ObjectUnionOf> </ObjectUnionOf> <ObjectMinCardinality cardinality="2"> <Literal>1</Literal> <IRI>http://e/a</IRI> <AbbreviatedIRI>e:a</AbbreviatedIRI> <Annotation> </Annotation> <Prefix name="f" IRI="http://f/"/> <Declaration> </Declaration> <![CDATA[ ]]> <!-- --> &amp; nodeID="_:b" xml:lang="en" owl: <HasKey> <DLSafeRule> <Body> <Variable IRI="urn:x"/>'

OMN = (
    """Prefix: e: <http://e/>
Prefix: : <http://d/>
Ontology: <http://e/o> <http://e/o/1>
Import: <http://e/i>
Annotations: rdfs:comment "x"@en
Class: e:C
    Annotations: rdfs:label "l"
    SubClassOf: e:p some (e:D and not e:E), inverse e:p min 2 e:D
    EquivalentTo: {e:a, e:b}, e:d some xsd:integer[>= 1, < 5]
ObjectProperty: e:p
    Characteristics: Functional, Transitive
    Domain: e:C
    SubPropertyChain: e:p o e:q
DataProperty: e:d
Individual: e:a
    Types: e:C
    Facts: e:p e:b, not e:d "5"^^xsd:integer
DisjointClasses: e:C, e:D
""",
)
OMN_WORDS = 'Prefix: Ontology: Import: Annotations: Class: SubClassOf: EquivalentTo: DisjointWith: DisjointUnionOf: HasKey: ObjectProperty: DataProperty: AnnotationProperty: Datatype: Individual: Types: Facts: SameAs: DifferentFrom: Domain: Range: Characteristics: InverseOf: SubPropertyOf: Misc: EquivalentClasses: Rule: some only value Self min max exactly and or not that inverse o { } ( ) [ ] , >= < length pattern "x" "x"@en ^^xsd:string 1 1.5 1.5f true e:C <http://e/C> _:b owl:Thing #'

OBO = (
    """format-version: 1.2
data-version: 2026-01-01
ontology: e
idspace: X http://x/ "an x"
synonymtypedef: ABBR "abbreviation" EXACT
subsetdef: s "a subset"

[Term]
id: E:1
name: one \\"two\\" \\: three
def: "A thing." [E:2, http\\://e/ "x"] {a="b"}
synonym: "uno" RELATED ABBR [X:1]
xref: X:2 "said"
is_a: E:2 ! two
relationship: part_of E:3
intersection_of: E:2
intersection_of: part_of E:3
property_value: e:p "v" xsd:string
is_obsolete: true
replaced_by: E:4

[Typedef]
id: part_of
is_transitive: true

[Instance]
id: E:9
instance_of: E:1
""",
)
OBO_WORDS = '[Term] [Typedef] [Instance] id: name: def: comment: synonym: xref: is_a: relationship: intersection_of: union_of: disjoint_from: equivalent_to: property_value: is_obsolete: true replaced_by: consider: alt_id: namespace: subset: created_by: creation_date: format-version: data-version: ontology: idspace: synonymtypedef: subsetdef: default-namespace: import: date: owl-axioms: treat-xrefs-as-equivalent: holds_over_chain: domain: range: inverse_of: transitive_over: "x" [] [X:1] {a="b"} ! \\: \\n \\" EXACT BROAD xsd:string E:1 http://e/a'

SSSOM_TSV = (
    """#curie_map:
#  e: http://e/
#  f: http://f/
#mapping_set_id: http://e/s
#license: http://e/l
#creator_id: [orcid:0000-0000-0000-0001]
#extension_definitions:
#- slot_name: ext_a
#  property: http://e/x
#  type_hint: xsd:integer
subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tauthor_label\tmapping_date\text_a
e:1\tone\tskos:exactMatch\tf:1\tsemapv:ManualMappingCuration\t0.9\tLee\\|Kim|Roe\t2026-01-02\t7
e:2\t"a ""b\"""\tskos:broadMatch\tsssom:NoTermFound\tsemapv:LexicalMatching\t\t\t\t
""",
    "subject_id,predicate_id,object_id,mapping_justification,predicate_modifier,subject_type\r\nCHEBI:1,skos:exactMatch,MESH:D1,semapv:UnspecifiedMatching,Not,rdfs literal\r\n",
)
SSSOM_WORDS = "#curie_map: #mapping_set_id: #license: #extension_definitions: #mapping_date: subject_id object_id predicate_id mapping_justification confidence author_label subject_label object_type predicate_modifier Not similarity_score mapping_cardinality 1:n cardinality_scope sssom:NoTermFound skos:exactMatch semapv:ManualMappingCuration sssom_version 1.1 \\t \\| \\\\ | \" \"\" , ; 2026-01-02 0.5 1e5 CHEBI:CHEBI:1 http://e/1 <http://e/1> e:1 other record_id"

SSSOM_JSON = (
    """{"@context": {"e": "http://e/"}, "curie_map": {"f": "http://f/"}, "mapping_set_id": "http://e/s", "license": "http://e/l",
"creator_id": ["orcid:0000-0000-0000-0001"], "mappings": [{"subject_id": "e:1", "predicate_id": "skos:exactMatch", "object_id": "f:1",
"mapping_justification": "semapv:ManualMappingCuration", "confidence": 0.5, "author_label": ["Lee", "Kim|Roe"], "ext": true}]}
""",
    '{"mappings": [], "mapping_set_id": "http://e/s", "license": "http://e/l"}',
    '{"mappings": [{"subject_label": "a", "object_label": "b", "subject_type": "rdfs literal", "object_type": "rdfs literal", "mapping_date": "2026-01-02", "predicate_id": "e:p", "mapping_justification": null}]}',
)
SSSOM_JSON_WORDS = '"mappings" "@context" "curie_map" "mapping_set_id" "license" "subject_id" "object_id" "predicate_id" "mapping_justification" "confidence" "author_id" "author_label" "extension_definitions" "slot_name" "property" "type_hint" "similarity_score" "mapping_date" "sssom_version" null true 1 0.5 1e400 NaN [ ] { } : , "" "e:1" "\\ud800" "\\n" "a|b" -0'

SSSOM_YAML = (
    """# said
curie_map:
  e: http://e/
  "f g": 'http://f/'
mapping_set_id: http://e/s
mapping_set_title: "a \\"b\\" \\u00e9"
license: http://e/l
creator_id:
- orcid:0000-0000-0000-0001
- "x"
mapping_date: 2026-01-02
confidence: 0.50
other: |
  two
  lines
extension_definitions:
- slot_name: a
  property: e:a
flow: [a, {b: c}, null, true, ~]
""",
)
SSSOM_YAML_WORDS = "curie_map: mapping_set_id: license: creator_id: mapping_date: extension_definitions: slot_name: - : | > ' \" [ ] { } , # ? & * ! !!str %YAML --- ... ~ null true 0.5 1e3 0x1f 1_000 012 .inf << \\u00e9 \\x00 \\t e: http://e/ 2026-01-02"

CASE_CSV = (
    "case,stage4-sts,unresectable\na,yes,no\nb,,unknown\n",
    "\ufeffsep=;\r\ncase;stage4-sts;resectable\r\n\"c;1\";TRUE;FALSE\r\n;;\r\n",
    "case\tstage4-sts\n'=x\tyes\n",
)
CASE_CSV_WORDS = "case Case stage4-sts unresectable resectable prior-chemotherapy yes no TRUE FALSE true unknown 1 0 x sep=; sep=, ; , \" \"\" \\r\\n ' = \ufeff label"

CASE_YAML = (
    """# made up
case: a
label: "one"
as_of: 2026-01-15
findings: {stage4-sts: yes, unresectable: no}
courses:
  - {therapies: [doxorubicin, ifosfamide], start: 2025-01, end: 2025-03-01, outcome: did-not-work, growth: 2025-06-01}
  - therapies: [surgery]
    start: 2024
    ongoing: no
    purpose: [symptom-relief]
history_complete: yes
growth: [2025-06]
no_growth: [{from: 2024-01, until: 2024-06-01}]
declines: [chemotherapy]
tumour_count: 2
largest_diameter_mm: 12.5
---
case: b
""",
    '[{"case": "a", "as_of": "2026-01-15", "findings": {"stage4-sts": true}, "courses": [{"therapies": ["sbrt"], "no_growth_until": "2025-12"}]}, {"case": "b", "tumour_count": 3}]',
)
CASE_YAML_WORDS = "case: label: as_of: findings: courses: history_complete: growth: no_growth: declines: tumour_count: largest_diameter_mm: therapies: start: end: ongoing: outcome: for: purpose: site: first_growth: no_growth_until: from: until: doxorubicin surgery sbrt pazopanib yes no true unknown 2026-01-15 2025 2025-13 9999 0 -1 1e400 .inf stage4-sts unresectable - [ ] { } , : # & * ! | > --- ... ~ ? << \" '"

CASE_RDF = (
    """@prefix sts: <https://w3id.org/sts-kg/> .
@prefix case: <https://w3id.org/sts-kg/case/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
case:a a sts:PatientCase ; rdfs:label "a" ; sts:hasFinding sts:finding-stage4-sts ; sts:lacksFinding sts:finding-unresectable ;
  sts:asOf "2026-01-15"^^xsd:date ; sts:historyComplete true ; sts:tumourCount 2 ; sts:largestDiameterMm 12.5 ;
  sts:hadCourse [ a sts:TreatmentCourse ; sts:includesTherapy sts:doxorubicin ; sts:courseStart "2025-01"^^xsd:gYearMonth ;
    sts:courseEnd "2025"^^xsd:gYear ; sts:ongoing false ; sts:progressionDate "2025-06-01"^^xsd:date ] ;
  sts:hadNoGrowth [ a sts:NoGrowthPeriod ; sts:noGrowthFrom "2024-01-01"^^xsd:date ; sts:noGrowthUntil "2024-06-01"^^xsd:date ] ;
  sts:declinesModality sts:modality-chemotherapy .
""",
    '{"@context": {"sts": "https://w3id.org/sts-kg/"}, "@id": "https://w3id.org/sts-kg/case/b", "@type": "sts:PatientCase", "sts:hasFinding": {"@id": "sts:finding-stage4-sts"}}',
)
CASE_RDF_WORDS = 'case:a case:b sts:PatientCase sts:hasFinding sts:lacksFinding sts:hadCourse sts:declinesModality sts:asOf sts:historyComplete sts:tumourCount sts:largestDiameterMm sts:progressionDate sts:hadNoGrowth sts:includesTherapy sts:courseOutcome sts:courseStart sts:courseEnd sts:noGrowthUntil sts:firstGrowth sts:ongoing sts:courseIndication sts:coursePurpose sts:courseSite sts:noGrowthFrom sts:hasOption sts:TreatmentCourse sts:finding-stage4-sts sts:finding-unresectable sts:doxorubicin sts:surgery sts:did-not-work "2026-01-15"^^xsd:date "2025-01"^^xsd:gYearMonth "2025"^^xsd:gYear true 1 -1 1e3 "x"@en [ ] ; , . _:b a rdfs:label'

SPARQL = (
    """PREFIX sts: <https://w3id.org/sts-kg/>
SELECT DISTINCT ?o (COUNT(?x) AS ?n) (GROUP_CONCAT(?l; SEPARATOR=", ") AS ?ls)
FROM <http://e/g>
WHERE { ?o a sts:TreatmentOption ; sts:hasComponent/sts:follows* ?x . OPTIONAL { ?o rdfs:label ?l FILTER(LANG(?l) = "en" && ?n > 1) }
  VALUES ?x { sts:doxorubicin UNDEF } MINUS { ?o sts:drug [] } BIND(STR(?x) AS ?s) { SELECT ?y { ?y ?p ?q } LIMIT 3 } UNION { GRAPH ?g { ?o ^sts:hasOption|!a ?z } } }
GROUP BY ?o HAVING (COUNT(?x) > 1) ORDER BY DESC(?n) LIMIT 5 OFFSET 1
""",
    'ASK { ?s rdfs:label "surgery" . FILTER NOT EXISTS { ?s sts:hasFinding ?f } FILTER(?s IN (sts:a, <http://e/b>)) }',
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . ?s sts:ordinal 1.0, true, 'x'@en, ( 1 2 ) }",
    "DESCRIBE sts:pazopanib ?x { ?x skos:exactMatch ?y }",
)
SPARQL_WORDS = 'SELECT ASK CONSTRUCT DESCRIBE DISTINCT REDUCED * WHERE FROM NAMED GRAPH OPTIONAL MINUS UNION FILTER BIND VALUES UNDEF SERVICE SILENT EXISTS NOT IN GROUP BY HAVING ORDER ASC( DESC( LIMIT OFFSET PREFIX BASE AS COUNT( SUM( SAMPLE( GROUP_CONCAT( SEPARATOR= STR( LANG( LANGMATCHES( REGEX( REPLACE( IF( COALESCE( BOUND( IRI( UUID() NOW() STRDT( ?s ?p ?o $x sts: sts:hasOption sts:drug rdfs:label skos:prefLabel a { } ( ) [ ] . ; , | / ^ ! * + ? && || = != <= "x" "x"@en \'y\' ^^xsd:int << >> <<( )>> INSERT DELETE LOAD <http://e/a> _:b # true 1e0 -1 LATERAL'

QUERY_FILE = (
    """#+ summary: Options with a drug
#+ description: Which options have it?
#+ method: GET
#+ defaults:
#+   - drug: https://w3id.org/sts-kg/doxorubicin
#+ enumerate:
#+   - word: [a, b]
#+ x-sts:
#+     graph: linked
#+     needs: [mappings]
#+     params:
#+       drug: {label: Drug, class: sts:Drug}
#+ tags:
#+   - own
PREFIX sts: <https://w3id.org/sts-kg/>

SELECT ?option ?n
WHERE { ?option sts:hasComponent ?_drug_iri ; sts:ordinal ?n . FILTER(STR(?option) != ?__word_literal && ?n > ?__least_integer) }
ORDER BY ?n ?option
""",
    "#+ summary: All\n#+ description: Is there any?\nASK { ?s ?p ?_o_en }\n",
)
QUERY_FILE_WORDS = "#+ summary: description: defaults: enumerate: x-sts: graph: asserted closed cases linked needs: mappings params: label: class: sts:Drug tags: method: GET endpoint: - [ ] { } : , & * ! | ~ ?_drug_iri ?__word ?_n_integer ?__d_date ?_x_en ?_x_literal ?_x_number ?_x_sts_int SELECT WHERE ORDER BY LIMIT ASK { } . ; FILTER( ) ?option sts:hasComponent"

VERDICTS = (
    'decision,verdict,reading,reviewer,date,comment\nD01,agree,,A. Reviewer,2026-11-20,\nD04,other,S08-alone,B,14.03.2026,"as it says, alone"\nD08,,,,,\nD09,unsure,,A,14-Mar-2026,\n',
    "sep=;\r\nDecision;Verdict;Reviewer;Date;question\r\nD1;agree;A;3/14/2026;\"what\r\nis it\"\r\n",
)
VERDICTS_WORDS = "decision verdict reading reviewer date comment segments label question agree other unsure D01 D04 D4 S08-alone D04=S08-alone 2026-11-20 3/14/2026 14.03.2026 14-Mar-2026 46000 2026-02-30 sep=; , ; \" \"\" ' = \ufeff \\r\\n our\x20reading"

UNKNOWN_WORDS = " ".join(
    (
        "<?xml version='1.0'?> <!DOCTYPE html> <html> <head> <rdf:RDF <Ontology { [ @prefix PREFIX BASE GRAPH Prefix( Ontology( Prefix: Ontology: [Term] format-version: <http://e/a> _:b a # \ufeff PK BZh",
        TURTLE_WORDS,
        JSONLD_WORDS,
    )
)
