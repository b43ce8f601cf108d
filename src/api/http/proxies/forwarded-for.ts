import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sourceNetwork } from '../../../auth/source-network.js';
import type { Logger } from '../../../observability/logger.js';

/** Limits the networks of untrusted peers that a process warns about. */
const MOST_WARNINGS = 10;

/**
 * Removes from `X-Forwarded-For` whatever is no address, before Fastify takes the caller's address from it. Warns once
 * for each network of a peer that sends the header and is not trusted.
 */
export function cleanForwardedFor(instance: FastifyInstance, logger: Logger): void {
  const warned = new Set<string>();
  instance.addHook('onRequest', (request, _reply, done) => {
    if (warned.size < MOST_WARNINGS && givenBy(request) !== undefined && isFromStranger(request))
      warn(request, warned, logger);
    keepAddresses(request);
    done();
  });
}

/** Removes from the `X-Forwarded-For` of a request whatever is no address. */
export function keepAddresses(request: FastifyRequest): void {
  const given = givenBy(request);
  if (given !== undefined) request.raw.headers['x-forwarded-for'] = forwardedAddresses(given).join(', ');
}

/** Returns the header of a request; undefined if it has no entry. */
function givenBy({ raw: { headers } }: FastifyRequest): string | undefined {
  const given = String(headers['x-forwarded-for'] ?? '');
  return /[^\s,]/.test(given) ? given : undefined;
}

/**
 * Returns the addresses that the nearest proxies report, in the order of the header. An entry is an address, also in
 * brackets, with a port or with quotes, which some proxies add. Any other entry, such as `unknown`, hides what it
 * stands for, and nothing that was written before it can be trusted: the list begins after it.
 */
export function forwardedAddresses(header: string): string[] {
  const entries = header
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const addresses = entries.map(addressIn);
  return addresses.slice(addresses.lastIndexOf(undefined) + 1).filter((address) => address !== undefined);
}

const ADDRESS = /^"?(?:\[([0-9a-f:.]{2,45})(?:%[^\]"]{1,32})?\]|([0-9.]{7,15}))(?::\d{1,5})?"?$/i;

function addressIn(entry: string): string | undefined {
  const [, inBrackets, plain] = ADDRESS.exec(entry) ?? [];
  if (inBrackets !== undefined) return isIPv6(inBrackets) ? inBrackets : undefined;
  if (plain !== undefined) return isIPv4(plain) ? plain : undefined;
  // The zone names an interface of the proxy's machine.
  const [address = ''] = entry.split('%', 1);
  return isIP(entry) === 6 ? address : undefined;
}

/** Tells whether a request that has the header is from a peer that is not a trusted proxy. */
function isFromStranger({ ips }: FastifyRequest): boolean {
  return (ips?.length ?? 1) === 1;
}

function warn({ raw: { socket } }: FastifyRequest, warned: Set<string>, logger: Logger): void {
  const peer = socket.remoteAddress;
  if (peer === undefined || warned.has(sourceNetwork(peer))) return;
  warned.add(sourceNetwork(peer));
  logger.warn(
    { peer },
    'the X-Forwarded-For of this peer is ignored, since STRONGROOM_TRUSTED_PROXIES does not list it: ' +
      'if it is your proxy, list it, or else all its clients count as one source',
  );
}
