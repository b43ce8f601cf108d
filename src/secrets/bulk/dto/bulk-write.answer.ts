import { ApiProperty } from '@nestjs/swagger';
import { ErrorBody } from '../../../api/errors/error-body.js';
import { COUNT, NAME, TIME } from '../../../api/openapi/schemas.js';

/** Describes the error of one secret: what a PUT of it would be answered. */
class BulkItemError {
  @ApiProperty({ type: 'integer', description: 'The status' })
  status: number;

  @ApiProperty({ type: String })
  error_code: string;

  @ApiProperty({ type: String })
  message: string;

  @ApiProperty({ type: String, required: false, description: 'With status 412: the present `ETag`' })
  etag?: string;

  @ApiProperty({ ...TIME, required: false, description: 'With status 412: when the secret changed' })
  updated_at?: string;

  @ApiProperty({ type: String, required: false, description: 'With status 412: who changed it' })
  updated_by?: string;
}

const KEY = { ...NAME, nullable: true, description: 'Null for an item without a key that could be one' };

export class BulkWriteResultItem {
  @ApiProperty(KEY)
  key: string | null;

  @ApiProperty({ type: String, enum: ['created', 'updated', 'refused'] })
  outcome: string;

  @ApiProperty({ ...COUNT, required: false, description: 'The number of values that it has had; if written' })
  version?: number;

  @ApiProperty({ type: String, required: false, description: 'For `if_match` and `If-Match`; if written' })
  etag?: string;

  @ApiProperty({ type: BulkItemError, required: false, description: 'If refused' })
  error?: BulkItemError;
}

class BulkWriteCounts {
  @ApiProperty(COUNT)
  written: number;

  @ApiProperty(COUNT)
  refused: number;
}

/** Tells what came of each write, in the order of the request. */
export class BulkWriteAnswer {
  @ApiProperty({ type: [BulkWriteResultItem] })
  items: BulkWriteResultItem[];

  @ApiProperty({ type: BulkWriteCounts })
  metadata: BulkWriteCounts;
}

class RefusedWriteItem {
  @ApiProperty({ ...COUNT, description: 'The place in `items` of the request, from 0' })
  index: number;

  @ApiProperty(KEY)
  key: string | null;

  @ApiProperty({ type: BulkItemError })
  error: BulkItemError;
}

/** Describes the body of a 422. */
export class BulkWriteErrorBody extends ErrorBody {
  @ApiProperty({
    ...{ type: [RefusedWriteItem], required: false },
    description: 'With `bulk_refused`: the secrets that stand in the way',
  })
  items?: RefusedWriteItem[];
}
