import { randomInt } from 'node:crypto';

/** Changes one secret from all connections. */
export function hotKey(attack) {
  attack.repeat(() =>
    attack.request('PATCH', attack.secretPath(0), { value: `changed ${randomInt(2 ** 32)}` }),
  );
}
