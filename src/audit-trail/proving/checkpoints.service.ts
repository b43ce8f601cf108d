import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../audit/audit-event.js';
import { Refusal } from '../../audit/refusal.js';
import { logKeyLine } from '../../transparency/log-keys.js';
import { VerifierKey } from '../../transparency/note/verifier-key.js';
import { logDetail, readerOf, type LogScope } from '../reading/log-scope.js';
import { ScopedReading } from '../reading/scoped-reading.js';
import type { CheckpointCursor } from './checkpoint-cursor.js';
import { noCheckpoint } from './no-checkpoint.js';
import { oneLog } from './one-log.js';
import { ProofsRepository, type KeptCheckpoint, type LogKey } from './proofs.repository.js';

/** Gives the checkpoints and the public keys of logs. */
@Injectable()
export class Checkpoints {
  constructor(
    @Inject(ScopedReading) private readonly reading: ScopedReading,
    @Inject(ProofsRepository) private readonly proofs: ProofsRepository,
  ) {}

  /**
   * Returns a checkpoint of one log, as it was signed.
   * @throws NotFound where there is none
   */
  one(
    scope: LogScope,
    { epoch, size }: { readonly epoch?: number; readonly size?: number },
  ): Promise<string> {
    const event = newEvent('audit.checkpoint_read', readerOf(scope).caller, { detail: logDetail(scope) });
    return this.reading.recorded(scope, event, async (manager, logIds) => {
      const logId = oneLog(logIds);
      if (logId instanceof Refusal) return logId;
      const asked = { epoch: epoch ?? (size === undefined ? undefined : 1), size, limit: 1 };
      const [found] = await this.proofs.checkpoints(manager, [logId], asked);
      return found?.note ?? noCheckpoint(asked);
    });
  }

  /** Returns a page of the checkpoints that are kept, the last ones of each log first. */
  list(
    scope: LogScope,
    page: { readonly limit: number; readonly after: CheckpointCursor | undefined },
  ): Promise<KeptCheckpoint[]> {
    const event = newEvent('audit.checkpoint_list', readerOf(scope).caller, { detail: logDetail(scope) });
    return this.reading.recorded(scope, event, (manager, logIds) =>
      this.proofs.checkpoints(manager, logIds, page),
    );
  }

  /** Gives the lines of a file of keys: of each epoch, every key that ever signed. */
  async *keyLines(scope: LogScope): AsyncGenerator<string, void> {
    const event = newEvent('audit.key_list', readerOf(scope).caller, { detail: logDetail(scope) });
    let keys = await this.reading.recorded(scope, event, (manager, logIds) =>
      this.proofs.keys(manager, logIds, undefined),
    );
    while (keys.length > 0) {
      yield keys.map(keyLine).join('');
      const after = keys.at(-1);
      keys = await this.reading.further(scope, event.id, (manager, logIds) =>
        this.proofs.keys(manager, logIds, after),
      );
    }
  }

  /** Records that the file of keys was asked for by HEAD. */
  async recordKeysHead(scope: LogScope): Promise<void> {
    const event = newEvent('audit.key_list', readerOf(scope).caller, { detail: logDetail(scope) });
    await this.reading.recorded(scope, event, () => Promise.resolve(undefined));
  }
}

function keyLine({ origin, publicKey, from }: LogKey): string {
  const key = VerifierKey.of(origin, publicKey);
  if (key === undefined) throw new Error(`The key of ${origin} is none`);
  return logKeyLine(key, from);
}
