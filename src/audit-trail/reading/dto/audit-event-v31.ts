import { ApiProperty } from '@nestjs/swagger';
import { ANY_OBJECT, TIME } from '../../../api/openapi/schemas.js';

const ID = { type: 'string', format: 'uuid' } as const;
const ID_OR_NULL = { ...ID, nullable: true } as const;
const TEXT_OR_NULL = { type: 'string', nullable: true } as const;
const NUMBER_OR_NULL = { type: 'integer', minimum: 0, nullable: true } as const;

/** Describes who acted. */
export class AuditCallerV31 {
  @ApiProperty(ID_OR_NULL)
  actor_id: string | null;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Null for a reader from another tenant' })
  actor_name: string | null;

  @ApiProperty({ type: 'string', nullable: true, enum: ['basic', 'token', 'cli', 'system', 'none', null] })
  method: string | null;

  @ApiProperty(TEXT_OR_NULL)
  request_id: string | null;

  @ApiProperty(TEXT_OR_NULL)
  address: string | null;

  @ApiProperty({
    type: String,
    required: false,
    description: 'What the request gave as `X-Reason`, if anything',
  })
  reason?: string;
}

/** Describes an event as it was recorded. */
export class AuditEventV31 {
  @ApiProperty(ID)
  id: string;

  @ApiProperty(TIME)
  time: string;

  @ApiProperty({ ...ID_OR_NULL, description: "The tenant whose log it is in; null in the system's log" })
  tenant_id: string | null;

  @ApiProperty({ type: String, description: 'What was done' })
  action: string;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'The key of the secret, or the name of the object' })
  key: string | null;

  @ApiProperty(ID_OR_NULL)
  secret_id: string | null;

  @ApiProperty(NUMBER_OR_NULL)
  version: number | null;

  @ApiProperty(NUMBER_OR_NULL)
  revision: number | null;

  @ApiProperty({ type: String, description: 'How it ended' })
  outcome: string;

  @ApiProperty({ type: AuditCallerV31 })
  caller: AuditCallerV31;

  @ApiProperty({ ...ANY_OBJECT, nullable: true, description: 'Further facts' })
  detail: Record<string, string> | null;
}

/** Describes the metadata of a page of events, which is not counted. */
export class AuditPageMetadata {
  @ApiProperty({ type: 'object', properties: { size: { type: 'integer', minimum: 0 } }, required: ['size'] })
  pagination: { size: number };

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The value of `_after` for the next page; null on the last page. A page may have fewer events than were asked for, ' +
      'or none, and not be the last',
  })
  next: string | null;
}

/** Describes a page of events. */
export class AuditListV31 {
  @ApiProperty({ type: [AuditEventV31] })
  items: AuditEventV31[];

  @ApiProperty({ type: AuditPageMetadata })
  metadata: AuditPageMetadata;
}
