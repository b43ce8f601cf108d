import { Controller, Get, Inject, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Query } from '../../api/input/query.decorator.js';
import { InstallationRoute } from '../../api/routes/installation-route.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { resourceNotFound } from '../../common/resource-not-found.js';
import { Logger } from '../../observability/logger.js';
import { CurrentPrincipal } from '../../tenant-scope/current-principal.decorator.js';
import { toLogScope } from '../reading/dto/logs.query.js';
import { Checkpoints } from './checkpoints.service.js';
import { CheckpointList } from './dto/checkpoint-list.js';
import { toOneLog } from './dto/one-log.query.js';
import {
  AllCheckpointQuery,
  AllCheckpointsQuery,
  AllConsistencyQuery,
  AllInclusionQuery,
  AllLogsQuery,
} from './dto/proof.queries.js';
import { CHECKPOINTS_EXAMPLE, PLAIN_TEXT, PROOF_TEXTS, PRUNED_EXAMPLE } from './proof.examples.js';
import { checkpointList, keysFile, toContinuation } from './proof-answers.js';
import { Prover } from './prover.service.js';

const NO_TENANT = resourceNotFound('Tenant', 'visitors');

/** Gives those who may read all logs what they need to prove any of them. */
@Controller('api/v3.1/audit/all')
@ApiTags('Audit trail')
export class AllProofsController {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly prover: Prover,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  @Get('keys')
  @InstallationRoute('audit_get_all', 'audit.key_list', {
    ...PROOF_TEXTS.keys,
    id: 'listAllAuditKeys',
    summary: 'Read the public keys of all logs',
    description: "Returns the file of keys of every tenant's log and the system's, or of one of them.",
    errors: [NO_TENANT],
  })
  keys(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllLogsQuery,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    const scope = toLogScope(query, principal);
    return keysFile(this.checkpoints, scope, { request, logger: this.logger });
  }

  @Get('checkpoint')
  @InstallationRoute('audit_get_all', 'audit.checkpoint_read', {
    ...PROOF_TEXTS.checkpoint,
    contentType: PLAIN_TEXT,
    id: 'getAnyAuditCheckpoint',
    summary: 'Read a checkpoint of any log',
    description: 'Returns the last signed checkpoint of the log that is named, or an older one that is kept.',
    errors: [NO_TENANT],
  })
  async checkpoint(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllCheckpointQuery,
  ): Promise<string> {
    return this.checkpoints.one(toOneLog(query, principal), query);
  }

  @Get('checkpoints')
  @InstallationRoute('audit_get_all', 'audit.checkpoint_list', {
    id: 'listAllAuditCheckpoints',
    summary: 'List the checkpoints of all logs',
    description: 'Returns the checkpoints that are kept, log by log, the last ones of each first.',
    answer: CheckpointList,
    example: CHECKPOINTS_EXAMPLE,
    errors: [NO_TENANT],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllCheckpointsQuery,
  ): Promise<CheckpointList> {
    return checkpointList(this.checkpoints, toLogScope(query, principal), query);
  }

  @Get('proofs/inclusion')
  @InstallationRoute('audit_get_all', 'audit.proof_read', {
    ...PROOF_TEXTS.inclusion,
    contentType: PLAIN_TEXT,
    id: 'proveAnyAuditEvent',
    summary: 'Prove that any log has an event',
    description: 'Returns a proof (C2SP tlog-proof) that has the event in it, and a signed checkpoint.',
    errors: [NO_TENANT, 409, PRUNED_EXAMPLE],
  })
  async inclusion(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllInclusionQuery,
  ): Promise<string> {
    return this.prover.inclusion(toOneLog(query, principal), query.event, query.size);
  }

  @Get('proofs/consistency')
  @InstallationRoute('audit_get_all', 'audit.proof_read', {
    ...PROOF_TEXTS.consistency,
    contentType: PLAIN_TEXT,
    id: 'proveAnyAuditConsistency',
    summary: 'Prove that any log continues an older checkpoint',
    description: 'Returns a proof that the log still begins with the events of a checkpoint that you kept.',
    errors: [NO_TENANT, 409, PRUNED_EXAMPLE],
  })
  async consistency(
    @CurrentPrincipal() principal: Principal,
    @Query() query: AllConsistencyQuery,
  ): Promise<string> {
    return this.prover.consistency(toOneLog(query, principal), toContinuation(query));
  }
}
