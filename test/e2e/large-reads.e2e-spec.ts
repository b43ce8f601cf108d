import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipelined } from '../support/pipelined.js';
import { StatementCount } from '../support/statement-count.js';
import { ExportedSecretsRepository } from '../../src/secrets/sharing/export/exported-secrets.repository.js';
import { Strongroom, type As } from '../support/strongroom.js';

describe('reads where values may be large', () => {
  let room: Strongroom;
  let reader: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_MAX_VALUE_BYTES: String(4 * 1024 * 1024) });
    await room.stopJobs();
    reader = await room.tenant('reading');
    await room.secret(reader, 'PUT', 'key', 'value');
  });
  afterAll(() => room.stop());

  it('share no statement, so that its answer stays small', async () => {
    const headers = {
      Authorization: `Basic ${Buffer.from(reader.login).toString('base64')}`,
      tenant: reader.tenant,
    };
    const statements = await StatementCount.of(room.database);
    const reads = Array.from({ length: 10 }, () => ({ path: '/api/v3/secrets/key', headers }));
    const { result, counted } = await statements.during(() => pipelined(room.service.url, reads));
    expect(result.map(({ status }) => status)).toEqual(reads.map(() => 200));
    const [calls] = Object.entries(counted).flatMap(([text, count]) =>
      text.includes('read_secrets') ? [count] : [],
    );
    expect(calls).toBe(10);
  });

  it('weigh schemas and descriptions in the batches of an export', async () => {
    const exporter = await room.tenant('exporting');
    const body = { value: 'v', schema: { type: 'string', title: 'x'.repeat(60_000) } };
    for (let index = 0; index < 40; index += 1)
      expect((await room.call(exporter, 'PUT', `/api/v3.1/secrets/key-${index}`, body)).status).toBe(200);
    const repository = room.service.app.get(ExportedSecretsRepository);
    const batch = repository.batch.bind(repository);
    const sizes: number[] = [];
    repository.batch = async (...question) => {
      const secrets = await batch(...question);
      sizes.push(secrets.length);
      return secrets;
    };
    expect((await room.call(exporter, 'GET', '/api/v3.1/secrets/share/export')).status).toBe(200);
    // A mebibyte has room for seventeen, and the one that exceeds it.
    expect(sizes).toEqual([18, 18, 4, 0]);
  });
});
