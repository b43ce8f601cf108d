/** Holds the ids of a caller's trace, in lower-case hexadecimal digits. */
export interface Traceparent {
  /** Identifies the trace; 32 digits, not all zero. */
  readonly traceId: string;
  /** Identifies the operation of the caller that this request is a part of; 16 digits, not all zero. */
  readonly parentId: string;
  /** Tells whether the caller may have recorded the trace. */
  readonly isSampled: boolean;
}

/** Matches version 00, which ends after the flags, and later versions, which may go on after a hyphen. */
const FORM = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const SAMPLED = 1;

/**
 * Reads the header `traceparent` (W3C Trace Context, section 3.2).
 * @param header as Node.js gives it: several headers are joined by commas, which is not valid
 * @returns undefined without a valid header; an invalid one is ignored, as the recommendation demands
 */
export function parseTraceparent(header: string | readonly string[] | undefined): Traceparent | undefined {
  const [, version, traceId = '', parentId = '', flags = '', rest] = FORM.exec(String(header ?? '')) ?? [];
  if (version === undefined || (version === '00' && rest !== undefined)) return undefined;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}
