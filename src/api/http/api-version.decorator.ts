import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type ApiVersion = 'v3' | 'v3.1';

/** Under which prefix a route was called, where one handler serves both. */
export const CalledVersion = createParamDecorator((_: undefined, context: ExecutionContext) =>
  calledVersion(context),
);

export function calledVersion(context: ExecutionContext): ApiVersion {
  const { url = '' } = context.switchToHttp().getRequest<FastifyRequest>().routeOptions;
  return url.startsWith('/api/v3.1/') ? 'v3.1' : 'v3';
}
