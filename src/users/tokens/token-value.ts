import { hash, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 10;
const SECRET_LENGTH = 40;

/** The two parts of a token as callers write it: `ctok-<10 letters or digits>-<40 letters or digits>`. */
export interface TokenValue {
  readonly id: string;
  readonly secret: string;
}

/** A new token; its secret part has more than 238 random bits. */
export function newTokenValue(): TokenValue {
  return { id: randomText(ID_LENGTH), secret: randomText(SECRET_LENGTH) };
}

/** The parts of what a caller sent, or undefined where it is no token. */
export function parseTokenValue(text: string): TokenValue | undefined {
  const [, id, secret] = /^ctok-([A-Za-z0-9]{10})-([A-Za-z0-9]{40})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function shownToken({ id, secret }: TokenValue): string {
  return `ctok-${id}-${secret}`;
}

/** What is shown of a token after its first time. */
export function maskedToken(id: string): string {
  return `ctok-${id}-********`;
}

/** SHA-256, 32 bytes: enough for a secret that is random and long. */
export function tokenHash(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
