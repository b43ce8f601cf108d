import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import { printable } from '../common/printable.js';
import { DatabaseUrlError, type DatabaseUrl } from './database-url.js';
import { renewed } from './renewed.js';
import type { SslMode } from './database-url-parameters.js';

const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;

type Material = Partial<Record<(typeof FILES)[number], string>>;

/**
 * Returns how strictly a URL wants TLS. Without `sslmode` there is none, unless another parameter asks for it. A unix
 * socket never has TLS, as with libpq.
 */
export function sslModeOf({ host, parameters }: DatabaseUrl): SslMode {
  if (host.startsWith('/')) return 'disable';
  const given = parameters.get('sslmode') as SslMode | undefined;
  if (given !== undefined) return given;
  if (FILES.some((name) => parameters.has(name))) return 'verify-full';
  return parameters.has('ssl') || parameters.get('sslnegotiation') === 'direct' ? 'require' : 'disable';
}

/**
 * Returns the TLS options of a URL; false for none. `require` and `verify-full` verify the certificate and the host name,
 * `verify-ca` only the certificate, `no-verify` nothing. The driver reads the options for each connection, and with them
 * the files that the URL names, so that new contents are used without a restart. Contents that cannot be used are
 * warned about, and the ones before stay.
 * @throws DatabaseUrlError when a file cannot be read or holds something else, or when parameters contradict each other
 */
export function databaseTls(url: DatabaseUrl): ConnectionOptions | false {
  const mode = sslModeOf(url);
  const { parameters } = url;
  if (mode === 'disable') return noTls(url);
  requireFiles(mode, parameters);
  const context = renewed({
    read: () => materialOf(parameters),
    make: (material) => contextOf(material, parameters),
    onProblem: (problem) =>
      process.emitWarning(`TLS to the database: the earlier files stay in use: a URL ${problem}`),
  });
  return {
    rejectUnauthorized: mode !== 'no-verify',
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    get secureContext() {
      return context();
    },
  };
}

function requireFiles(mode: SslMode, parameters: ReadonlyMap<string, string>): void {
  if (parameters.has('sslcert') !== parameters.has('sslkey'))
    throw new DatabaseUrlError('needs both sslcert and sslkey, or neither of them');
  if (mode === 'verify-ca' && [undefined, 'system'].includes(parameters.get('sslrootcert')))
    throw new DatabaseUrlError('needs sslrootcert with sslmode=verify-ca, or sslmode=verify-full');
}

function noTls({ host, parameters }: DatabaseUrl): false {
  if (parameters.get('sslnegotiation') === 'direct' && !host.startsWith('/'))
    throw new DatabaseUrlError('has sslnegotiation=direct with sslmode=disable: give another sslmode');
  return false;
}

function materialOf(parameters: ReadonlyMap<string, string>): Material {
  const material: Material = {};
  for (const name of FILES) {
    const path = parameters.get(name);
    // As with libpq, `system` means the certificates that are trusted anyway.
    if (path === undefined || (name === 'sslrootcert' && path === 'system')) continue;
    material[name] = contentOf(name, path);
  }
  return material;
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new DatabaseUrlError(
      `names a file by ${name} that cannot be read: ${printable(path, 256)} (${code})`,
    );
  }
}

function contextOf(
  { sslrootcert: ca, sslcert: cert, sslkey: key }: Material,
  parameters: ReadonlyMap<string, string>,
): SecureContext {
  const passphrase = parameters.get('sslpassword');
  const shown = (name: string): string => `${name} (${printable(parameters.get(name) ?? '', 256)})`;
  attempt(`names a file by ${shown('sslrootcert')} that holds no certificate in PEM`, () => {
    if (ca !== undefined) new X509Certificate(ca);
  });
  attempt(`names a file by ${shown('sslcert')} that holds no certificate in PEM`, () => {
    if (cert !== undefined) new X509Certificate(cert);
  });
  return attempt(
    `names a file by ${shown('sslkey')} that holds no key in PEM for sslcert, or needs another sslpassword`,
    () => createSecureContext({ ca, cert, key, passphrase }),
  );
}

function attempt<T>(problem: string, use: () => T): T {
  try {
    return use();
  } catch {
    throw new DatabaseUrlError(problem);
  }
}
