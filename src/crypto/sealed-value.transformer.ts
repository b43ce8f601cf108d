import type { ValueTransformer } from 'typeorm';
import { SealedValue } from './sealed-value.js';

/**
 * Encrypts a `bytea` column: `to` seals a SealedValue, `from` returns one that opens only with the binding that is
 * asked for. Nothing else writes or reads a sealed column; raw statements go through it too. It refuses anything but a
 * SealedValue, so that no clear text can reach the column.
 */
export const sealedValueTransformer = {
  /** @throws TypeError when the column holds no bytes, DecryptionError when they are no envelope of a known format */
  from(bytes: unknown): SealedValue | null {
    if (bytes === null || bytes === undefined) return null;
    if (!Buffer.isBuffer(bytes)) throw new TypeError('The column did not give bytes');
    return SealedValue.fromBytes(bytes);
  },

  /** @throws TypeError for anything but a SealedValue, null or undefined */
  to(value: unknown): Buffer | null | undefined {
    if (value === null || value === undefined) return value;
    if (!(value instanceof SealedValue)) throw new TypeError('Only a sealed value can be stored here');
    return value.bytes;
  },
} satisfies ValueTransformer;
