import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { streamedFile } from '../../api/streaming/streamed-file.js';
import { formatTime } from '../../api/time-format.js';
import type { Logger } from '../../observability/logger.js';
import { base64 } from '../../transparency/base64.js';
import type { LogScope } from '../reading/log-scope.js';
import { decodeCheckpointCursor, encodeCheckpointCursor } from './checkpoint-cursor.js';
import type { Checkpoints } from './checkpoints.service.js';
import type { CheckpointList } from './dto/checkpoint-list.js';
import type { CheckpointsQuery, ConsistencyQuery } from './dto/proof.queries.js';
import { PLAIN_TEXT } from './proof.examples.js';
import type { Prover } from './prover.service.js';

const KEYS_FILE = { type: PLAIN_TEXT, disposition: 'attachment; filename="audit-keys.txt"' };

/** Answers with the file of keys of the logs. */
export async function keysFile(
  checkpoints: Checkpoints,
  scope: LogScope,
  exchange: { readonly request: FastifyRequest; readonly logger: Logger },
): Promise<StreamableFile> {
  if (exchange.request.method !== 'HEAD')
    return streamedFile(checkpoints.keyLines(scope), KEYS_FILE, exchange);
  await checkpoints.recordKeysHead(scope);
  return new StreamableFile(Readable.from([]), KEYS_FILE);
}

/** Answers with a page of checkpoints. */
export async function checkpointList(
  checkpoints: Checkpoints,
  scope: LogScope,
  { _size: size, _after }: CheckpointsQuery,
): Promise<CheckpointList> {
  const after = decodeCheckpointCursor(_after);
  const found = await checkpoints.list(scope, { limit: size, after });
  const last = found.length < size ? undefined : found.at(-1);
  return {
    items: found.map(({ origin, epoch, size, root, signedAt, note }) => ({
      ...{ origin, epoch, size, root: base64(root) },
      ...{ signed_at: formatTime(signedAt), checkpoint: note },
    })),
    metadata: {
      pagination: { size },
      next: last === undefined ? null : encodeCheckpointCursor(last),
    },
  };
}

/** Returns which checkpoint is to be proved to be continued. */
export function toContinuation({
  old,
  epoch = 1,
  new: size,
}: ConsistencyQuery): Parameters<Prover['consistency']>[1] {
  return { epoch, old, new: size };
}
