// Loaded into a process before anything else: prints, as it ends, which modules of OpenTelemetry it has loaded.
process.on('exit', () => {
  const names = Object.keys(require.cache).flatMap(
    (path) => /@opentelemetry\/([\w-]+)/.exec(path)?.[1] ?? [],
  );
  process.stderr.write(`\nLOADED ${JSON.stringify([...new Set(names)].sort())}\n`);
});
