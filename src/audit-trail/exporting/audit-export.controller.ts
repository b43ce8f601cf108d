import { Controller, Get, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Query } from '../../api/input/query.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { toLogScope } from '../reading/dto/logs.query.js';
import { ExportAnswers } from './export-answers.js';
import { AllAuditExportQuery, AuditExportQuery } from './dto/audit-export.query.js';
import { EXPORT_CONTENT, PRUNED_EXAMPLE } from './audit-export.examples.js';

const ROUTE = {
  otherAnswers: { content: EXPORT_CONTENT },
  answerHeaders: {
    'Content-Disposition': { description: 'A name for the file', schema: { type: 'string' } },
  },
};

/** Exports the audit trail. */
@Controller('api/v3.1/audit')
@ApiTags('Audit trail')
export class AuditExportController {
  constructor(private readonly answers: ExportAnswers) {}

  @Get('export')
  @TenantRoute('audit_get', 'audit.export', {
    ...ROUTE,
    id: 'exportAuditTrail',
    summary: 'Export the audit trail of a tenant',
    description:
      'Returns the whole log, or what is new in it, with the signed checkpoints that prove it; or a table of the events that ' +
      'fulfill conditions. Without the line `end`, the file is incomplete.',
    errors: [409, PRUNED_EXAMPLE],
  })
  async export(
    @Tenant() tenant: TenantContext,
    @Query() query: AuditExportQuery,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.answers.answer({ kind: 'tenant', tenant }, query, request);
  }

  @Get('all/export')
  @InstallationRoute('audit_get_all', 'audit.export', {
    ...ROUTE,
    id: 'exportAllAuditTrails',
    summary: 'Export the audit trail of all logs',
    description: "Returns every tenant's log and the system's, or one of them, in the same way.",
    errors: [resourceNotFound('Tenant', 'visitors'), 409, PRUNED_EXAMPLE],
  })
  async exportAll(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllAuditExportQuery,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.answers.answer(toLogScope(query, principal), query, request);
  }
}
