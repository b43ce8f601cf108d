import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { eventsOf } from '../../src/audit-trail/verify/export-report.js';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { entities } from '../../src/bootstrap/entities.js';
import { newId } from '../../src/common/ids.js';
import { parseCheckpoint } from '../../src/transparency/note/checkpoint.js';
import { APP_ROLE } from '../support/database.js';
import { SealedTrail } from '../support/sealed-trail.js';

const EVENTS = 3_000;

describe('two sealers at once', () => {
  let trail: SealedTrail;
  let other: DataSource;
  beforeEach(async () => {
    trail = await SealedTrail.open();
    const { url } = trail.services.database;
    other = await openServiceDataSource({ url, poolSize: 6, appRole: APP_ROLE, single: false, entities });
  });
  afterEach(async () => {
    await other.destroy();
    await trail.close();
  });

  it('of which one is killed again and again make each event a leaf once, and sign nothing that is not so', async () => {
    const going = { on: true };
    let killed = 0;
    const seals = async (dataSource: DataSource) => {
      let sealer = trail.otherSealer();
      while (going.on) {
        try {
          await dataSource.transaction((manager) => sealer.sealSome(manager));
        } catch {
          killed += 1;
          sealer = trail.otherSealer();
        }
        await wait(5);
      }
    };
    // Ends whatever session holds the lock of sealing, at any point of its transaction.
    const kills = async () => {
      while (going.on) {
        await trail.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        await wait(40);
      }
    };
    const running = [seals(trail.services.dataSource), seals(other), kills()];
    const logs = [SYSTEM_LOG, newId(), newId()];
    const noted = new Set<string>();
    for (let n = 0; n < EVENTS; n += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          trail.record(logs[i % logs.length]!, `k${n + i}`).catch(() => undefined),
        ),
      );
      for (const { note } of await trail.sql<{ note: string }>('SELECT note FROM audit_checkpoints'))
        noted.add(note);
    }
    going.on = false;
    await Promise.all(running);
    await trail.seal(trail.otherSealer());
    expect(killed).toBeGreaterThan(0);
    const { logs: proved, damage } = await trail.verified();
    expect(damage).toBeUndefined();
    const [{ events } = { events: 0 }] = await trail.sql<{ events: number }>(
      'SELECT count(*)::int AS events FROM audit_events',
    );
    expect([eventsOf(proved), events > EVENTS / 2]).toEqual([events, true]);
    // What anybody may have kept is a beginning of what is there: none was signed of another history.
    const roots = await trail.sql<{ origin: string; size: string; root: Buffer }>(
      'SELECT audit_origin(log_id, epoch) AS origin, size, root FROM audit_checkpoints',
    );
    const rootOf = new Map(
      roots.map(({ origin, size, root }) => [`${origin} ${size}`, root.toString('hex')]),
    );
    const sizes = new Map<string, string>();
    for (const note of noted) {
      const { origin, size, root } = parseCheckpoint(note)!;
      const place = `${origin} ${size}`;
      expect(sizes.get(place) ?? root.toString('hex')).toBe(root.toString('hex'));
      sizes.set(place, root.toString('hex'));
      expect(rootOf.get(place) ?? root.toString('hex')).toBe(root.toString('hex'));
    }
    expect(trail.logged.filter(({ alarm }) => alarm !== undefined)).toEqual([]);
  });
});
