import {
  createServer as createPlainServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../../observability/logger.js';
import type { CertificateWatch } from './certificate-watch.js';
import { TlsServer } from './tls-server.js';

export interface ServerTimes {
  /** The time that an idle connection is kept. A load balancer must close its connections earlier. */
  readonly keepAliveMilliseconds: number;
  /** The time that the headers of a request may take to arrive; before them, that of a TLS handshake. */
  readonly headersMilliseconds: number;
}

/** Answers what is not a request that the service could serve, and ends its connection. */
export type Refuse = (error: { readonly code?: string }, socket: Duplex) => void;

/** Stands among the codes of Node's parser for a request that came without TLS where TLS is served. */
export const PLAIN_HTTP = 'STRONGROOM_PLAIN_HTTP';

/** Stands among them for a request for a tunnel. */
export const TUNNEL = 'STRONGROOM_TUNNEL';

const HEADERS_CHECK_MS = 5_000;

/**
 * Creates Node's server, with TLS if there is a certificate. Only headers have to arrive in time: `UnreadBody` watches
 * bodies, and asks for them if a client waits to be asked (`Expect: 100-continue`).
 */
export function createServer(
  handler: RequestListener,
  {
    keepAliveMilliseconds,
    headersMilliseconds,
    certificate,
  }: ServerTimes & { readonly certificate?: CertificateWatch | undefined },
  { refuse, logger }: { readonly refuse: Refuse; readonly logger: Logger },
): Server {
  const options: ServerOptions = {
    requestTimeout: 0,
    headersTimeout: headersMilliseconds,
    connectionsCheckingInterval: Math.min(HEADERS_CHECK_MS, headersMilliseconds),
    keepAliveTimeout: keepAliveMilliseconds,
    maxHeaderSize: 16_384,
    requireHostHeader: false,
  };
  const server =
    certificate === undefined
      ? createPlainServer(options, handler)
      : createTlsServer(handler, { ...options, handshakeTimeout: headersMilliseconds }, certificate, {
          onPlain: (socket) => refuse({ code: PLAIN_HTTP }, socket),
          onFailure: (code, source) => logger.debug({ code, source }, 'TLS: a handshake failed'),
        });
  return server
    .on('checkContinue', handler)
    .on('checkExpectation', handler)
    .on('connect', (_request, socket) => refuse({ code: TUNNEL }, socket));
}

function createTlsServer(
  handler: RequestListener,
  options: ServerOptions & { readonly handshakeTimeout: number },
  certificate: CertificateWatch,
  events: ConstructorParameters<typeof TlsServer>[2],
): Server {
  const server = new TlsServer({ ...options, ...certificate.options }, handler, events);
  certificate.serve(server);
  return server;
}
