/** Holds a name and a password as a client sent them. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

const LONGEST_HEADER = 8192;

/**
 * Reads an `Authorization` header of the Basic scheme (RFC 7617, UTF-8). Old clients use the URL-safe alphabet of
 * base64, so both alphabets are accepted, with or without padding. The password is everything after the first colon.
 * @returns undefined where the header is missing or malformed, or holds NUL or broken UTF-8
 */
export function readBasicCredentials(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header.length > LONGEST_HEADER) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = decode(encoded);
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1 || text.includes('\u0000')) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Says what is wrong with a header without readable credentials, and what would be right, as the rest of a sentence.
 */
export function credentialsProblem(header: string | undefined): string {
  if (header === undefined) return `: ${BOTH_WAYS}`;
  if (!/^basic( |$)/i.test(header))
    return ` that is understood: the header \`Authorization\` has another scheme than Basic; ${BOTH_WAYS}`;
  return (
    ' that can be read: the header `Authorization` must be `Basic`, a space, and the base64 of `name:password` ' +
    `in UTF-8, at most ${LONGEST_HEADER} characters`
  );
}

const BOTH_WAYS =
  'send a user name and a password by HTTP Basic authentication, or a token in the header `Authentication-Token`';

function decode(encoded: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}
