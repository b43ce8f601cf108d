import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import { newEvent } from '../../audit/audit-event.js';
import { Forbidden } from '../../common/errors.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { EXAMPLE_KEY } from '../dto/secret.examples.js';
import { SecretKey } from '../http/secret-key.decorator.js';
import { BAD_KEY, KEY } from '../http/secret-route.decorator.js';
import { administers } from '../secret-access.js';
import { secretNotFound } from '../secret-errors.js';
import { SECRET_READS_EXAMPLE } from './dto/secret-reads.examples.js';
import { SecretReadsV31 } from './dto/secret-reads-v31.js';
import { LastReadsRepository } from './last-reads.repository.js';
import { toSecretReadsV31 } from './last-reads.mapper.js';

/** Tells when secrets were last read, which Cloudify does not know. */
@Controller('api/v3.1/secrets')
@ApiTags('Secrets')
export class SecretReadsController {
  constructor(private readonly lastReads: LastReadsRepository) {}

  @Get(':key/reads')
  @TenantRoute('secret_list', 'secret.read_times', {
    id: 'getSecretReads',
    summary: 'Tell when a secret was last read',
    description:
      'Tells when which version of a secret was last given away with its value: by a read, a bulk read, an export or a copy. ' +
      "Its creator and the tenant's administrators also see by whom; of readers from another tenant they see the tenant. " +
      'Lists, answers without the value and `304` do not count.',
    parameters: [KEY],
    example: SECRET_READS_EXAMPLE,
    answer: SecretReadsV31,
    errors: [BAD_KEY, secretNotFound(EXAMPLE_KEY), readsOfOthers(EXAMPLE_KEY)],
  })
  async reads(@Tenant() tenant: TenantContext, @SecretKey() key: string): Promise<SecretReadsV31> {
    const outcome = await this.lastReads.find(
      tenant,
      key,
      newEvent('secret.read_times', tenant.caller, { key }),
    );
    if (outcome.kind !== 'found') throw outcome.kind === 'foreign' ? readsOfOthers(key) : secretNotFound(key);
    const { lastReads } = outcome;
    const isByWhom = lastReads.creatorId === tenant.userId || administers(tenant);
    return toSecretReadsV31(key, lastReads, isByWhom);
  }
}

/** Answers readers of other tenants, to whom a global secret does not tell how its own tenant uses it. */
function readsOfOthers(key: string): Forbidden {
  return new Forbidden(
    `When the secret \`${key}\` was read is for its own tenant: it is a global one of another tenant; ask a member of that tenant`,
  );
}
