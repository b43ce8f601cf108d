import type { EntityManager } from 'typeorm';
import { namedQueryIn } from '../../database/named-query.js';
import { nodeHash } from '../../transparency/tree/hash.js';
import type { NodeAddress } from '../../transparency/tree/node-address.js';
import type { NodeStore } from '../../transparency/tree/node-store.js';
import type { LogTree } from './log-tree.js';

interface Row extends NodeAddress {
  readonly hash: Buffer;
}

const NODES =
  'SELECT level, node_index::float8 AS index, hash FROM read_audit_nodes($1, $2, $3::integer[], $4::bigint[])';

/** Gives the nodes of a tree from what is stored of it: every eighth level, the leaves, and the frontier of what was pruned. */
export class StoredNodes implements NodeStore {
  constructor(
    private readonly manager: EntityManager,
    private readonly tree: LogTree,
  ) {}

  /** @throws Error for a node that was pruned, or of which somebody deleted a part */
  async hashes(addresses: readonly NodeAddress[]): Promise<Buffer[]> {
    const { logId, epoch } = this.tree;
    const rows = await namedQueryIn<Row>(this.manager, {
      ...{ name: 'read_audit_nodes', text: NODES },
      values: [logId, epoch, addresses.map(({ level }) => level), addresses.map(({ index }) => index)],
    });
    const stored = new Map(rows.map((row) => [nameOf(row), row.hash]));
    return addresses.map((address) => hashOf(address, stored));
  }
}

function hashOf(address: NodeAddress, stored: ReadonlyMap<string, Buffer>): Buffer {
  const found = stored.get(nameOf(address));
  if (found !== undefined) return found;
  const { level, index } = address;
  if (level === 0) throw new Error('A part of the tree of a log is not stored any more');
  const [left, right] = [index * 2, index * 2 + 1].map((child) =>
    hashOf({ level: level - 1, index: child }, stored),
  ) as [Buffer, Buffer];
  return nodeHash(left, right);
}

function nameOf({ level, index }: NodeAddress): string {
  return `${level}/${index}`;
}
