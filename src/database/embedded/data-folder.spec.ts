import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../config/start-error';
import { DataFolder } from './data-folder';

/** What another process does with the lock file: prints what it got, and holds it until it is killed. */
const OTHER_PROCESS = `
  const { tryLock } = require(process.argv[1]);
  const file = require('node:fs').openSync(process.argv[2], 'a+');
  process.stdout.write(tryLock(file) ? 'taken\\n' : 'refused\\n');
  setInterval(() => {}, 1000);
`;

describe('DataFolder', () => {
  let parent: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'fiko-folder-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(parent, { recursive: true, force: true });
  });

  async function lockElsewhere(folder: DataFolder): Promise<{ child: ChildProcess; said: string }> {
    const addon = require.resolve('fs-native-extensions');
    const child = spawn(process.execPath, ['-e', OTHER_PROCESS, addon, join(folder.path, 'lock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: output.toString().trim() };
  }

  describe('open', () => {
    it('makes the folder with those above it, for its user alone', async () => {
      const folder = await DataFolder.open(join(parent, 'a', 'b'));
      expect(folder.path).toBe(join(parent, 'a', 'b'));
      expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
      expect(await readdir(folder.path)).toEqual([]);
    });

    it('opens one that is there, and leaves what is in it', async () => {
      await DataFolder.open(join(parent, 'a'));
      await writeFile(join(parent, 'a', 'x'), 'x');
      await DataFolder.open(join(parent, 'a'));
      expect(await readdir(join(parent, 'a'))).toEqual(['x']);
    });

    it.each([
      ['is a file', ['file']],
      ['is below a file', ['file', 'data']],
    ])('says what to do about a path that %s', async (_, parts) => {
      await writeFile(join(parent, 'file'), '');
      const path = join(parent, ...parts);
      const attempt = DataFolder.open(path);
      await expect(attempt).rejects.toThrow(StartError);
      await expect(attempt).rejects.toThrow(path);
      await expect(attempt).rejects.toThrow('DATA_DIR');
    });

    it('says so of a path that the system cannot hold', async () => {
      await expect(DataFolder.open(`/proc/${'x'.repeat(300)}/data`)).rejects.toThrow(StartError);
      await expect(DataFolder.open('/proc/fiko/data')).rejects.toThrow(StartError);
    });
  });

  describe('lock', () => {
    it('is refused to another process while this one has it, and given after', async () => {
      const folder = await DataFolder.open(parent);
      expect(folder.tryLock()).toBe(true);
      expect((await lockElsewhere(folder)).said).toBe('refused');
      await folder.unlock();
      expect((await lockElsewhere(folder)).said).toBe('taken');
    });

    it('is refused while another process has it, and free once that is killed', async () => {
      const folder = await DataFolder.open(parent);
      const { child, said } = await lockElsewhere(folder);
      expect(said).toBe('taken');
      expect(folder.tryLock()).toBe(false);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(folder.tryLock()).toBe(true);
      await folder.unlock();
    });

    it('is refused to a second holder in this process', async () => {
      const [one, other] = [await DataFolder.open(parent), await DataFolder.open(parent)];
      expect(one.tryLock()).toBe(true);
      expect(other.tryLock()).toBe(false);
      await one.unlock();
      expect(other.tryLock()).toBe(true);
      await other.unlock();
    });

    it('may be given back twice', async () => {
      const folder = await DataFolder.open(parent);
      await folder.unlock();
      folder.tryLock();
      await folder.unlock();
      await folder.unlock();
      expect(folder.tryLock()).toBe(true);
      await folder.unlock();
    });
  });

  describe('announcement', () => {
    const running = { pid: 42, databaseUrl: 'postgres://postgres:secret@127.0.0.1:1/postgres' };

    it('is read by others, and kept from other users', async () => {
      const folder = await DataFolder.open(parent);
      await folder.announce(running);
      expect(await (await DataFolder.open(parent)).readAnnouncement()).toEqual(running);
      expect((await stat(join(parent, 'running.json'))).mode & 0o777).toBe(0o600);
    });

    it('goes with the lock', async () => {
      const folder = await DataFolder.open(parent);
      folder.tryLock();
      await folder.announce(running);
      await folder.unlock();
      expect(await folder.readAnnouncement()).toBeNull();
    });

    it('stays while someone else has the lock', async () => {
      const [one, other] = [await DataFolder.open(parent), await DataFolder.open(parent)];
      one.tryLock();
      await one.announce(running);
      expect(other.tryLock()).toBe(false);
      await other.unlock();
      expect(await other.readAnnouncement()).toEqual(running);
      await one.unlock();
    });

    it.each(['', '{', 'x'])('is none when the file holds %j', async (text) => {
      const folder = await DataFolder.open(parent);
      await writeFile(join(parent, 'running.json'), text);
      expect(await folder.readAnnouncement()).toBeNull();
    });
  });

  describe('jwtSecret', () => {
    it('is made once, long, and kept from other users', async () => {
      const folder = await DataFolder.open(parent);
      const secret = await folder.jwtSecret();
      expect(secret.length).toBeGreaterThanOrEqual(32);
      expect(await folder.jwtSecret()).toBe(secret);
      expect(await (await DataFolder.open(parent)).jwtSecret()).toBe(secret);
      expect((await stat(join(parent, 'secrets.json'))).mode & 0o777).toBe(0o600);
    });

    it('differs from folder to folder', async () => {
      const [one, other] = [
        await DataFolder.open(join(parent, 'a')),
        await DataFolder.open(join(parent, 'b')),
      ];
      expect(await one.jwtSecret()).not.toBe(await other.jwtSecret());
    });

    it('is not replaced when its file cannot be read', async () => {
      const folder = await DataFolder.open(parent);
      await writeFile(join(parent, 'secrets.json'), '{ broken');
      await expect(folder.jwtSecret()).rejects.toThrow();
      expect(await readFile(join(parent, 'secrets.json'), 'utf8')).toBe('{ broken');
    });
  });
});
