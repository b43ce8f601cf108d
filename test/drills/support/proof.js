import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExportWriter } from '../../../dist/src/audit-trail/export-file/export-writer.js';
import { logKeyLine } from '../../../dist/src/transparency/log-keys.js';
import { VerifierKey } from '../../../dist/src/transparency/note/verifier-key.js';

const TIMEOUT_MS = 60_000;
const POLL_MS = 200;

/** Lists both verifiers, which share no code. */
const VERIFIERS = [
  (file, keys) => ['dist/src/cli/main.js', 'audit', 'verify', file, '--keys', keys],
  (file, keys) => ['docs/verify-audit.mjs', file, keys],
];

/** Selects the events that are not exactly one leaf, and the leaves without an event. */
const ODD = `
  SELECT coalesce(e.id, l.event_id) AS id, count(l.event_id)::int AS leaves, count(e.id)::int AS events
  FROM audit_events e FULL JOIN audit_leaves l ON l.log_id = e.log_id AND l.event_id = e.id
  GROUP BY coalesce(e.log_id, l.log_id), 1 HAVING count(l.event_id) <> 1 OR count(e.id) <> 1 LIMIT 5`;

const LEAVES = `
  SELECT l.log_id, l.epoch, audit_origin(l.log_id, l.epoch) AS origin, e.body, l.hash, c.note
  FROM audit_leaves l
  LEFT JOIN audit_events e ON e.log_id = l.log_id AND e.id = l.event_id
  LEFT JOIN audit_checkpoints c ON c.log_id = l.log_id AND c.epoch = l.epoch AND c.size = l.leaf_index + 1
  ORDER BY l.log_id, l.epoch, l.leaf_index`;

const KEYS = `
  SELECT audit_origin(k.log_id, k.epoch) AS origin, s.public_key AS key, k.from_size AS size
  FROM audit_log_keys k JOIN audit_signing_keys s ON s.id = k.key_id`;

/**
 * Checks after a drill that the audit trail can be proved: each event is one leaf, no epoch began for a crash, and both
 * verifiers accept an export of all logs.
 * @returns a line for each fault, and the number of events that were proved
 */
export async function checkProof({ cluster }) {
  const isSealed = await untilSealed(cluster);
  const faults = isSealed ? [] : ['events were not sealed within a minute'];
  for (const { id, leaves, events } of await cluster.query(ODD, [], 'drill'))
    faults.push(`event ${id} is there ${events} times, and ${leaves} times among the leaves`);
  const leaves = await cluster.query(LEAVES, [], 'drill');
  if (leaves.some(({ epoch }) => epoch > 1)) faults.push('a new epoch began, though no commit was lost');
  faults.push(...(await refusals(exportText(leaves), await cluster.query(KEYS, [], 'drill'))));
  return { faults, events: leaves.length };
}

async function untilSealed(cluster) {
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const [row] = await cluster.query('SELECT FROM audit_pending LIMIT 1', [], 'drill');
    if (row === undefined) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function exportText(leaves) {
  const writer = new ExportWriter();
  const lines = [writer.begin()];
  let last;
  for (const { origin, body, hash, note } of leaves) {
    if (origin !== last) lines.push(writer.beginLog(origin));
    last = origin;
    lines.push(body === null ? writer.missing(hash) : writer.event(body, hash));
    if (note !== null) lines.push(writer.checkpoint(note));
  }
  return [...lines, writer.end()].join('');
}

async function refusals(text, keys) {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-proof-'));
  try {
    const [exported, published] = [join(folder, 'audit.jsonl'), join(folder, 'keys.txt')];
    writeFileSync(exported, text);
    const lines = keys.map(({ origin, key, size }) => logKeyLine(VerifierKey.of(origin, key), Number(size)));
    writeFileSync(published, lines.join(''));
    const ran = await Promise.all(VERIFIERS.map((argsOf) => run(argsOf(exported, published))));
    return ran.filter(({ code }) => code !== 0).map(({ output }) => output.trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run([script, ...args]) {
  return new Promise((done) => {
    const child = execFile(process.execPath, [resolve(script), ...args], (_error, stdout, stderr) =>
      done({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}
