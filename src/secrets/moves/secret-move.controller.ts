import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConditionalChangeApi } from '../../api/conditions/conditional-api.decorator.js';
import type { Conditions } from '../../api/conditions/conditions.js';
import { RequestConditions } from '../../api/conditions/conditions.decorator.js';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Post } from '../../api/routes/changes.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { EXAMPLE_KEY, EXAMPLE_STATE, SECRET_EXAMPLES } from '../dto/secret.examples.js';
import { Answers } from '../http/answers.decorator.js';
import type { SecretAnswers, ShownSecret } from '../http/secret-answers.js';
import { SecretKey } from '../http/secret-key.decorator.js';
import { SecretRoute } from '../http/secret-route.decorator.js';
import { hiddenFrom, ifMatchRequired, otherState } from '../secret-errors.js';
import { MoveSecretBody } from './dto/move.body.js';
import { MOST_MOVED_BYTES, newKeyElsewhere, newKeyTaken, sameKey } from './move-errors.js';
import { MoveSecret } from './move-secret.js';

const STATE_DIFFERS = otherState(EXAMPLE_KEY, EXAMPLE_STATE);
const IF_MATCH_REQUIRED = ifMatchRequired(EXAMPLE_KEY, 'default_tenant');

@Controller('api/v3.1/secrets')
@ApiTags('Secrets')
export class SecretMoveController {
  constructor(private readonly secrets: MoveSecret) {}

  @Post(':key/move')
  @ConditionalChangeApi(STATE_DIFFERS, IF_MATCH_REQUIRED)
  @SecretRoute('secret_update', 'secret.move', {
    id: 'moveSecret',
    summary: 'Move a secret to another key',
    description:
      'Gives a secret another key; its id, its history and its rights stay. **The old key is 404 from then on**, so first ' +
      'change what reads it. Needs `secret_create` too, but not the right to read the value. `If-None-Match: *` is of the ' +
      `new key. A secret that holds more than ${MOST_MOVED_BYTES / 1024 / 1024} MiB with its versions does not move.`,
    body: MoveSecretBody,
    example: SECRET_EXAMPLES.move,
    errors: [sameKey(), hiddenFrom(EXAMPLE_KEY), newKeyTaken(EXAMPLE_KEY), newKeyElsewhere(EXAMPLE_KEY)],
  })
  async move(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const { key: newKey } = await body.read(MoveSecretBody);
    return answers.changed(tenant, await this.secrets.run(tenant, { key, newKey }, conditions));
  }
}
