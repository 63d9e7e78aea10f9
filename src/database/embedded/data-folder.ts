import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { tryLock, unlock } from 'fs-native-extensions';
import { StartError } from '../../config/start-error';

/**
 * The folder that holds everything of an embedded installation: `database/`, `secrets.json`, `lock`, and while a
 * process serves it, `running.json` with how to reach its database.
 */
export class DataFolder {
  private lockFile: number | null = null;

  constructor(readonly path: string) {}

  get databaseFolder(): string {
    return join(this.path, 'database');
  }

  /** Creates the folder where it is missing. Throws a StartError when it cannot be written to. */
  static async open(path: string): Promise<DataFolder> {
    const absolute = resolve(path);
    try {
      await makeFolder(absolute);
      await access(absolute, constants.R_OK | constants.W_OK | constants.X_OK);
      const probe = join(absolute, `.probe-${process.pid}`);
      await writeFile(probe, '');
      await rm(probe);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new StartError(
        `The data folder ${absolute} cannot be written to (${code}): set DATA_DIR to one that can.`,
      );
    }
    return new DataFolder(absolute);
  }

  /**
   * Takes the folder for this process; false when another process has it. The lock is the operating system's, so
   * it ends with the process, however that dies. PGlite itself has none: two processes on one folder both run and
   * lose each other's rows.
   */
  tryLock(): boolean {
    const file = openSync(join(this.path, 'lock'), 'a+');
    if (!tryLock(file)) {
      closeSync(file);
      return false;
    }
    this.lockFile = file;
    return true;
  }

  async unlock(): Promise<void> {
    if (this.lockFile === null) return;
    await rm(join(this.path, 'running.json'), { force: true });
    unlock(this.lockFile);
    closeSync(this.lockFile);
    this.lockFile = null;
  }

  /** Lets commands such as create-admin reach the database of the serving process. */
  async announce(running: { pid: number; databaseUrl: string }): Promise<void> {
    await this.writePrivate('running.json', JSON.stringify(running));
  }

  async readAnnouncement(): Promise<{ pid: number; databaseUrl: string } | null> {
    try {
      return JSON.parse(await readFile(join(this.path, 'running.json'), 'utf8')) as {
        pid: number;
        databaseUrl: string;
      };
    } catch {
      return null;
    }
  }

  /** The key that signs sessions, made at the first start. */
  async jwtSecret(): Promise<string> {
    try {
      const secrets = JSON.parse(await readFile(join(this.path, 'secrets.json'), 'utf8')) as {
        jwt_secret: string;
      };
      return secrets.jwt_secret;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const secret = randomBytes(48).toString('base64url');
      await this.writePrivate('secrets.json', JSON.stringify({ jwt_secret: secret }));
      return secret;
    }
  }

  private async writePrivate(name: string, text: string): Promise<void> {
    const temporary = join(this.path, `.${name}.${process.pid}`);
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, join(this.path, name));
  }
}

/**
 * Takes the lock of a data folder for a moment and leaves no trace, not even a lock file.
 * @returns what gives it back; `taken` where another process has it
 */
export function holdLock(folder: string): 'taken' | (() => void) {
  const path = join(folder, 'lock');
  // Where there is none, no process has ever been in it.
  if (!existsSync(path)) return () => undefined;
  const file = openSync(path, 'r+');
  if (!tryLock(file)) {
    closeSync(file);
    return 'taken';
  }
  return () => {
    unlock(file);
    closeSync(file);
  };
}

/** As `mkdir` with `recursive`, which in Node 20 never returns for a folder that the system cannot hold (/proc/x). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(path, { mode: 0o700 });
  }
}
