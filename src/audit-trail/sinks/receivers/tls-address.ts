import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

/** Says where a server is, and which files a connection to it needs. */
export interface TlsAddress {
  readonly host: string;
  readonly port: number;
  readonly files: TlsFiles;
}

/** Returns the options of a connection that verifies the certificate of the server and its name. */
export async function tlsOptions({ host, port, files }: TlsAddress): Promise<ConnectionOptions> {
  const name = isIP(host) === 0 ? { servername: host } : {};
  return {
    host,
    port,
    ...name,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(await readTlsFiles(files)),
  };
}

/**
 * Connects to a server and ends the connection at once, for a check.
 * @throws the error of the connection, or the reason of the signal
 */
export async function requireTls(address: TlsAddress, signal: AbortSignal): Promise<void> {
  const options = await tlsOptions(address);
  await new Promise<void>((resolve, reject) => {
    const socket: TLSSocket = connect(options, () => {
      resolve();
      socket.end();
    });
    socket.on('error', reject);
    destroyOn(signal, socket);
  });
}

/** Ends a connection when the signal aborts. */
export function destroyOn(signal: AbortSignal, socket: TLSSocket): void {
  const abort = (): void => void socket.destroy(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', abort));
}
