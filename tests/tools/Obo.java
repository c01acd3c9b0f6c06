import java.io.*;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.*;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.model.*;

/** Writes the RDF/XML that the OWLAPI makes of each OBO file beside it, and the OBO that it makes of any other file. */
public class Obo {
    public static void main(String[] arguments) throws Exception {
        for (String argument : arguments) {
            File file = new File(argument);
            OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
            boolean obo = argument.endsWith(".obo");
            FileDocumentSource source =
                obo ? new FileDocumentSource(file, new OBODocumentFormat()) : new FileDocumentSource(file);
            OWLOntology ontology = manager.loadOntologyFromOntologyDocument(source);
            OWLDocumentFormat format = obo ? new RDFXMLDocumentFormat() : new OBODocumentFormat();
            format.setParameter("obo.validation", Boolean.FALSE);
            try (OutputStream made = new FileOutputStream(argument + (obo ? ".rdf" : ".obo"))) {
                manager.saveOntology(ontology, format, made);
            }
        }
    }
}
