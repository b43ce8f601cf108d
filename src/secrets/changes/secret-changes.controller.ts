import { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logFailure } from '../../api/errors/log-failure.js';
import { toDomainError } from '../../api/errors/to-domain-error.js';
import { Query } from '../../api/input/query.decorator.js';
import { ApiErrorsAs } from '../../api/openapi/api-errors.decorator.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { BadParameters } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Logger } from '../../observability/logger.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { CursorGone } from './change-errors.js';
import { ChangeFeedLimits } from './change-feed-limits.js';
import { CHANGE_EXAMPLES, EXAMPLE_CURSOR } from './change.examples.js';
import { toChangeItem } from './change.mapper.js';
import { CHANGES_PERMISSION } from './change-reader.js';
import { cutIfStalled, eventStream } from './change-stream.js';
import { ChangeList, CursorGoneBody } from './dto/change-list.js';
import { ChangesQuery } from './dto/changes.query.js';
import { ChangeFeed, type ChangesAsked } from './change-feed.service.js';

const EVENT_STREAM = 'text/event-stream';
const LAST_EVENT_ID = 'Last-Event-ID';

@Controller('api/v3.1/changes')
@ApiTags('Secrets')
export class SecretChangesController {
  constructor(
    private readonly changes: ChangeFeed,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(ChangeFeedLimits) private readonly limits: ChangeFeedLimits,
  ) {}

  @Get('secrets')
  @ApiHeader({
    ...{ name: LAST_EVENT_ID, required: false, schema: { type: 'string' } },
    description: 'The id of the last event of a stream that ended; comes before `since`',
  })
  @ApiErrorsAs(CursorGoneBody, new CursorGone(EXAMPLE_CURSOR))
  @TenantRoute(CHANGES_PERMISSION, 'secret.changes', {
    id: 'readSecretChanges',
    summary: 'Follow the changes of secrets',
    description:
      'Tells which secrets that the caller sees were created, updated, deleted or have expired, without their values: once, ' +
      'after a wait, or as a stream of events for callers that accept `text/event-stream`.',
    example: { answer: CHANGE_EXAMPLES.answer },
    answer: ChangeList,
    otherAnswers: {
      content: {
        'text/event-stream': { schema: { type: 'string' }, example: CHANGE_EXAMPLES.stream },
      },
    },
  })
  async read(
    @Tenant() tenant: TenantContext,
    @CurrentPrincipal() principal: Principal,
    @Query() query: ChangesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeList | StreamableFile> {
    const asked = { tenant, principal, since: sinceOf(query, undefined), signal: endOf(reply) };
    if (acceptsStream(request)) {
      const { changes, logger, limits } = this;
      return streamTo({ changes, logger, limits }, { asked, query, request, reply });
    }
    const isHead = request.method === 'HEAD';
    const wait = isHead ? 0 : (query.wait ?? 0) * 1_000;
    const { changes, upto, more } = await this.changes.answer(asked, wait);
    return {
      items: changes.map(toChangeItem),
      cursor: await this.changes.cursors.write(tenant.tenantId, upto),
      more,
    };
  }
}

interface StreamParts {
  readonly changes: ChangeFeed;
  readonly logger: Logger;
  readonly limits: ChangeFeedLimits;
}

interface Exchange {
  readonly asked: ChangesAsked;
  readonly query: ChangesQuery;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function streamTo(
  { changes, logger, limits }: StreamParts,
  { asked, query, request, reply }: Exchange,
): Promise<StreamableFile> {
  if (query.wait !== undefined)
    throw new BadParameters('`wait` is for single answers; leave it out for a stream, which waits anyway');
  const last = request.headers['last-event-id'];
  const begun = await changes.begin({ ...asked, since: sinceOf(query, last) });
  const parts = eventStream(begun, {
    cursorOf: (place) => changes.cursors.write(asked.tenant.tenantId, place),
    onFailure: (error) => logFailure(logger, error, toDomainError(error), request),
  });
  // nginx would collect the events and pass many on at once.
  void reply.header('X-Accel-Buffering', 'no');
  const { socket } = request.raw;
  const body =
    request.method === 'HEAD' ? [] : cutIfStalled(parts, limits.stalledMilliseconds, () => socket.destroy());
  return new StreamableFile(Readable.from(body, { objectMode: false, highWaterMark: 1 }), {
    type: `${EVENT_STREAM}; charset=utf-8`,
  });
}

function sinceOf({ since }: ChangesQuery, last: string | string[] | undefined): ChangesAsked['since'] {
  if (typeof last === 'string' && last !== '') return { text: last, name: LAST_EVENT_ID };
  return since === undefined ? undefined : { text: since, name: 'since' };
}

/** Tells whether the caller wants a stream: by its media type, and not as one that is taken if there is no other. */
function acceptsStream({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === EVENT_STREAM && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** Returns a signal for the end of the exchange, however it comes. */
function endOf({ raw }: FastifyReply): AbortSignal {
  const ended = new AbortController();
  if (raw.closed) ended.abort();
  else raw.once('close', () => ended.abort());
  return ended.signal;
}
