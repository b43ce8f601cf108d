import { ApiProperty } from '@nestjs/swagger';
import { COUNT, NAME, TIME } from '../../../api/openapi/schemas.js';

const STATUSES = ['read', 'never', 'unknown'];

/** Describes who read a version, and when last. */
export class SecretReaderV31 {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The user; null for a reader from another tenant',
  })
  username: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The tenant of readers from another tenant; null for a user of this one',
  })
  tenant_name: string | null;

  @ApiProperty(TIME)
  last_read_at: string;
}

/** Describes when a version was last read. */
export class VersionReadsV31 {
  @ApiProperty({ ...COUNT, minimum: 1 })
  version: number;

  @ApiProperty(TIME)
  last_read_at: string;

  @ApiProperty({
    ...{ type: [SecretReaderV31], nullable: true },
    description: 'Who read it, the latest first; null for callers who may not know',
  })
  readers: SecretReaderV31[] | null;
}

/** Describes when a secret was last read with its value. */
export class SecretReadsV31 {
  @ApiProperty(NAME)
  key: string;

  @ApiProperty({
    ...{ type: String, enum: STATUSES },
    description: '`unknown` if it was not read since `known_since`, but may have been before',
  })
  status: string;

  @ApiProperty({ ...TIME, nullable: true, description: 'UTC, with milliseconds; null unless it was read' })
  last_read_at: string | null;

  @ApiProperty({ ...TIME, description: 'Reads from before this time are not known' })
  known_since: string;

  @ApiProperty({ ...TIME, description: 'Reads after this time may not be known yet: about a second ago' })
  known_until: string;

  @ApiProperty({ type: [VersionReadsV31], description: 'The versions that were read, the newest first' })
  versions: VersionReadsV31[];
}
