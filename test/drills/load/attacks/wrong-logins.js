import { randomBytes } from 'node:crypto';
import { anySource, oneSource } from '../sources.js';

const KNOWN_NAME = 'admin';
const SOURCES = 250;

/** Logs in with wrong passwords. `options` says whether the name is known and the source always the same. */
export function wrongLogins(attack) {
  const { known, sources } = attack.options;
  attack.repeat(() => {
    const name = known ? KNOWN_NAME : `nobody-${randomBytes(6).toString('hex')}`;
    const login = Buffer.from(`${name}:${randomBytes(9).toString('base64url')}`).toString('base64');
    return attack.request('GET', attack.secretPath(), undefined, {
      tenant: attack.tenant,
      authorization: `Basic ${login}`,
      ...(sources === 'one' ? oneSource() : anySource(SOURCES)),
    });
  });
}
