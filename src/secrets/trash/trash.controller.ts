import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Conditions } from '../../api/conditions/conditions.js';
import { ConditionalChangeApi, ETAG_HEADERS } from '../../api/conditions/conditional-api.decorator.js';
import { RequestConditions } from '../../api/conditions/conditions.decorator.js';
import { Query } from '../../api/input/query.decorator.js';
import { listEnvelope, type ListEnvelope } from '../../api/lists/list-envelope.js';
import { Delete, Post } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { EXAMPLE_KEY, EXAMPLE_STATE } from '../dto/secret.examples.js';
import { SecretV31 } from '../dto/secret-v31.js';
import { Answers } from '../http/answers.decorator.js';
import type { SecretAnswers, ShownSecret } from '../http/secret-answers.js';
import { hiddenFrom, otherState } from '../secret-errors.js';
import { TRASH_EXAMPLES } from './dto/trash.examples.js';
import { TrashListQuery, toTrashListOptions } from './dto/trash-list.query.js';
import { TrashListV31, type TrashedSecretV31 } from './dto/trashed-secret-v31.js';
import {
  badTrashId,
  EXAMPLE_TRASH_ID,
  globalKeyTaken,
  ifMatchRequiredInTrash,
  keyTaken,
  notInTrash,
} from './trash-errors.js';
import { TrashId } from './trash-id.decorator.js';
import { TrashService } from './trash.service.js';
import { toTrashedSecretV31 } from './trashed-secret.mapper.js';

const STATE_DIFFERS = otherState(EXAMPLE_KEY, EXAMPLE_STATE);
const IF_MATCH_REQUIRED = ifMatchRequiredInTrash(EXAMPLE_TRASH_ID, 'default_tenant');
const ID = {
  name: 'id',
  schema: { type: 'string', format: 'uuid' },
  description: 'The id of the secret, as the list and `Strongroom-Trash-Id` give it',
};
const ERRORS = [badTrashId(), notInTrash(EXAMPLE_TRASH_ID), hiddenFrom(EXAMPLE_KEY)];

/** Serves the trash of a tenant, which Cloudify does not have. */
@Controller('api/v3.1/trash/secrets')
@ApiTags('Trash')
export class TrashController {
  constructor(private readonly trash: TrashService) {}

  @Get()
  @TenantRoute('trash_list', 'trash.list', {
    id: 'listTrash',
    summary: 'List the trash',
    description:
      'Lists the deleted secrets that the caller saw in the tenant, without their values. What was deleted last comes ' +
      'first unless `_sort` says otherwise.',
    example: TRASH_EXAMPLES.list,
    answer: TrashListV31,
  })
  async list(
    @Tenant() tenant: TenantContext,
    @Query() query: TrashListQuery,
  ): Promise<ListEnvelope<TrashedSecretV31>> {
    const { items, total } = await this.trash.list(tenant, toTrashListOptions(query));
    const { _size: size, _offset: offset } = query;
    return listEnvelope(items.map(toTrashedSecretV31), { total, size, offset });
  }

  @Post(':id/restore')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @TenantRoute('secret_restore', 'secret.restore', {
    id: 'restoreSecret',
    summary: 'Restore a secret from the trash',
    description:
      'Makes a deleted secret live again under its key, if that is free. The caller becomes the owner of what a deleted ' +
      'user owned.',
    example: TRASH_EXAMPLES.restore,
    parameters: [ID],
    answer: SecretV31,
    answerHeaders: ETAG_HEADERS,
    errors: [...ERRORS, keyTaken(EXAMPLE_KEY), globalKeyTaken(EXAMPLE_KEY)],
  })
  async restore(
    @Tenant() tenant: TenantContext,
    @TrashId() id: string,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const secret = await this.trash.restore(tenant, id, conditions);
    return answers.changed(tenant, { ...secret, value: undefined, providerOptions: null });
  }

  @Delete(':id')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @TenantRoute('secret_purge', 'secret.purge', {
    id: 'purgeSecret',
    summary: 'Purge a secret from the trash',
    description: 'Destroys a deleted secret for good, before the trash would.',
    example: TRASH_EXAMPLES.purge,
    parameters: [ID],
    errors: ERRORS,
  })
  purge(
    @Tenant() tenant: TenantContext,
    @TrashId() id: string,
    @RequestConditions() conditions: Conditions,
  ): Promise<void> {
    return this.trash.purge(tenant, id, conditions);
  }
}
