import java.io.File;
import java.util.TreeSet;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.*;

/** Prints what the OWLAPI finds in one of two documents only: axioms, annotations of the ontology, its id, imports. */
public class Owl {
    static TreeSet<String> said(String path) throws Exception {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        manager.setOntologyLoaderConfiguration(new OWLOntologyLoaderConfiguration()
            .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.SILENT));
        OWLOntology ontology = manager.loadOntologyFromOntologyDocument(new File(path));
        TreeSet<String> found = new TreeSet<>();
        found.add(ontology.getOntologyID().toString());
        for (OWLImportsDeclaration each : ontology.getImportsDeclarations()) found.add(written(each));
        for (OWLAnnotation each : ontology.getAnnotations()) found.add(written(each));
        for (OWLAxiom each : ontology.getAxioms()) found.add(written(each));
        return found;
    }

    /** A text of two readings: with and without the datatype xsd:string, which are the same. */
    static String written(Object each) {
        return each.toString().replace("^^xsd:string", "");
    }

    public static void main(String[] arguments) throws Exception {
        TreeSet<String> one = said(arguments[0]), other = said(arguments[1]);
        for (String each : one) if (!other.contains(each)) System.out.println("- " + each);
        for (String each : other) if (!one.contains(each)) System.out.println("+ " + each);
        System.out.println(one.size() + " said");
    }
}
