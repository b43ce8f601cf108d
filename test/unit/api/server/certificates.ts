import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TLS = join(import.meta.dirname, '../../../support/tls');

/** Holds the certificates and keys of the tests as PEM; `one` and `other` are pairs, made for `localhost`. */
export const PEM = {
  one: pair('localhost'),
  other: pair('database/server'),
  expired: { cert: read('database/expired.crt'), key: read('database/server.key') },
  authority: read('database/ca.crt'),
};

function pair(name: string): { readonly cert: string; readonly key: string } {
  return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
}

function read(name: string): string {
  return readFileSync(join(TLS, name), 'utf8');
}
