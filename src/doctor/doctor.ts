import { inspectEnvironment, type Inspection } from '../config/inspection';
import { StartError } from '../config/start-error';
import { Embedders } from '../knowledge/embedding/embedders';
import { accountsCheck } from './accounts.check';
import { runCheck, type Check, type Patient } from './check';
import { clockCheck } from './clock.check';
import { configurationFindings } from './configuration.check';
import { dataFolderCheck } from './data-folder.check';
import { databaseCheck } from './database.check';
import { diskCheck } from './disk.check';
import { embeddingsCheck, embeddingServiceCheck } from './embedding.check';
import { probeEmbeddings } from './embedding-probe';
import { eventsCheck } from './events.check';
import { fault, skipped, type Group } from './finding';
import { migrationsCheck } from './migrations.check';
import { nodeFindings, readManifest } from './node.check';
import { portCheck } from './port.check';
import { queueCheck } from './queue.check';
import { asText, summarise, withoutSecrets } from './report';
import { visit } from './visit';

export interface DoctorOptions {
  json: boolean;
  /** Calls nothing but the database and the queue of the installation. */
  offline: boolean;
}

const CHECKS: Check[] = [
  dataFolderCheck,
  databaseCheck,
  migrationsCheck,
  queueCheck,
  eventsCheck,
  embeddingServiceCheck,
  embeddingsCheck,
  diskCheck,
  clockCheck,
  portCheck,
  accountsCheck,
];
const CHECK_MS = 15_000;

/**
 * Looks at everything that an installation needs, says what is wrong and what mends it, and changes nothing.
 * @returns the exit code: 1 where there is a fault
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const manifest = readManifest();
  const inspection = inspectEnvironment();
  const found: Group[] = [
    { name: 'Node.js', findings: nodeFindings(process.version, manifest.engines.node) },
    { name: 'Configuration', findings: configurationFindings(inspection) },
    ...(await examine(inspection, options)),
  ];
  const groups = withoutSecrets(found, inspection.secrets);
  const summary = summarise(groups);
  const report = { version: manifest.version, checked_at: new Date().toISOString(), summary, groups };
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : asText(groups));
  return summary.faults > 0 ? 1 : 0;
}

async function examine(inspection: Inspection, { offline }: DoctorOptions): Promise<Group[]> {
  const { config } = inspection;
  const unchecked = CHECKS.map(({ group }) => ({
    name: group,
    findings: [skipped(group, 'the configuration is not valid')],
  }));
  if (!config) return unchecked;
  try {
    new Embedders(config);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const mend = 'correct it in the environment or in .env: docs/configuration.md';
    return [{ name: 'Embedder', findings: [fault('Setting', error.message, mend)] }, ...unchecked];
  }
  const visited = await visit(config);
  const patient: Patient = {
    inspection,
    config,
    visit: visited,
    offline,
    probe: offline ? Promise.resolve(null) : probeEmbeddings(config),
  };
  try {
    return await Promise.all(CHECKS.map((check) => runCheck(check, patient, CHECK_MS)));
  } finally {
    await visited.close();
  }
}
