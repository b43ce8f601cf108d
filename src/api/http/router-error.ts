import type { FastifyReply, FastifyRequest } from 'fastify';
import { BadParameters } from '../../common/errors.js';
import { errorBody } from '../errors/error-body.js';
import { helpLink } from '../errors/errors-page.js';
import { toDomainError } from '../errors/to-domain-error.js';
import { securityHeaders } from './headers/security-headers.js';
import { requestProblem } from './request-problem.js';
import { dealWithUnreadRest } from './unread-rest.js';

/** Answers errors that the router raises before any hook runs: a malformed escape or an overlong parameter. */
export function answerRouterError(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = requestProblem(request.raw) ?? badEscape(thrown) ?? toDomainError(thrown);
  dealWithUnreadRest(request.raw, reply);
  void reply
    .code(error.status)
    .headers({
      ...error.headers,
      ...securityHeaders(request.protocol === 'https'),
      ...helpLink(error.code, request.raw.url),
      'X-Request-Id': request.id,
    })
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id));
}

/** Returns the refusal of a bad escape. The request is proper HTTP otherwise, so its connection goes on. */
function badEscape(thrown: Error): BadParameters | undefined {
  if ((thrown as { code?: string }).code !== 'FST_ERR_BAD_URL') return undefined;
  return new BadParameters(
    'The address holds a `%` without two hexadecimal digits after it, or bytes that are no UTF-8; write % itself as %25',
  );
}
