import { randomInt } from 'node:crypto';
import { anySource, oneSource } from '../sources.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SOURCES = 250;

/** Calls with tokens that do not exist, half of them from one address and half from many. */
export function wrongTokens(attack) {
  attack.repeat((connection) =>
    attack.request('GET', attack.secretPath(), undefined, {
      tenant: attack.tenant,
      'authentication-token': `ctok-${letters(10)}-${letters(40)}`,
      ...(connection % 2 === 0 ? oneSource() : anySource(SOURCES)),
    }),
  );
}

function letters(count) {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
