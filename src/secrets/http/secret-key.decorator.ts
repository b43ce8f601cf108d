import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters } from '../../common/errors.js';
import { nameProblem } from '../../common/names/resource-name.js';

/** Hands a handler the key of the path. Refuses one that breaks the rules that Cloudify has for names. */
export const SecretKey = createParamDecorator((_data: undefined, context: ExecutionContext): string => {
  const { key } = context.switchToHttp().getRequest<FastifyRequest>().params as { key: string };
  const problem = nameProblem(key);
  if (problem !== undefined) throw new BadParameters(`Secret key: ${problem}`);
  return key;
});
