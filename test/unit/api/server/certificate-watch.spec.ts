import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CertificateWatch } from '../../../../src/api/http/server/certificate-watch.js';
import { createLogger } from '../../../../src/observability/logger.js';
import { PEM } from './certificates.js';

const DAY_MS = 86_400_000;
const { one, other } = PEM;

describe('CertificateWatch', () => {
  let folder: string;
  let logs: Record<string, unknown>[];
  let served: SecureContextOptions[];
  let now: number;
  let watch: CertificateWatch;

  const write = (pair: { cert?: string; key?: string }): void => {
    if (pair.cert !== undefined) writeFileSync(join(folder, 'tls.crt'), pair.cert);
    if (pair.key !== undefined) writeFileSync(join(folder, 'tls.key'), pair.key);
  };
  const open = (): Promise<CertificateWatch> =>
    CertificateWatch.open(
      { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
      createLogger('info', { write: (line: string) => void logs.push(JSON.parse(line) as never) }),
      () => now,
    );
  const said = (): string[] => logs.splice(0).map(({ level, msg }) => `${String(level)} ${String(msg)}`);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-tls-'));
    [logs, served, now] = [[], [], Date.parse('2030-01-01T00:00:00Z')];
    write(one);
    watch = await open();
    watch.serve({ setSecureContext: (options) => void served.push(options) });
    expect(said()).toEqual(['info TLS: serving the certificate']);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces nothing while the files stay the same', async () => {
    await watch.check();
    write(one);
    await watch.check();
    expect([served, said()]).toEqual([[], []]);
  });

  it('serves a new pair, under the same rules', async () => {
    write(other);
    await watch.check();
    expect(served).toEqual([expect.objectContaining({ ...other, minVersion: 'TLSv1.2' })]);
    expect(said()).toEqual([expect.stringMatching(/^info TLS: serving the new certificate/)]);
    await watch.check();
    expect(served).toHaveLength(1);
  });

  it('follows a link that is replaced, as Kubernetes mounts secrets', async () => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, 'first'), { recursive: true });
    mkdirSync(join(folder, 'second'));
    for (const [name, pair] of [
      ['first', one],
      ['second', other],
    ] as const) {
      writeFileSync(join(folder, name, 'tls.crt'), pair.cert);
      writeFileSync(join(folder, name, 'tls.key'), pair.key);
    }
    symlinkSync('first', join(folder, '..data'));
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name));
    await watch.check();
    symlinkSync('second', join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
    await watch.check();
    expect(served).toEqual([expect.objectContaining(other)]);
  });

  it('says nothing of files that do not belong together for a moment', async () => {
    write({ cert: other.cert });
    await watch.check();
    write({ key: other.key });
    await watch.check();
    expect(served).toEqual([expect.objectContaining(other)]);
    expect(said()).toEqual([expect.stringMatching(/^info TLS: serving the new/)]);
  });

  it.each([
    ['a foreign key', { key: other.key }, /the key is not that of the certificate/],
    ['half a file', { cert: one.cert.slice(0, 100) }, /holds no certificate in PEM/],
    ['an empty file', { cert: '' }, /holds no certificate in PEM/],
    ['an expired pair', PEM.expired, /the new certificate expired at 2020-02-01/],
  ])('keeps the old pair and says once why, for %s', async (_what, pair, why) => {
    write(pair);
    for (let round = 0; round < 4; round += 1) await watch.check();
    expect(served).toEqual([]);
    expect(watch.options).toMatchObject(one);
    const lines = said();
    expect(lines).toEqual([expect.stringMatching(/^error TLS: the old certificate stays: STRONGROOM_TLS_/)]);
    expect(lines[0]).toMatch(why);
    write(other);
    await watch.check();
    expect(served).toEqual([expect.objectContaining(other)]);
  });

  it('keeps the old pair when a file is missing, and says so again for another reason', async () => {
    rmSync(join(folder, 'tls.key'));
    for (let round = 0; round < 3; round += 1) await watch.check();
    expect(said()).toEqual([expect.stringMatching(/STRONGROOM_TLS_KEY_FILE: cannot read .*ENOENT/)]);
    write({ key: 'nonsense' });
    for (let round = 0; round < 3; round += 1) await watch.check();
    expect(said()).toEqual([expect.stringMatching(/holds no private key/)]);
  });

  it('tells that the certificate ends: once a month before, daily in the last week', async () => {
    const end = Date.parse(watch.validTo);
    for (const days of [31, 29.5, 20.5, 6.5, 6.4, 5.5, -0.5]) {
      now = end - days * DAY_MS;
      await watch.check();
    }
    expect(said()).toEqual([
      expect.stringMatching(/^warn TLS: the certificate expires in 29 days/),
      expect.stringMatching(/^error TLS: the certificate expires in 6 days/),
      expect.stringMatching(/^error TLS: the certificate expires in 5 days/),
      expect.stringMatching(/^error TLS: the certificate expired at/),
    ]);
  });

  it('takes any pair where the present one has expired', async () => {
    now = Date.parse(watch.validTo) + DAY_MS;
    write(PEM.expired);
    await watch.check();
    expect(served).toEqual([expect.objectContaining(PEM.expired)]);
  });

  it('reads by itself once it is started', async () => {
    watch.start(20);
    write(other);
    while (served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    watch.stop();
    expect(served).toEqual([expect.objectContaining(other)]);
  });
});
