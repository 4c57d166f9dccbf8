// Synthesises many apps of the CDK in one process, since its library takes a second to load.
// It must not know what is in them. Standard input: a list of {bin, out, context}; standard output: by `out`, why it failed.
const failures = {};
for (const { bin, out, context } of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) {
  process.env.CDK_OUTDIR = out;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  try {
    require(bin);
  } catch (error) {
    failures[out] = String(error);
  }
}
process.stdout.write(JSON.stringify(failures));
// Otherwise every app would be synthesised again.
process.exit();
