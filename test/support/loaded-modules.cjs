// Loaded into a process before anything else: prints, as it ends, which modules of OpenTelemetry it has loaded.
const { isMainThread } = require('node:worker_threads');

process.on('exit', () => {
  // The thread of the embedded database ends too, and may be the first.
  if (!isMainThread) return;
  const names = Object.keys(require.cache).flatMap(
    (path) => /@opentelemetry\/([\w-]+)/.exec(path)?.[1] ?? [],
  );
  process.stderr.write(`\nLOADED ${JSON.stringify([...new Set(names)].sort())}\n`);
});
