import { BadParameters } from '../../common/errors.js';

/** Names the checkpoint after which a page begins. */
export interface CheckpointCursor {
  readonly logId: string;
  readonly epoch: number;
  readonly size: number;
}

const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,9})\/(\d{1,15})$/;

/** Encodes a cursor as URL-safe text, which is opaque to clients. */
export function encodeCheckpointCursor({ logId, epoch, size }: CheckpointCursor): string {
  return Buffer.from(`${logId}/${epoch}/${size}`).toString('base64url');
}

/**
 * Reads a cursor; returns undefined for the empty text, with which the first page begins.
 * @throws BadParameters for what no list of checkpoints has given out
 */
export function decodeCheckpointCursor(text = ''): CheckpointCursor | undefined {
  if (text === '') return undefined;
  const [, logId, epoch, size] = FORM.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (logId === undefined)
    throw new BadParameters(
      '`_after` is not a cursor of checkpoints; begin without `_after`, then give what `metadata.next` says',
    );
  return { logId, epoch: Number(epoch), size: Number(size) };
}
