import java.io.File;
import java.util.*;
import java.util.stream.*;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.io.*;
import org.semanticweb.owlapi.model.*;
import org.semanticweb.owlapi.profiles.*;

/** Prints what the OWLAPI makes of each file, one "file, tab, key, tab, value" a line. */
public class Owlapi {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
            OWLOntology ontology = manager.loadOntologyFromOntologyDocument(new FileDocumentSource(new File(file)), new OWLOntologyLoaderConfiguration().setMissingImportHandlingStrategy(MissingImportHandlingStrategy.SILENT).setFollowRedirects(false));
            say(file, "id", ontology.getOntologyID());
            say(file, "axioms", ontology.getAxiomCount());
            OWLDocumentFormat format = manager.getOntologyFormat(ontology);
            say(file, "format", format.getKey());
            Object meta = format.getOntologyLoaderMetaData();
            say(file, "meta", meta.getClass());
            if (meta instanceof RDFParserMetaData) {
              say(file, "header", ((RDFParserMetaData) meta).getHeaderState());
              for (RDFTriple t : ((RDFParserMetaData) meta).getUnparsedTriples()) say(file, "unparsed", t);
              say(file, "guessed", ((RDFParserMetaData) meta).getGuessedDeclarations());
            }
            for (OWLProfileViolation v : new OWL2DLProfile().checkOntology(ontology).getViolations()) say(file, "dl", v);
            for (OWLProfileViolation v : new OWL2RLProfile().checkOntology(ontology).getViolations()) say(file, "rl", v);
        }
    }
    static void say(String file, String key, Object value) { System.out.println(new File(file).getName() + "\t" + key + "\t" + String.valueOf(value).replace("\n", " ")); }
}
