import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsFlag } from '../../../api/input/is-flag.decorator.js';

export class StatusQuery {
  @ApiPropertyOptional({
    type: Boolean,
    description: 'Only checks that the service answers; under v3.1 the response is then `{}`',
  })
  @IsFlag()
  summary?: unknown;
}

class ServiceInstanceV3 {
  @ApiProperty({ type: String, enum: ['running', 'down'] })
  state: string;
}

class ServiceV3 {
  @ApiProperty({ example: 'PostgreSQL' })
  display_name: string;

  @ApiProperty({ type: [ServiceInstanceV3] })
  instances: ServiceInstanceV3[];
}

/** Describes the status under /api/v3. */
export class StatusV3 {
  @ApiProperty({ type: String, enum: ['running'] })
  status: string;

  @ApiProperty({ type: [ServiceV3] })
  services: ServiceV3[];
}

export class ServiceStatusV31 {
  @ApiProperty({ type: String, enum: ['Active', 'Inactive'] })
  status: string;

  @ApiProperty({ type: Boolean })
  is_remote: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, maxProperties: 0 })
  extra_info: Record<string, never>;
}

/** Describes the status under /api/v3.1; empty when only a summary is asked for. */
export class StatusV31 {
  @ApiProperty({ type: String, enum: ['OK', 'Fail'], required: false })
  status?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/ServiceStatusV31' },
  })
  services?: Record<string, ServiceStatusV31>;
}
