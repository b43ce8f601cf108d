import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { serverUser } from '../../src/database/embedded/server-user.js';
import { query } from './server.js';

/** Names the directory of the certificates, all of one authority (`ca.crt`) and made for `localhost`. */
export const CERTIFICATES = join(import.meta.dirname, 'tls/database');

/** Names the login that may connect with a certificate only. */
export const CERTIFIED = 'secured_client';

const HBA = `
local   all      postgres              trust
local   all      all                   scram-sha-256
hostssl all      ${CERTIFIED}  all     cert
host    refused  all           all     reject
host    all      all           all     scram-sha-256
`;

/**
 * Runs a PostgreSQL server of its own that asks for passwords and listens on a port of `localhost`, with TLS if it is
 * given the certificate.
 */
export class SecuredServer {
  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly door: Server,
    private readonly folder: string,
    /** The directory of the server's socket, which also asks for passwords. */
    readonly socketDirectory: string,
  ) {}

  static async start(certificate?: 'server.crt' | 'expired.crt'): Promise<SecuredServer> {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-secured-'));
    // The server always takes the port 5432, so it gets an address of its own.
    const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(2, 255)}`;
    const settings = { listen_addresses: address, hba_file: place(folder, 'pg_hba.conf', HBA), fsync: 'off' };
    const server = await startEmbeddedPostgres({
      dataDir: join(folder, 'data'),
      settings: { ...settings, ...(certificate !== undefined && tlsSettings(folder, certificate)) },
    });
    const door = createServer((client) => {
      const upstream = connect(5432, address);
      client.on('error', () => upstream.destroy()).pipe(upstream);
      upstream.on('error', () => client.destroy()).pipe(client);
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const sockets = new URL(server.url('postgres', 'postgres')).searchParams.get('host') ?? '';
    return new SecuredServer(server, door, folder, sockets);
  }

  get port(): number {
    return (this.door.address() as AddressInfo).port;
  }

  /** Returns a URL through the network, whose parts are taken as they are. */
  url(login: string, database: string, parameters = '', host = 'localhost'): string {
    return `postgresql://${login}@${host}:${this.port}/${database}${parameters === '' ? '' : `?${parameters}`}`;
  }

  /** Runs a statement as a superuser. */
  asSuperuser(text: string, database = 'postgres'): Promise<object[]> {
    return query(this.server.url('postgres', database), text);
  }

  async stop(): Promise<void> {
    this.door.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function tlsSettings(folder: string, certificate: string): Record<string, string> {
  return {
    ssl: 'on',
    ssl_ca_file: place(folder, 'ca.crt'),
    ssl_cert_file: place(folder, certificate),
    ssl_key_file: place(folder, 'server.key'),
  };
}

/** Puts a file where the server's user can read it, and nobody else. */
function place(folder: string, name: string, content?: string): string {
  const directory = join(folder, 'files');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  const path = join(directory, name);
  if (content === undefined) copyFileSync(join(CERTIFICATES, name), path);
  else writeFileSync(path, content);
  chmodSync(path, 0o600);
  serverUser().own(path);
  return path;
}
