import { request } from 'node:https';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external } from './external.js';
import { linesOf } from './log-lines.js';
import { Program, service, strongroomAdmin } from './program.js';
import { refusal } from './refusal.js';

const CERTIFICATES = join(import.meta.dirname, '../support/tls');

describe('a service with a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-tls-'));
  const tls = {
    STRONGROOM_TLS_CERTIFICATE_FILE: join(folder, 'tls.crt'),
    STRONGROOM_TLS_KEY_FILE: join(folder, 'tls.key'),
  };
  let database: TestDatabase;
  const place = (certificate: string, key: string): void => {
    copyFileSync(join(CERTIFICATES, `${certificate}.crt`), tls.STRONGROOM_TLS_CERTIFICATE_FILE);
    copyFileSync(join(CERTIFICATES, `${key}.key`), tls.STRONGROOM_TLS_KEY_FILE);
  };
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const statusOf = (url: string, ca: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(url, { ca, agent: false }, (answer) =>
        answer.resume().on('end', () => resolve(answer.statusCode)),
      )
        .on('error', reject)
        .end();
    });
  const ended = (environment: NodeJS.ProcessEnv) => new Program('healthcheck.js', [], environment).ended;

  it('speaks HTTPS, says so, is healthy, serves a renewed certificate, and stops in order', async () => {
    place('localhost', 'localhost');
    const program = service({ ...external(database), ...tls });
    const url = await program.listening();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { port } = new URL(url);
    const [old, renewed] = ['localhost.crt', 'database/ca.crt'].map((name) =>
      readFileSync(join(CERTIFICATES, name), 'utf8'),
    ) as [string, string];
    const ready = `https://localhost:${port}/health/ready`;
    expect(await statusOf(ready, old)).toBe(200);
    expect((await ended({ PORT: port, ...tls })).code).toBe(0);
    const without = await ended({ PORT: port });
    expect([without.code, without.stderr]).toEqual([
      1,
      `GET http://127.0.0.1:${port}/health/live: answered 400\n`,
    ]);
    place('database/server', 'database/server');
    while (!program.stderr.includes('serving the new certificate'))
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await statusOf(ready, renewed)).toBe(200);
    await expect(statusOf(ready, old)).rejects.toThrow(/certificate/);
    expect((await program.stop()).code).toBe(0);
    expect(linesOf(program)).toContainEqual(
      expect.objectContaining({ msg: 'TLS: serving the certificate', validTo: '2126-10-31T18:26:18.000Z' }),
    );
    expect(program.stdout).toContain(`${url}/api/docs`);
  });

  it('does not start, and touches no database, with the key of another certificate', async () => {
    place('localhost', 'database/server');
    const nowhere = 'postgresql://someone@127.0.0.1:1/none';
    const line = await refusal({ ...external(database), DATABASE_URL: nowhere, ...tls });
    expect(line).toMatch(/^STRONGROOM_TLS_KEY_FILE: the key is not that of the certificate: /);
    const { code, stdout } = await strongroomAdmin(['doctor'], { ...external(database), ...tls });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/FAILED.*STRONGROOM_TLS_KEY_FILE: the key is not that/),
    ]);
  });

  it('starts with an expired certificate, which the log and doctor complain about', async () => {
    place('database/expired', 'database/server');
    const program = service({ ...external(database), ...tls });
    await program.listening();
    await program.stop();
    expect(linesOf(program)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        msg: expect.stringMatching(/^TLS: the certificate expired at 2020-02-01/),
      }),
    );
    const { code, stdout } = await strongroomAdmin(['doctor'], { ...external(database), ...tls });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/FAILED.*expired at 2020-02-01/)]);
  });

  it('is in order for doctor', async () => {
    place('localhost', 'localhost');
    const { code, stdout } = await strongroomAdmin(['doctor'], { ...external(database), ...tls });
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('TLS is served with the certificate DNS:localhost'),
    ]);
  });

  it('is not healthy where nothing listens', async () => {
    const { code, stderr } = await ended({ PORT: '1' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('http://127.0.0.1:1/health/live: ')]);
  });
});
