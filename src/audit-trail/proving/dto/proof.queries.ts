import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { LARGEST_PAGE, PageSize } from '../../../api/lists/paging.js';
import {
  EpochParameter,
  RequiredSizeParameter,
  SizeParameter,
} from '../../reading/dto/checkpoint-parameters.js';
import { LogsParameter, TenantNameParameter } from '../../reading/dto/logs.query.js';
import { OneLogParameter } from './one-log.query.js';

const LONGEST_CURSOR = 256;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Declares the query parameters for one checkpoint of a log. */
export class CheckpointQuery {
  @EpochParameter(
    'The number at the end of the origin; without `size` by default that of the present origin, with it 1',
  )
  epoch?: number;

  @SizeParameter('size', 'The size of the checkpoint; by default the last one')
  size?: number;
}

/** Declares the query parameters for one checkpoint of any log. */
export class AllCheckpointQuery extends CheckpointQuery {
  @OneLogParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/** Declares the query parameters for a page of checkpoints. */
export class CheckpointsQuery {
  @PageSize()
  _size: number = LARGEST_PAGE;

  @ApiPropertyOptional({
    ...{ type: String, maxLength: LONGEST_CURSOR },
    description: 'What `metadata.next` of the page before says; left out or empty for the first page',
  })
  @IsOptional()
  @MaxLength(LONGEST_CURSOR, { message: `\`_after\` can be at most ${LONGEST_CURSOR} characters long` })
  @IsString({ message: '`_after` must be a string' })
  _after?: string;
}

/** Declares the query parameters for a page of checkpoints of all logs. */
export class AllCheckpointsQuery extends CheckpointsQuery {
  @LogsParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/** Declares the query parameters that select among all logs. */
export class AllLogsQuery {
  @LogsParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/** Declares the query parameters for a proof of an event. */
export class InclusionQuery {
  @ApiProperty({ type: String, format: 'uuid', description: 'The id of the event' })
  @IsDefined({ message: '`event` is missing: it is the id of the event to prove' })
  @Matches(UUID, { message: '`event` must be the id of an event, a UUID' })
  event: string;

  @SizeParameter('size', 'The size of the checkpoint to prove it by; by default that of the last one')
  size?: number;
}

/** Declares the query parameters for a proof of an event of any log. */
export class AllInclusionQuery extends InclusionQuery {
  @OneLogParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/** Declares the query parameters for a proof that a log continues an older checkpoint. */
export class ConsistencyQuery {
  @RequiredSizeParameter('old', 'The size of the checkpoint that you kept')
  old: number;

  @EpochParameter('The number at the end of its origin; 1 if the origin has none')
  epoch?: number;

  @SizeParameter('new', 'The size of the checkpoint that continues it; by default that of the last one')
  new?: number;
}

/** Declares the same for any log. */
export class AllConsistencyQuery extends ConsistencyQuery {
  @OneLogParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}
