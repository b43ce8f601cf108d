import type { DataSource } from 'typeorm';
import { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import { SealingRepository } from '../../src/audit-trail/sealing/sealing.repository.js';
import { SigningKeysRepository } from '../../src/audit-trail/sealing/signing-keys.repository.js';
import { SigningKeys } from '../../src/audit-trail/sealing/signing-keys.js';
import type { RootKeys } from '../../src/crypto/root-keys.js';
import type { Logger } from '../../src/observability/logger.js';
import { RootKeysRepository } from '../../src/tenants/root-keys.repository.js';
import { ExportWriter } from '../../src/audit-trail/export-file/export-writer.js';
import { LogKeys, logKeyLine } from '../../src/transparency/log-keys.js';
import { Frontier } from '../../src/transparency/tree/frontier.js';
import { subtreesOf } from '../../src/transparency/tree/node-address.js';
import { VerifierKey } from '../../src/transparency/note/verifier-key.js';
import type { TestDatabase } from './database.js';

/** Returns a sealer as a process of its own has it. */
export function sealerOf(rootKeys: RootKeys, logger: Logger): Sealer {
  const keys = new SigningKeys(rootKeys, new RootKeysRepository(), new SigningKeysRepository());
  return new Sealer(new SealingRepository(), keys, logger);
}

/** Seals until nothing is left to seal, a transaction for each batch. Returns their number. */
export async function sealAll(sealer: Sealer, dataSource: DataSource): Promise<number> {
  let batches = 0;
  do batches += 1;
  while (await dataSource.transaction((manager) => sealer.sealSome(manager)));
  return batches;
}

/** Reads all tables, as a superuser does. */
export type Superuser = Pick<TestDatabase, 'asSuperuser'>;

interface Epoch {
  readonly log_id: string;
  readonly epoch: number;
  readonly origin: string;
  readonly pruned: number;
}

/** Returns an export of all logs as the tables hold them, read as a superuser. */
export async function exportOf(database: Superuser): Promise<Buffer> {
  const writer = new ExportWriter();
  let text = writer.begin();
  const epochs = await database.asSuperuser<Epoch>(
    `SELECT DISTINCT l.log_id, l.epoch, audit_origin(l.log_id, l.epoch) AS origin, coalesce(p.size, 0)::int AS pruned
     FROM audit_leaves l LEFT JOIN audit_pruned p USING (log_id, epoch)
     WHERE l.leaf_index >= coalesce(p.size, 0) ORDER BY l.log_id, l.epoch`,
  );
  for (const { log_id, epoch, origin, pruned } of epochs) {
    text += writer.beginLog(origin, pruned === 0 ? undefined : await startOf(database, log_id, epoch));
    const leaves = await database.asSuperuser<{ body: string | null; hash: Buffer; note: string | null }>(
      `SELECT e.body, l.hash, c.note FROM audit_leaves l
       LEFT JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
       LEFT JOIN audit_checkpoints c ON c.log_id = l.log_id AND c.epoch = l.epoch AND c.size = l.leaf_index + 1
       WHERE l.log_id = $1 AND l.epoch = $2 AND l.leaf_index >= $3 ORDER BY l.leaf_index`,
      [log_id, epoch, pruned],
    );
    for (const { body, hash, note } of leaves) {
      text += body === null ? writer.missing(hash) : writer.event(body, hash);
      if (note !== null) text += writer.checkpoint(note);
    }
  }
  return Buffer.from(text + writer.end());
}

/** Returns what an export of a log begins with whose oldest events were removed. */
async function startOf(
  database: Superuser,
  logId: string,
  epoch: number,
): Promise<{ checkpoint: string; frontier: Frontier }> {
  const [kept] = await database.asSuperuser<{ size: number; note: string }>(
    `SELECT p.size::int AS size, c.note FROM audit_pruned p JOIN audit_checkpoints c USING (log_id, epoch, size)
     WHERE p.log_id = $1 AND p.epoch = $2`,
    [logId, epoch],
  );
  if (kept === undefined) throw new Error('The checkpoint at which the log begins is gone');
  const addresses = subtreesOf({ begin: 0, end: kept.size });
  const nodes = await database.asSuperuser<{ hash: Buffer }>(
    `SELECT n.hash FROM unnest($3::int[], $4::bigint[]) WITH ORDINALITY AS a (level, node_index, place)
     JOIN audit_nodes n ON n.log_id = $1 AND n.epoch = $2 AND n.level = a.level AND n.node_index = a.node_index
     ORDER BY a.place`,
    [logId, epoch, addresses.map(({ level }) => level), addresses.map(({ index }) => index)],
  );
  const hashes = nodes.map(({ hash }) => hash);
  return { checkpoint: kept.note, frontier: Frontier.of(kept.size, hashes) };
}

/** Returns the verifier keys of all logs. */
export async function keysOf(database: Superuser): Promise<LogKeys> {
  return LogKeys.parse(await keyTextOf(database));
}

/** Returns the file of the verifier keys of all logs. */
export async function keyTextOf(database: Superuser): Promise<string> {
  const rows = await database.asSuperuser<{ origin: string; key: Buffer; from: string }>(
    `SELECT audit_origin(k.log_id, k.epoch) AS origin, s.public_key AS key, k.from_size AS from
     FROM audit_log_keys k JOIN audit_signing_keys s ON s.id = k.key_id`,
  );
  return rows
    .map(({ origin, key, from }) => {
      const verifierKey = VerifierKey.of(origin, key);
      if (verifierKey === undefined) throw new Error(`${origin} has no key`);
      return logKeyLine(verifierKey, Number(from));
    })
    .join('');
}
