import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Query } from '../../api/input/query.decorator.js';
import { JSON_TEXT, listEnvelopeText } from '../../api/lists/list-envelope.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { CSV_TEXT, csvOf } from './audit-csv.js';
import { encodeAuditCursor } from './audit-cursor.js';
import type { AuditFilter, AuditPage } from './audit-filter.js';
import { AuditReader } from './audit-reader.service.js';
import { AUDIT_EXAMPLES, CSV_EXAMPLE } from './dto/audit.examples.js';
import { AuditListV31 } from './dto/audit-event-v31.js';
import { AllAuditQuery, AuditQuery, toAuditFilter } from './dto/audit.query.js';
import { toAuditLogs } from './dto/logs.query.js';

const ROUTE = {
  example: AUDIT_EXAMPLES.list,
  answer: AuditListV31,
  contentType: JSON_TEXT,
  otherAnswers: { content: { 'text/csv': { schema: { type: 'string' }, example: CSV_EXAMPLE } } },
  answerHeaders: {
    Link: {
      description: 'In `text/csv` alone: the address of the next page, with `rel="next"`',
      schema: { type: 'string' },
    },
  },
};

/** Serves the audit trail to those who may read it. */
@Controller('api/v3.1/audit')
@ApiTags('Audit trail')
export class AuditController {
  constructor(private readonly reader: AuditReader) {}

  @Get()
  @TenantRoute('audit_get', 'audit.list', {
    ...ROUTE,
    id: 'listAuditEvents',
    summary: 'Read the audit trail of a tenant',
    description:
      'Returns events as they were recorded, the newest first unless `_sort=time` says otherwise. That they were read is ' +
      'recorded too.',
  })
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: AuditQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const filter = toAuditFilter(query);
    return answer(await this.reader.ofTenant(tenant, filter), filter, query, { request, reply });
  }

  @Get('all')
  @InstallationRoute('audit_get_all', 'audit.list', {
    ...ROUTE,
    id: 'listAllAuditEvents',
    summary: 'Read the audit trail of all logs',
    description:
      "Returns events of every tenant's log and the system's, or of one of them. That they were read is recorded in the " +
      "system's log, and in the log of a tenant that is named.",
    errors: [resourceNotFound('Tenant', 'visitors')],
  })
  async listAll(
    @CurrentPrincipal() { caller }: Principal,
    @Query() query: AllAuditQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const filter = toAuditFilter(query);
    const page = await this.reader.ofAll(toAuditLogs(query), filter, caller);
    return answer(page, filter, query, { request, reply });
  }
}

function answer(
  { items, next }: AuditPage,
  { descending, size }: AuditFilter,
  { format }: AuditQuery,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Buffer {
  const after = next === undefined ? null : encodeAuditCursor(next, descending);
  if (format !== 'csv') return listEnvelopeText(items, { pagination: { size }, next: after });
  reply.header('Content-Type', CSV_TEXT);
  reply.header('Content-Disposition', 'attachment; filename="audit.csv"');
  if (after !== null) reply.header('Link', `<${addressAfter(request, after)}>; rel="next"`);
  return Buffer.from(csvOf(items));
}

/** Returns the address of the next page, relative to that of the request, so that it holds behind any proxy. */
function addressAfter({ raw: { url = '' } }: FastifyRequest, after: string): string {
  const [, query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('_after', after);
  return `?${parameters.toString()}`;
}
