import proxyAddr from '@fastify/proxy-addr';
import type { FastifyRequest } from 'fastify';

/**
 * Returns a function that gives a request the address and the protocol that trusted proxies forward, by Fastify's own
 * rules. Fastify does so itself, except for requests that its router refuses.
 */
export function forwardedBy(trustedProxies: readonly string[]): (request: FastifyRequest) => void {
  if (trustedProxies.length === 0) return () => undefined;
  const trusts = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const { raw } = request;
    const { remoteAddress } = raw.socket;
    Object.defineProperty(request, 'ip', { value: proxyAddr(raw, trusts) });
    const protocol = String(raw.headers['x-forwarded-proto'] ?? '')
      .split(',')
      .at(-1)
      ?.trim();
    if (protocol !== '' && remoteAddress !== undefined && trusts(remoteAddress, 0))
      Object.defineProperty(request, 'protocol', { value: protocol });
  };
}
