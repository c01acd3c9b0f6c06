// Runs queries on files: each line of the plan is QUERY, DATA and OUTPUT; the answer is SPARQL JSON or N-Triples.
const fs = require("fs");
const path = require("path");
// undici, which Comunica loads for HTTP, takes these for granted; Node.js has them since 22.15 and 22.10
require("zlib").createZstdDecompress ??= () => { throw new Error("no zstd"); };
require("worker_threads").markAsUncloneable ??= () => {};
const [modules, plan] = process.argv.slice(2);
const { QueryEngine } = require(path.join(modules, "@comunica/query-sparql-file"));
const { Store, Parser } = require(path.join(modules, "n3"));

async function main() {
  const engine = new QueryEngine();
  const loaded = new Map();
  for (const line of fs.readFileSync(plan, "utf8").split("\n").filter(Boolean)) {
    const [query, data, output] = line.split("\t");
    if (!loaded.has(data)) {
      loaded.set(data, new Store(new Parser({ format: "N-Quads" }).parse(fs.readFileSync(data, "utf8"))));
    }
    const answer = await engine.query(fs.readFileSync(query, "utf8"), { sources: [loaded.get(data)] });
    const type = answer.resultType === "quads" ? "application/n-triples" : "application/sparql-results+json";
    const { data: written } = await engine.resultToString(answer, type);
    const pieces = [];
    for await (const piece of written) pieces.push(piece);
    fs.writeFileSync(output, pieces.join(""));
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
