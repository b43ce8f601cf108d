import { ApiProperty } from '@nestjs/swagger';
import { TIME } from '../../../api/openapi/schemas.js';
import { AuditPageMetadata } from '../../reading/dto/audit-event-v31.js';

/** Describes a checkpoint that is kept. */
export class CheckpointV31 {
  @ApiProperty({ type: String, description: 'The name of the log, with its epoch' })
  origin: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  epoch: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'The number of events that it covers' })
  size: number;

  @ApiProperty({ type: String, description: 'The root of the tree, in base64' })
  root: string;

  @ApiProperty(TIME)
  signed_at: string;

  @ApiProperty({ type: String, description: 'The signed text' })
  checkpoint: string;
}

/** Describes a page of checkpoints. */
export class CheckpointList {
  @ApiProperty({ type: [CheckpointV31] })
  items: CheckpointV31[];

  @ApiProperty({ type: AuditPageMetadata })
  metadata: AuditPageMetadata;
}
