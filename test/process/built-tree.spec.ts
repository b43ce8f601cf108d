import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { linesOf } from './log-lines.js';
import { Program } from './program.js';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Lists what is needed to tell whether the tree is built, and what was built. */
const TREE = [
  'admin',
  'bin',
  'src',
  'bench',
  'ormconfig.ts',
  'package.json',
  'nest-cli.json',
  'tsconfig.build.json',
  'dist',
];

/** Returns the packages that `npm ci --omit=dev` installs at the top, without the compiler. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => dev !== true && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path))
    .map(([path]) => path.slice('node_modules/'.length))
    .filter((name) => !name.startsWith('@swc/'));
}

describe('a tree that is built, without development packages and compiler', () => {
  const root = mkdtempSync(join(tmpdir(), 'strongroom built '));
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    for (const path of TREE) cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
    const installed = readdirSync(join(REPOSITORY, 'node_modules'), { encoding: 'utf8' });
    for (const name of productionPackages()) {
      if (!installed.includes(name.split('/', 1)[0]!)) continue;
      const link = join(root, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(REPOSITORY, 'node_modules', name), link);
    }
  });
  afterAll(async () => {
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  });

  it('starts', async () => {
    const program = new Program(join(root, 'bin/start.js'), [], { ...external(database), PORT: '0' });
    const url = await program.listening();
    expect((await fetch(url)).status).toBe(200);
    expect((await program.stop('SIGINT')).code).toBe(0);
    expect(program.stdout).toMatch(/^Strongroom is starting\n\n?(Tenant|Strongroom listens)/);
    expect(program.stdout).not.toContain('building');
  });

  it('says why there is no build, in production as a line of the log', async () => {
    const source = join(root, 'src/main.ts');
    const text = readFileSync(source, 'utf8');
    writeFileSync(source, `${text}// changed\n`);
    const reason =
      'The compiler @swc/core cannot be loaded (ERR_MODULE_NOT_FOUND): run `npm ci`, with optional packages';
    const start = (environment: NodeJS.ProcessEnv) =>
      new Program(join(root, 'bin/start.js'), [], environment).ended;
    expect(await start({})).toMatchObject({ code: 1, stderr: `Strongroom cannot start: ${reason}\n` });
    const { code, stdout, stderr } = await start({ NODE_ENV: 'production' });
    expect([code, stdout]).toEqual([1, '']);
    expect(linesOf({ stderr }).at(-1)).toMatchObject({
      level: 'fatal',
      msg: `Strongroom cannot start: ${reason}`,
    });
    writeFileSync(source, text);
  });

  it('runs the command, by any path to it', async () => {
    const link = join(root, 'link-to-admin');
    symlinkSync(join(root, 'admin'), link);
    for (const path of [join(root, 'admin'), link]) {
      const listed = await new Program(path, ['doctor'], external(database)).ended;
      expect(listed).toMatchObject({ code: 0, stderr: '' });
    }
  });
});
