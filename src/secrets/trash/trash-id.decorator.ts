import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { badTrashId } from './trash-errors.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hands a handler the id of the path, which must be a UUID. */
export const TrashId = createParamDecorator((_data: undefined, context: ExecutionContext): string => {
  const { id } = context.switchToHttp().getRequest<FastifyRequest>().params as { id: string };
  if (!UUID.test(id)) throw badTrashId();
  return id.toLowerCase();
});
