import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { calledVersion } from '../http/api-version.decorator.js';
import type { InputClass } from '../input/declared-fields.js';
import { jsonBodyOf } from '../input/json-body.js';
import { doesRead } from '../input/read-parts.js';
import { readQuery } from '../input/validated-query.pipe.js';
import { ignoredFields } from './ignored-fields.decorator.js';
import { BadParameters } from '../../common/errors.js';

/** Maps headers that would limit a change to what their sender would rely on. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'if-unmodified-since':
    'The condition `If-Unmodified-Since` is not supported, since two changes can have the same time; ' +
    'changes of one secret take `If-Match` with the `ETag` of a read instead',
  'content-range': 'A part cannot be changed; send it whole, without `Content-Range`',
};

/** Maps the conditions that only some routes honor. */
const CONDITIONS: Readonly<Record<string, string>> = {
  'if-match':
    'The condition `If-Match` is supported where one secret is read or changed, and not here; leave the header out',
  'if-none-match':
    'The condition `If-None-Match` is supported where one secret is read or changed, and not here; leave the header out',
};

const REFUSED_ALWAYS = Object.entries(UNSUPPORTED);
const REFUSED_ELSEWHERE = [...REFUSED_ALWAYS, ...Object.entries(CONDITIONS)];

/** Stands for a query of which nothing is read. */
const NOTHING: InputClass<object> = Object;

/**
 * Refuses a change that asks for what would not be honored, since it would do more than its sender wants: conditions
 * that the route does not honor, query parameters that it does not declare, and under version 3.1 a body where none is
 * read. Runs after the caller's rights are checked.
 */
export class ChangeInterceptor implements NestInterceptor {
  /** @throws BadParameters, and what reading a body throws */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { headers, query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const handler = context.getHandler();
    const refused = doesRead(handler, 'conditions') ? REFUSED_ALWAYS : REFUSED_ELSEWHERE;
    for (const [name, problem] of refused) if (headers[name] !== undefined) throw new BadParameters(problem);
    if (!doesRead(handler, 'query')) readQuery(query as Record<string, unknown>, NOTHING);
    if (body !== undefined && calledVersion(context) === 'v3.1' && !doesRead(handler, 'body'))
      await jsonBodyOf(context).ignore(ignoredFields(handler));
    return next.handle();
  }
}
