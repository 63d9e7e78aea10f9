import { openDatabase } from './engine';

const [folder] = process.argv.slice(2);

openDatabase({ folder: folder! })
  .then((database) => database.close())
  .catch((error: unknown) => {
    process.stderr.write(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
