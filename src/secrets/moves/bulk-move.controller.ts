import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JsonBody, RequestBody } from '../../api/input/json-body.js';
import { Post } from '../../api/routes/changes.js';
import { TenantRoute } from '../../api/routes/tenant-route.decorator.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Tenant } from '../../tenant-scope/tenant.decorator.js';
import { SECRET_EXAMPLES } from '../dto/secret.examples.js';
import { BulkMoveBody, toBulkMoveInput } from './dto/bulk-move.body.js';
import { BulkMoveResult, toBulkMoveResult } from './dto/bulk-move-result.js';
import {
  MOST_MOVED,
  MOST_MOVED_BYTES,
  MOST_MOVED_VERSIONS,
  nothingToMove,
  samePrefix,
} from './move-errors.js';
import { MoveByPrefix } from './move-by-prefix.js';

@Controller('api/v3.1/bulk/secrets')
@ApiTags('Secrets')
export class BulkMoveController {
  constructor(private readonly secrets: MoveByPrefix) {}

  @Post('move')
  @TenantRoute('secret_update', 'secret.bulk_move', {
    id: 'moveSecrets',
    summary: 'Move the secrets of a prefix',
    description:
      `Moves all secrets whose key begins with a prefix, or none: at most ${MOST_MOVED}, with ${MOST_MOVED_VERSIONS} earlier ` +
      `versions, and ${MOST_MOVED_BYTES / 1024 / 1024} MiB in all. Readers find either all old keys or all new ones. **The old keys are 404 from ` +
      'then on.** Secrets that are private to others stay, and a hidden value that the caller may not see refuses the whole. ' +
      'With `dry_run` nothing changes: the answer tells what would move, and what stands in the way.',
    body: BulkMoveBody,
    example: SECRET_EXAMPLES.moveAll,
    errors: [samePrefix(), nothingToMove('db.'), 409],
    answer: BulkMoveResult,
  })
  async move(@Tenant() tenant: TenantContext, @RequestBody() body: JsonBody): Promise<BulkMoveResult> {
    const input = toBulkMoveInput(await body.read(BulkMoveBody));
    return toBulkMoveResult(await this.secrets.run(tenant, input), input.dryRun);
  }
}
