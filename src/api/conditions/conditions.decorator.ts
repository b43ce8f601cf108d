import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters } from '../../common/errors.js';
import { readsPart } from '../input/read-parts.js';
import type { Conditions, Tags } from './conditions.js';
import { isOfCompressed, parseEntityTags, weakText } from './entity-tags.js';

const FORM =
  'must be `*`, or tags as the `ETag` of an answer gives them, with their quotes and separated by commas';

const CURE =
  'A proxy that compresses answers changes their tags: read again with `Accept-Encoding: identity`, or exempt the API ' +
  'from compression';

const NONE: Conditions = {};

const injectConditions = createParamDecorator((_data: undefined, context: ExecutionContext): Conditions => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return NONE;
  return {
    ifMatch: match === undefined ? undefined : strongTags(match),
    ifNoneMatch: noneMatch === undefined ? undefined : weakTags(noneMatch),
  };
});

/**
 * Injects `If-Match` and `If-None-Match`, and marks the route as one that honors them.
 * @throws BadParameters for a malformed header, and for a tag in `If-Match` that a compressing proxy has changed
 */
export function RequestConditions(): ParameterDecorator {
  return readsPart('conditions', injectConditions());
}

/**
 * Returns the tags of `If-Match`.
 * @param name what the message calls the text
 * @throws BadParameters for a malformed text, and for a tag that a compressing proxy has changed
 */
export function strongTags(text: string, name = 'If-Match'): Tags {
  const tags = parseEntityTags(text);
  if (tags === undefined) throw new BadParameters(`\`${name}\` ${FORM}. ${CURE}`);
  if (tags === '*') return tags;
  if (tags.some(isOfCompressed))
    throw new BadParameters(
      `\`${name}\` holds a tag that is weak (\`W/"…"\`) or marked as compressed, and cannot prove which state it is. ${CURE}`,
    );
  return tags.map(({ text }) => text);
}

function weakTags(header: string): Tags {
  const tags = parseEntityTags(header);
  if (tags === undefined) throw new BadParameters(`\`If-None-Match\` ${FORM}`);
  return tags === '*' ? tags : tags.map(weakText);
}
