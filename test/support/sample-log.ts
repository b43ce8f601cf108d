import { ExportWriter } from '../../src/audit-trail/export-file/export-writer.js';
import { logKeyLine } from '../../src/transparency/log-keys.js';
import { CheckpointSigner } from '../../src/transparency/note/checkpoint-signer.js';
import { privateKeyOf } from '../../src/transparency/note/ed25519.js';
import { Appender, type AppendedLeaf } from '../../src/transparency/tree/appender.js';
import { Frontier } from '../../src/transparency/tree/frontier.js';
import type { NodeAddress } from '../../src/transparency/tree/node-address.js';
import type { NodeStore } from '../../src/transparency/tree/node-store.js';

const INSTALLATION = '019ada5c-0000-7000-8000-000000000001';
export const SYSTEM = '00000000-0000-0000-0000-000000000000';
export const TENANT = '019ada5c-7f1e-7c3b-a9d8-1f0e2d3c4b5a';
export const OTHER_TENANT = '019ada5d-1111-7222-8333-444455556666';

/** Returns a signer whose private key everybody knows. */
export function sampleSigner(fill = 7): CheckpointSigner {
  return new CheckpointSigner(privateKeyOf(Buffer.alloc(32, fill)));
}

export function sampleOrigin(logId = TENANT, epoch = 1): string {
  return `strongroom/${INSTALLATION}/${logId}${epoch === 1 ? '' : `/${epoch}`}`;
}

/** Returns the body of an event as the database builds it. */
export function sampleEvent(
  number: number,
  fields: { action?: string; key?: string; detail?: object } = {},
): string {
  const { action = 'secret.read', key = `db.password-${number}`, detail = null } = fields;
  const digits = String(number).padStart(4, '0');
  const members = {
    id: `019ada5c-7f1e-7000-8000-00000000${digits}`,
    time: `2026-11-29T20:00:00.${digits.slice(1)}Z`,
    tenant_id: TENANT,
    action,
    key,
    secret_id: null,
    version: null,
    revision: null,
    outcome: 'ok',
    caller: { actor_id: null, actor_name: 'anna', method: 'basic', request_id: `r-${number}`, address: null },
    detail,
  };
  const written = Object.entries(members).map(([name, value]) => `"${name}" : ${JSON.stringify(value)}`);
  return `{${written.join(', ')}}`;
}

/** Keeps the nodes of a tree in memory. */
export class MemoryNodes implements NodeStore {
  private readonly known = new Map<string, Buffer>();

  add({ index, hash, completed }: AppendedLeaf): void {
    this.known.set(`0/${index}`, hash);
    for (const node of completed) this.known.set(`${node.level}/${node.index}`, node.hash);
  }

  hashes(addresses: readonly NodeAddress[]): Promise<Buffer[]> {
    return Promise.resolve(addresses.map(({ level, index }) => this.known.get(`${level}/${index}`)!));
  }
}

/** Holds a log with its tree, as the sealer and the database keep it. */
export class SampleLog {
  readonly nodes = new MemoryNodes();
  readonly bodies: string[] = [];
  readonly leaves: Buffer[] = [];
  private readonly appender = new Appender(Frontier.empty());

  constructor(
    readonly origin = sampleOrigin(),
    readonly signer = sampleSigner(),
  ) {}

  static of(count: number, origin?: string, signer?: CheckpointSigner): SampleLog {
    const log = new SampleLog(origin, signer);
    for (let number = 1; number <= count; number += 1) log.append(sampleEvent(number));
    return log;
  }

  append(body: string): this {
    const leaf = this.appender.append(Buffer.from(body));
    this.nodes.add(leaf);
    this.bodies.push(body);
    this.leaves.push(leaf.hash);
    return this;
  }

  frontier(size = this.bodies.length): Frontier {
    const frontier = Frontier.empty();
    for (const leaf of this.leaves.slice(0, size)) frontier.append(leaf);
    return frontier;
  }

  checkpoint(size = this.bodies.length, signer = this.signer): string {
    return signer.sign({ origin: this.origin, size, root: this.frontier(size).root() });
  }

  keyLine(from = 0, signer = this.signer): string {
    return logKeyLine(signer.verifierKey(this.origin), from);
  }
}

/** Says what of a log an export has; by default all of it, with one checkpoint. */
interface Section {
  readonly log: SampleLog;
  readonly from?: number;
  /** The sizes of the checkpoints, the last of which ends the log. */
  readonly sizes?: readonly number[];
  /** Signs instead of the log's own signer. */
  readonly signer?: (size: number) => CheckpointSigner;
}

export function exportText(sections: readonly Section[]): string {
  const writer = new ExportWriter();
  const parts = [writer.begin()];
  for (const { log, from, sizes = [log.bodies.length], signer } of sections) {
    const checkpoint = (size: number) => log.checkpoint(size, signer?.(size));
    const start =
      from === undefined ? undefined : { checkpoint: checkpoint(from), frontier: log.frontier(from) };
    parts.push(writer.beginLog(log.origin, start));
    let written = from ?? 0;
    for (const size of sizes) {
      for (; written < size; written += 1)
        parts.push(writer.event(log.bodies[written]!, log.leaves[written]!));
      parts.push(writer.checkpoint(checkpoint(size)));
    }
  }
  return [...parts, writer.end()].join('');
}
