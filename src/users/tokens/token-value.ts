import { hash, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 10;
const SECRET_LENGTH = 40;

/** Holds the two parts of a token, which callers write `ctok-<10 letters or digits>-<40 letters or digits>`. */
export interface TokenValue {
  readonly id: string;
  readonly secret: string;
}

/** Generates a token, whose secret part has more than 238 random bits. */
export function newTokenValue(): TokenValue {
  return { id: randomText(ID_LENGTH), secret: randomText(SECRET_LENGTH) };
}

/** Splits what a caller sent into its parts; returns undefined where it has not the form of a token. */
export function parseTokenValue(text: string): TokenValue | undefined {
  const [, id, secret] = /^ctok-([A-Za-z0-9]{10})-([A-Za-z0-9]{40})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function shownToken({ id, secret }: TokenValue): string {
  return `ctok-${id}-${secret}`;
}

/** Returns the form in which a token is shown after its creation. */
export function maskedToken(id: string): string {
  return `ctok-${id}-********`;
}

/** Returns the SHA-256 of the secret part. A slow hash is not needed: the secret is random and long. */
export function tokenHash(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
