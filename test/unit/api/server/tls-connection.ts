import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { RawConnection } from '../raw-connection.js';

/** Opens a connection with TLS, on which HTTP is spoken byte by byte. */
export async function tlsConnection(
  port: number,
  options: ConnectionOptions = {},
): Promise<RawConnection & { readonly socket: TLSSocket }> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, 'secureConnect');
  return RawConnection.on(socket) as RawConnection & { readonly socket: TLSSocket };
}

export interface TlsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request with TLS. */
export function sendTls(
  port: number,
  path: string,
  options: RequestOptions = {},
  body = '',
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    request(
      {
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        path,
        agent: false,
        rejectUnauthorized: false,
        ...options,
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming
          .on('error', reject)
          .on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
      },
    )
      .on('error', reject)
      .end(body);
  });
}
