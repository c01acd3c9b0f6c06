import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.query.Syntax;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;

/** Runs queries on files: each line of the plan is QUERY, DATA and OUTPUT; the answer is SPARQL JSON or N-Triples. */
public class Arq {
    public static void main(String[] arguments) throws Exception {
        Map<String, Dataset> loaded = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] of = line.split("\t");
            Dataset data = loaded.computeIfAbsent(of[1], RDFDataMgr::loadDataset);
            Query query = QueryFactory.create(Files.readString(Path.of(of[0])), Syntax.syntaxSPARQL_11);
            try (QueryExecution execution = QueryExecutionFactory.create(query, data);
                    OutputStream output = new FileOutputStream(of[2])) {
                if (query.isSelectType()) {
                    ResultSetFormatter.outputAsJSON(output, execution.execSelect());
                } else if (query.isAskType()) {
                    ResultSetFormatter.outputAsJSON(output, execution.execAsk());
                } else {
                    RDFDataMgr.write(output, query.isConstructType() ? execution.execConstruct() : execution.execDescribe(), Lang.NTRIPLES);
                }
            }
        }
    }
}
