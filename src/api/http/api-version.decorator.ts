import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type ApiVersion = 'v3' | 'v3.1';

/** Injects the version of the API that was called, for handlers that serve both. */
export const CalledVersion = createParamDecorator((_: undefined, context: ExecutionContext) =>
  calledVersion(context),
);

/** Returns the version of the API that the request of this context called. */
export function calledVersion(context: ExecutionContext): ApiVersion {
  const { url = '' } = context.switchToHttp().getRequest<FastifyRequest>().routeOptions;
  return versionOf(url);
}

/** Returns the version that a route's path belongs to; `v3` for a path without one. */
export function versionOf(path: string): ApiVersion {
  return path.startsWith('/api/v3.1/') ? 'v3.1' : 'v3';
}
