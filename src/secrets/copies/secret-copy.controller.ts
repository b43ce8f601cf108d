import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConditionalCopyApi } from '../../api/conditions/conditional-api.decorator.js';
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
import { otherState, secretExists } from '../secret-errors.js';
import { hiddenFromCopier, nothingNew } from './copy-errors.js';
import { CopySecret } from './copy-secret.js';
import { CopySecretBody, toCopyInput } from './dto/copy.body.js';

@Controller('api/v3.1/secrets')
@ApiTags('Secrets')
export class SecretCopyController {
  constructor(private readonly secrets: CopySecret) {}

  @Post(':key/copy')
  @ConditionalCopyApi(otherState(EXAMPLE_KEY, EXAMPLE_STATE))
  @SecretRoute('secret_get', 'secret.copy', {
    id: 'copySecret',
    summary: 'Copy a secret to another key or tenant',
    description:
      'Creates a secret from what the caller may read of another: value, schema, description, and whether it is hidden. Its ' +
      'first version begins with it, and the caller is its creator. A private copy stays private; a copy of a global secret ' +
      'is seen in its tenant. Needs `secret_create` in the tenant of the copy.',
    status: 201,
    body: CopySecretBody,
    example: SECRET_EXAMPLES.copy,
    errors: [nothingNew(), hiddenFromCopier(EXAMPLE_KEY), secretExists(EXAMPLE_KEY)],
  })
  async copy(
    @Tenant() tenant: TenantContext,
    @SecretKey() key: string,
    @RequestBody() body: JsonBody,
    @RequestConditions() conditions: Conditions,
    @Answers() answers: SecretAnswers,
  ): Promise<ShownSecret> {
    const input = toCopyInput(await body.read(CopySecretBody));
    const { target, secret } = await this.secrets.run(tenant, key, input, conditions);
    return answers.changed(target, secret);
  }
}
