/** Undoes what the global set-up did. */
export default async function teardown(): Promise<void> {
  const { cleanUps } = globalThis as { cleanUps?: (() => Promise<unknown>)[] };
  for (const cleanUp of cleanUps ?? []) await cleanUp();
}
