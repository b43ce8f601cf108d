import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { calledMapper } from './called-mapper.decorator.js';
import { SecretAnswers } from './secret-answers.js';

/** Hands a handler what makes its answers, in the shapes of the version that was called. */
export const Answers = createParamDecorator(
  (_data: undefined, context: ExecutionContext): SecretAnswers =>
    new SecretAnswers(calledMapper(context), context.switchToHttp().getResponse<FastifyReply>()),
);
