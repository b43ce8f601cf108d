/** Joins the parts, each after its length in four big-endian bytes: no two lists of parts give the same bytes. */
export function lengthPrefixed(parts: readonly (Buffer | string)[]): Buffer {
  const lengths = parts.map((part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.length));
  const result = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let offset = 0;
  parts.forEach((part, index) => {
    offset = result.writeUInt32BE(lengths[index] ?? 0, offset);
    offset += typeof part === 'string' ? result.write(part, offset) : part.copy(result, offset);
  });
  return result;
}

/** Encodes a whole number below 2^32 in four big-endian bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * Encodes a whole number below 2^64 in eight big-endian bytes.
 * @throws RangeError for any other number
 */
export function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/**
 * Decodes the 16 bytes of a UUID's text.
 * @throws TypeError when the text is not a UUID
 */
export function uuidBytes(uuid: string): Buffer {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) throw new TypeError('Not a UUID');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
