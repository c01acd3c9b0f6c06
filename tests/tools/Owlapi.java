import java.io.File;
import java.net.URI;
import java.util.*;
import java.util.stream.Collectors;
import javax.xml.catalog.*;
import org.semanticweb.HermiT.ReasonerFactory;
import org.semanticweb.elk.owlapi.ElkReasonerFactory;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.RDFJsonLDDocumentFormat;
import org.semanticweb.owlapi.io.*;
import org.semanticweb.owlapi.model.*;
import org.semanticweb.owlapi.profiles.*;
import org.semanticweb.owlapi.reasoner.*;

/**
 * Prints what the OWLAPI makes of each file, a line each: file, key, value, with tabs between.
 *
 * A file after "catalog" is opened by the catalogue beside it, as Protégé does, with all imports; one after "reason"
 * is given to HermiT and ELK, too.
 */
public class Owlapi {
    static String file;

    public static void main(String[] arguments) throws Exception {
        boolean byCatalog = false, reason = false;
        for (String argument : arguments) {
            if (argument.equals("catalog") || argument.equals("reason")) {
                byCatalog |= argument.equals("catalog");
                reason |= argument.equals("reason");
                continue;
            }
            file = argument;
            read(new File(argument), byCatalog, reason);
            byCatalog = reason = false;
        }
    }

    static void read(File path, boolean byCatalog, boolean reason) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        if (byCatalog) {
            URI beside = path.getAbsoluteFile().getParentFile().toURI().resolve("catalog-v001.xml");
            Catalog catalog = CatalogManager.catalog(CatalogFeatures.defaults(), beside);
            manager.getIRIMappers().add(iri -> {
                String found = catalog.matchURI(iri.toString());
                return found == null ? null : IRI.create(found);
            });
        }
        boolean jsonld = path.getName().endsWith(".jsonld"); // else RDF/JSON is tried before JSON-LD, and fails
        OWLOntologyDocumentSource source =
            jsonld ? new FileDocumentSource(path, new RDFJsonLDDocumentFormat()) : new FileDocumentSource(path);
        OWLOntology ontology = manager.loadOntologyFromOntologyDocument(source);
        say("iri", ontology.getOntologyID().getOntologyIRI().get());
        say("version", ontology.getOntologyID().getVersionIRI().orNull());
        say("imports", ontology.getImportsDeclarations().size());
        Set<OWLOntology> all = ontology.getImportsClosure();
        say("ontologies", all.size());
        Set<String> axioms = new TreeSet<>();
        for (OWLOntology each : all) {
            for (OWLAxiom axiom : each.getAxioms()) axioms.add(normal(axiom));
            RDFParserMetaData told = (RDFParserMetaData) manager.getOntologyFormat(each).getOntologyLoaderMetaData();
            for (RDFTriple triple : told.getUnparsedTriples()) say("unparsed", triple);
            if (!told.getGuessedDeclarations().isEmpty()) say("guessed", told.getGuessedDeclarations());
            if (told.getHeaderState() != RDFOntologyHeaderStatus.PARSED_ONE_HEADER) say("header", told.getHeaderState());
        }
        say("axioms", axioms.size());
        say("digest", String.join("\n", axioms).hashCode());
        for (OWLProfileViolation each : new OWL2DLProfile().checkOntology(ontology).getViolations()) say("DL", each);
        for (OWLProfileViolation each : new OWL2RLProfile().checkOntology(ontology).getViolations()) say("RL", each);
        if (reason) {
            OWLReasoner hermit = new ReasonerFactory().createReasoner(ontology);
            say("HermiT consistent", hermit.isConsistent());
            hermit.dispose();
            OWLReasoner elk = new ElkReasonerFactory().createReasoner(ontology);
            elk.precomputeInferences(InferenceType.CLASS_HIERARCHY);
            OWLClass drug = manager.getOWLDataFactory().getOWLClass(IRI.create("https://w3id.org/sts-kg/ChemotherapyDrug"));
            say("ELK above ChemotherapyDrug", elk.getSuperClasses(drug, false).getFlattened().stream()
                .map(OWLClass::toStringID).sorted().collect(Collectors.joining(" ")));
            elk.dispose();
        }
    }

    /** Blank nodes have other names in each syntax, and a plain string is one of xsd:string. */
    static String normal(OWLAxiom axiom) {
        return axiom.toString().replaceAll("_:genid[-\\w]+", "_").replace("^^xsd:string", "");
    }

    static void say(String key, Object value) {
        System.out.println(new File(file).getName() + "\t" + key + "\t" + String.valueOf(value).replace("\n", " "));
    }
}
