import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters } from '../common/errors.js';

const DEFAULT_ROLE = 'user';

/** Whether the request came by the address of v3.1. */
export const IsV31 = createParamDecorator(
  (_: undefined, context: ExecutionContext): boolean =>
    context.switchToHttp().getRequest<FastifyRequest>().routeOptions.url?.startsWith('/api/v3.1/') === true,
);

/**
 * The role of a new member: the oldest client sends none over v3 and means `user`.
 * @throws BadParameters when v3.1 leaves it out
 */
export function assignedRole(role: string | null | undefined, isV31: boolean): string {
  if (role !== undefined && role !== null) return role;
  if (isV31) throw new BadParameters('`role` is missing or no text');
  return DEFAULT_ROLE;
}
