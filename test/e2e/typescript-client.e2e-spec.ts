import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const run = promisify(execFile);
const TOOLS = resolve('node_modules');

/** Compiles as strictly as the project of a user may. */
const OPTIONS = {
  compilerOptions: {
    ...{ target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
};

/** Fails to compile if types that a generated client needs are looser than what the service does. */
const MISTAKES = [
  "await client.PUT('/api/v3/secrets/{key}', { params: { path: { key: 'k' } }, body: {} });",
  "await client.PUT('/api/v3.1/secrets/{key}', { params: { path: { key: 'k' } }, body: { value: 'x', visibility: 'everyone' } });",
  "await client.PUT('/api/v3/secrets/{key}', { params: { path: { key: 1 } }, body: { value: 'x' } });",
  "await client.POST('/api/v3.1/maintenance/{action}', { params: { path: { action: 'stop' } } });",
  "(await client.GET('/api/v3/secrets')).data?.items[0]?.value;",
];

describe('a TypeScript client that openapi-typescript generates', () => {
  let room: Strongroom;
  let folder: string;
  beforeAll(async () => {
    room = await Strongroom.start();
    folder = mkdtempSync(join(tmpdir(), 'strongroom-client-'));
    symlinkSync(TOOLS, join(folder, 'node_modules'), 'dir');
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(OPTIONS));
    const generator = join(TOOLS, 'openapi-typescript/bin/cli.js');
    await run(process.execPath, [generator, resolve('docs/openapi.json'), '-o', join(folder, 'api.d.ts')]);
  });
  afterAll(async () => {
    await room.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Compiles the client's folder, and returns what the compiler says. */
  async function compile(): Promise<string> {
    const compiler = join(TOOLS, 'typescript/bin/tsc');
    const failed = (error: unknown): { stdout: string } => error as { stdout: string };
    const { stdout } = await run(process.execPath, [compiler, '-p', folder], { cwd: folder }).catch(failed);
    return stdout;
  }

  it('compiles, and makes the five calls on secrets', async () => {
    copyFileSync('test/e2e/generated-client/program.ts', join(folder, 'program.ts'));
    expect(await compile()).toBe('');
    const { stdout } = await run(process.execPath, [join(folder, 'program.js')], {
      env: { ...process.env, STRONGROOM_URL: room.service.url, STRONGROOM_PASSWORD: ADMIN_PASSWORD },
    });
    expect(JSON.parse(stdout)).toEqual({
      created: 'x',
      read: 'x',
      listed: ['generated.client'],
      updated: 'y',
      deleted: 'generated.client',
      missing: [404, 'not_found_error'],
    });
  });

  it('refuses what the service would refuse', async () => {
    const head = `import createClient from 'openapi-fetch';\nimport type { paths } from './api.js';\n`;
    const client = `const client = createClient<paths>({ baseUrl: '' });\n`;
    writeFileSync(join(folder, 'program.ts'), `${head}${client}${MISTAKES.join('\n')}\n`);
    const refused = (await compile()).matchAll(/^program\.ts\((\d+),/gm);
    expect([...new Set(Array.from(refused, ([, line]) => Number(line) - 3))]).toEqual(
      MISTAKES.map((_, index) => index + 1),
    );
  });
});
