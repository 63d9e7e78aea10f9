import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { exitWith } from './bootstrap/process';
import { createUser } from './bootstrap/create-user';
import { reembed } from './bootstrap/reembed';
import { envExample, loadConfig } from './config/config';
import { configurationReference } from './config/reference';
import { StartError } from './config/start-error';
import { demo } from './demo/demo';
import { doctor } from './doctor/doctor';
import { evaluate } from './evaluation/evaluate';
import { openApiText } from './operations/openapi';

const HELP = `Commands (npm run <command> -- <options>):

  create-admin   Create an admin, beside a running server too.
  create-user    Create an ordinary user (a shop owner).
      --email ADDRESS      asked for where it is missing
      --username NAME      by default the part of the e-mail before the @
      --password TEXT      asked for where it is missing; on the command line others may see it
      --reset-password     give an existing user a new password, and end all sessions

  demo           Post a small catalogue and follow it through every step, in a database of its own.
      --url ADDRESS        use this running server instead, logged in by --email and --password
      --email ADDRESS
      --password TEXT

  reembed        Embed everything with the configured model, beside what stands, once its cost was shown and agreed to.
      --dry-run            show the number of requests, tokens and the cost, and end
      --yes                do not ask
      --cancel             give up what is being made

  eval           Measure how good answers are, on a catalogue and judged questions (JSON Lines).
      --products FILE      a product a line, as a shop posts them
      --queries FILE       {"q", "kind", "relevant": {"<product id>": 1 to 3}} a line
      --json               print figures as JSON
      --verbose            print each question that was not answered well

  doctor         Look at everything that the installation needs, say what mends what is wrong, and change nothing.
      --json               print the findings as JSON (npm run -s doctor -- --json)
      --offline            call no embedding service

  generate       Write openapi.json, .env.example and docs/configuration.md anew.
`;

const OPTIONS = {
  email: { type: 'string' },
  username: { type: 'string' },
  password: { type: 'string' },
  'reset-password': { type: 'boolean' },
  url: { type: 'string' },
  products: { type: 'string' },
  queries: { type: 'string' },
  json: { type: 'boolean' },
  verbose: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  cancel: { type: 'boolean' },
  offline: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @returns the exit code, where it is not 0 */
async function main(): Promise<number | void> {
  let parsed;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${HELP}`);
  }
  const { values, positionals } = parsed;
  const [command, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') {
    process.stdout.write(HELP);
    return;
  }
  if (rest.length > 0) throw new StartError(`Unexpected argument: ${rest[0]}\n\n${HELP}`);
  switch (command) {
    case 'create-admin':
    case 'create-user':
      return createUser(loadConfig(), {
        isStaff: command === 'create-admin',
        email: values.email,
        username: values.username,
        password: values.password,
        resetPassword: values['reset-password'] ?? false,
      });
    case 'demo':
      return demo({ url: values.url, email: values.email, password: values.password });
    case 'reembed':
      return reembed(loadConfig(), {
        dryRun: values['dry-run'] ?? false,
        yes: values.yes ?? false,
        cancel: values.cancel ?? false,
      });
    case 'eval':
      return evaluate({
        products: values.products,
        queries: values.queries,
        json: values.json ?? false,
        verbose: values.verbose ?? false,
      });
    case 'doctor':
      return doctor({ json: values.json ?? false, offline: values.offline ?? false });
    case 'generate':
      await writeFile('openapi.json', await openApiText());
      await writeFile('.env.example', envExample());
      await writeFile('docs/configuration.md', configurationReference());
      return;
    default:
      throw new StartError(`Unknown command: ${command}\n\n${HELP}`);
  }
}

main().then((code) => process.exit(code ?? 0), exitWith);
