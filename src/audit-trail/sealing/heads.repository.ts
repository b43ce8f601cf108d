import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TreeHead } from '../../transparency/note/checkpoint.js';

interface Row {
  readonly origin: string;
  readonly size: string;
  readonly root: Buffer;
}

/** Takes the heads of logs that changed since they were announced. */
@Injectable()
export class HeadsRepository {
  /**
   * Returns the heads of up to `limit` logs, which count as announced once the transaction commits. Returns none while the
   * last round began less than a minute ago.
   */
  async takeChanged(
    manager: EntityManager,
    { limit, beginsRound }: { readonly limit: number; readonly beginsRound: boolean },
  ): Promise<TreeHead[]> {
    const rows = await manager.query<Row[]>('SELECT origin, size, root FROM announce_audit_heads($1, $2)', [
      limit,
      beginsRound,
    ]);
    return rows.map(({ origin, size, root }) => ({ origin, size: Number(size), root }));
  }
}
