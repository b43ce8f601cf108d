import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { badVersionNumber } from '../version-errors.js';
import { versionNumber } from '../version-number.js';

/** Hands a handler the number of a version in the path. Refuses anything else. */
export const VersionNumber = createParamDecorator((_data: undefined, context: ExecutionContext): number => {
  const { version } = context.switchToHttp().getRequest<FastifyRequest>().params as { version: string };
  const number = versionNumber(version);
  if (number === undefined) throw badVersionNumber('The version in the path');
  return number;
});
