import type { ValueTransformer } from 'typeorm';
import { SealedValue } from './sealed-value.js';

/**
 * Converts between a `bytea` column and a SealedValue. It neither seals nor opens, since that needs a binding, which a
 * column does not know. It refuses anything but a SealedValue, so that no clear text can reach the column.
 */
export const sealedValueTransformer: ValueTransformer = {
  from(bytes: unknown): SealedValue | null {
    if (bytes === null || bytes === undefined) return null;
    if (!Buffer.isBuffer(bytes)) throw new TypeError('The column did not give bytes');
    return SealedValue.fromBytes(bytes);
  },
  to(value: unknown): unknown {
    if (value === null || value === undefined) return value;
    if (!(value instanceof SealedValue)) throw new TypeError('Only a sealed value can be stored here');
    return value.bytes;
  },
};
