import type { Socket } from 'node:net';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/common/ids.js';
import { Keyring } from '../../src/crypto/keyring.js';
import { ExportedSecretsRepository } from '../../src/secrets/sharing/export/exported-secrets.repository.js';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const EXPORT = '/api/v3.1/secrets/share/export';
const COUNT = 10_000;
const VALUE_BYTES = 4_096;
const BATCHES = COUNT / 200;

/**
 * Limits the batches that are buffered for one reader and its connection, far below the forty megabytes of the export.
 */
const MOST_BATCHES_AHEAD = 10;

describe('an export of ten thousand secrets', () => {
  let room: Strongroom;
  let batches = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    await plant();
    const repository = room.service.app.get(ExportedSecretsRepository);
    const batch = repository.batch.bind(repository);
    repository.batch = (...question) => {
      batches += 1;
      return batch(...question);
    };
  });
  afterAll(() => room.stop());

  async function plant(): Promise<void> {
    const [tenant] = await room.database.asSuperuser<{ id: string; admin: string }>(
      "SELECT t.id, u.id AS admin FROM tenants t, users u WHERE t.name = 'default_tenant'",
    );
    const cipher = await room.service.app.get(Keyring).cipher(tenant!.id);
    const rows = Array.from({ length: COUNT }, (_, index) => {
      const key = `k${String(index).padStart(5, '0')}`;
      const binding = { tenantId: tenant!.id, secretId: newId(), key, version: 1 };
      const text = `${key} `.padEnd(VALUE_BYTES, 'x');
      return { ...binding, value: cipher.seal(binding, { format: 'text', text }) };
    });
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT $1, u.id, u.key, u.value, 1, $2, $2 FROM unnest($3::uuid[], $4::text[], $5::bytea[]) AS u (id, key, value)`,
      [
        ...[tenant!.id, tenant!.admin, rows.map(({ secretId }) => secretId)],
        ...[rows.map(({ key }) => key), rows.map(({ value }) => value)],
      ],
    );
  }

  /** Begins an export without reading its body. */
  function begun(): Promise<IncomingMessage> {
    batches = 0;
    return new Promise((resolve, reject) => {
      const headers = { tenant: 'default_tenant' };
      request(`${room.service.url}${EXPORT}`, {
        headers,
        auth: `admin:${ADMIN_PASSWORD}`,
        agent: false,
      })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
  }

  async function endOfExport(): Promise<{ outcome: string; secrets: string }> {
    const [last] = await room.database.asSuperuser<{ outcome: string; secrets: string | null }>(
      `SELECT body::json ->> 'outcome' AS outcome, body::json -> 'detail' ->> 'secrets' AS secrets FROM audit_events
       WHERE body::json ->> 'action' = 'secret.export' ORDER BY at DESC, id DESC LIMIT 1`,
    );
    if (last?.secrets === null || last === undefined) return wait(50).then(endOfExport);
    return { outcome: last.outcome, secrets: last.secrets };
  }

  it('waits for a slow reader, and gives it everything', async () => {
    const incoming = await begun();
    await wait(1_500);
    expect(batches).toBeGreaterThan(0);
    expect(batches).toBeLessThanOrEqual(MOST_BATCHES_AHEAD);
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
    const items = JSON.parse(text) as { key: string; value: string }[];
    expect(items).toHaveLength(COUNT);
    expect(items.every(({ key, value }) => value.length === VALUE_BYTES && value.startsWith(`${key} `))).toBe(
      true,
    );
    expect(new Set(items.map(({ key }) => key)).size).toBe(COUNT);
    expect(batches).toBe(BATCHES + 1);
    expect(await endOfExport()).toEqual({ outcome: 'ok', secrets: String(COUNT) });
  });

  it('ends when the reader goes, and says how much left', async () => {
    const incoming = await begun();
    await wait(300);
    incoming.destroy();
    const { outcome, secrets } = await endOfExport();
    expect(outcome).toBe('failed');
    expect(Number(secrets)).toBeLessThanOrEqual(MOST_BATCHES_AHEAD * 200);
    expect(batches).toBeLessThanOrEqual(MOST_BATCHES_AHEAD);
  });

  it('waits while its caller has two under way, is turned away after that, and those of others go on', async () => {
    const again = async () => (await room.call(ADMIN, 'HEAD', EXPORT)).status;
    const other = await room.member('default_tenant', 'exporting', 'manager');
    for (let round = 0; round < 2; round += 1) {
      const readers = await begunAtOnce(2);
      const waiting = room.call(ADMIN, 'GET', EXPORT);
      expect((await room.call(other, 'GET', EXPORT)).status).toBe(200);
      const { status, headers, body } = await waiting;
      expect([round, status, body.error_code]).toEqual([round, 503, 'busy']);
      expect(headers['retry-after']).toMatch(/^\d+$/);
      for (const reader of readers) reader.destroy();
    }
    expect(await freed(again)).toBe(200);
    for (let round = 0; round < 20; round += 1) expect(await freed(again)).toBe(200);
    const refused = `${EXPORT}?_include=no-such-field`;
    for (let round = 0; round < 20; round += 1)
      expect((await room.call(ADMIN, 'GET', refused)).status).toBe(400);
    const [first] = await begunAtOnce(2);
    const next = begun();
    first?.destroy();
    const incoming = await next;
    expect(incoming.statusCode).toBe(200);
    incoming.destroy();
  });

  it('cuts off who takes nothing for half a minute', async () => {
    const sockets: Socket[] = [];
    room.service.app.getHttpServer().once('connection', (socket: Socket) => sockets.push(socket));
    const incoming = await begun();
    const [socket] = sockets;
    // Node looks twice before it tells of a timeout.
    expect(socket?.timeout).toBe(15_000);
    socket?.emit('timeout');
    expect((await endOfExport()).outcome).toBe('failed');
    expect(socket?.destroyed).toBe(true);
    incoming.on('error', () => undefined).destroy();
  });

  /** Retries until the slots of disconnected callers are free. */
  async function freed(ask: () => Promise<number>): Promise<number> {
    for (let tries = 0; tries < 100; tries += 1) {
      const status = await ask();
      if (status !== 503) return status;
      await wait(50);
    }
    return 503;
  }

  async function begunAtOnce(count: number): Promise<IncomingMessage[]> {
    const readers: IncomingMessage[] = [];
    while (readers.length < count) {
      const reader = await begun();
      if (reader.statusCode === 200) readers.push(reader);
      else await wait(50);
    }
    return readers;
  }

  it('lets other requests through meanwhile', async () => {
    const incoming = await begun();
    expect((await room.secret(ADMIN, 'GET', 'k00000')).status).toBe(200);
    expect(incoming.complete).toBe(false);
    incoming.destroy();
    await endOfExport();
  });
});
