import { Controller, Get, Inject, Req, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { InputClass } from '../../api/input/declared-fields.js';
import { Query } from '../../api/input/query.decorator.js';
import { readQuery } from '../../api/input/validated-query.pipe.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Logger } from '../../observability/logger.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { Checkpoints } from './checkpoints.service.js';
import { CheckpointList } from './dto/checkpoint-list.js';
import { CheckpointQuery, CheckpointsQuery, ConsistencyQuery, InclusionQuery } from './dto/proof.queries.js';
import { CHECKPOINTS_EXAMPLE, PLAIN_TEXT, PROOF_TEXTS, PRUNED_EXAMPLE } from './proof.examples.js';
import { checkpointList, keysFile, toContinuation } from './proof-answers.js';
import { Prover } from './prover.service.js';

const NO_PARAMETERS: InputClass<object> = Object;

/** Gives those who may read the log of a tenant what they need to prove it. */
@Controller('api/v3.1/audit')
@ApiTags('Audit trail')
export class ProofsController {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly prover: Prover,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  @Get('keys')
  @TenantRoute('audit_get', 'audit.key_list', {
    ...PROOF_TEXTS.keys,
    id: 'listAuditKeys',
    summary: 'Read the public keys of the log of a tenant',
    description:
      'Returns the file of keys by which exports, checkpoints and proofs are verified: of each epoch every key that ever ' +
      'signed, with the size from which it does. Keep it apart from the exports.',
  })
  async keys(@Tenant() tenant: TenantContext, @Req() request: FastifyRequest): Promise<StreamableFile> {
    readQuery(request.query as Record<string, unknown>, NO_PARAMETERS);
    return keysFile(this.checkpoints, { kind: 'tenant', tenant }, { request, logger: this.logger });
  }

  @Get('checkpoint')
  @TenantRoute('audit_get', 'audit.checkpoint_read', {
    ...PROOF_TEXTS.checkpoint,
    contentType: PLAIN_TEXT,
    id: 'getAuditCheckpoint',
    summary: 'Read a checkpoint of the log of a tenant',
    description: 'Returns the last signed checkpoint of the log, or an older one that is kept.',
    errors: [404],
  })
  checkpoint(@Tenant() tenant: TenantContext, @Query() query: CheckpointQuery): Promise<string> {
    return this.checkpoints.one({ kind: 'tenant', tenant }, query);
  }

  @Get('checkpoints')
  @TenantRoute('audit_get', 'audit.checkpoint_list', {
    id: 'listAuditCheckpoints',
    summary: 'List the checkpoints of the log of a tenant',
    description: 'Returns the checkpoints that are kept, the last ones first.',
    answer: CheckpointList,
    example: CHECKPOINTS_EXAMPLE,
  })
  list(@Tenant() tenant: TenantContext, @Query() query: CheckpointsQuery): Promise<CheckpointList> {
    return checkpointList(this.checkpoints, { kind: 'tenant', tenant }, query);
  }

  @Get('proofs/inclusion')
  @TenantRoute('audit_get', 'audit.proof_read', {
    ...PROOF_TEXTS.inclusion,
    contentType: PLAIN_TEXT,
    id: 'proveAuditEvent',
    summary: 'Prove that the log of a tenant has an event',
    description: 'Returns a proof (C2SP tlog-proof) that has the event in it, and a signed checkpoint.',
    errors: [404, 409, PRUNED_EXAMPLE],
  })
  inclusion(@Tenant() tenant: TenantContext, @Query() query: InclusionQuery): Promise<string> {
    return this.prover.inclusion({ kind: 'tenant', tenant }, query.event, query.size);
  }

  @Get('proofs/consistency')
  @TenantRoute('audit_get', 'audit.proof_read', {
    ...PROOF_TEXTS.consistency,
    contentType: PLAIN_TEXT,
    id: 'proveAuditConsistency',
    summary: 'Prove that the log of a tenant continues an older checkpoint',
    description: 'Returns a proof that the log still begins with the events of a checkpoint that you kept.',
    errors: [404, 409, PRUNED_EXAMPLE],
  })
  consistency(@Tenant() tenant: TenantContext, @Query() query: ConsistencyQuery): Promise<string> {
    return this.prover.consistency({ kind: 'tenant', tenant }, toContinuation(query));
  }
}
