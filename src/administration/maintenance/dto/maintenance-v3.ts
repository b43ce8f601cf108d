import { ApiProperty } from '@nestjs/swagger';

const TIME = {
  oneOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', maxLength: 0 },
  ],
  description: 'The time of activation; empty while deactivated',
};

export class MaintenanceV3 {
  @ApiProperty({ type: String, enum: ['activated', 'deactivated'] })
  status: string;

  @ApiProperty(TIME)
  activated_at: string;

  @ApiProperty(TIME)
  activation_requested_at: string;

  @ApiProperty({
    type: 'array',
    items: {},
    maxItems: 0,
    nullable: true,
    description: 'Null while deactivated, otherwise empty: maintenance waits for nothing',
  })
  remaining_executions: never[] | null;

  @ApiProperty({ type: String, description: 'The user who activated it; empty while deactivated' })
  requested_by: string;
}
