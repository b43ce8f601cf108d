import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Leaves `Content-Length` out of a 304 to a HEAD, where Fastify sends 0. It could only be that of the 200 (RFC 9110,
 * section 8.6).
 */
export function leaveOutLengthOfNotModified(instance: FastifyInstance): void {
  instance.addHook('onRoute', (route) => {
    if (route.method === 'HEAD') route.onSend = [...[route.onSend ?? []].flat(), leaveOut];
  });
}

function leaveOut(_request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void {
  if (reply.statusCode === 304) reply.removeHeader('content-length');
  done();
}
