/** The parts, each after its length in four big-endian bytes: no two lists of parts give the same bytes. */
export function lengthPrefixed(parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
      return [uint32(bytes.length), bytes];
    }),
  );
}

/** A whole number below 2^32 in four big-endian bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * The 16 bytes of a UUID's text.
 * @throws TypeError when the text is none
 */
export function uuidBytes(uuid: string): Buffer {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) throw new TypeError('Not a UUID');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
