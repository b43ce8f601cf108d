import { ApiProperty } from '@nestjs/swagger';
import { NAME } from '../../../api/openapi/schemas.js';
import { ErrorBody } from '../../../api/errors/error-body.js';
import { SecretV31 } from '../../dto/secret-v31.js';

const READ_OUTCOMES = {
  ok: 'The secret is given.',
  hidden: 'The secret is given, without its value, which is hidden from the caller.',
  expired: 'The secret has expired: it is there, and not given out.',
  not_found: 'There is no such secret, or it is private to another user.',
};

const OUTCOME = {
  type: String,
  enum: Object.keys(READ_OUTCOMES),
  description: Object.entries(READ_OUTCOMES)
    .map(([outcome, meaning]) => `\`${outcome}\`: ${meaning}`)
    .join(' '),
};

class BulkReadItem {
  @ApiProperty(NAME)
  key: string;

  @ApiProperty(OUTCOME)
  outcome: string;

  @ApiProperty({
    ...{ type: String, required: false },
    description: 'The `ETag` of a read, for `If-Match`; only where the secret is given',
  })
  etag?: string;

  @ApiProperty({
    ...{ type: SecretV31, required: false },
    description: 'As a read gives it; left out where there is none',
  })
  secret?: SecretV31;
}

class BulkReadMetadata {
  @ApiProperty({
    ...{ type: String, nullable: true },
    description: 'The value of `after` for the next page; null on the last page',
  })
  next: string | null;
}

/** Describes a page of what was read, in the format `items`. */
export class BulkReadPage {
  @ApiProperty({ type: [BulkReadItem] })
  items: BulkReadItem[];

  @ApiProperty({ type: BulkReadMetadata })
  metadata: BulkReadMetadata;
}

class RefusedReadItem {
  @ApiProperty(NAME)
  key: string;

  @ApiProperty({
    type: String,
    description: '`not_found`, `hidden` or `expired`; `refused` for any other reason',
  })
  outcome: string;
}

/** Describes the body of a 422. */
export class BulkReadErrorBody extends ErrorBody {
  @ApiProperty({
    ...{ type: [RefusedReadItem], required: false },
    description: 'With `bulk_refused`: the secrets that stand in the way',
  })
  items?: RefusedReadItem[];
}
