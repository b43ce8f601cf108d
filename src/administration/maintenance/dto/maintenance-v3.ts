import { ApiProperty } from '@nestjs/swagger';

const TIME = { type: String, example: '2026-03-20T08:23:31.276Z', description: 'Empty while deactivated' };

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
    description: 'None: nothing runs here that maintenance would wait for',
  })
  remaining_executions: never[] | null;

  @ApiProperty({ type: String, description: 'Who activated it; empty while deactivated' })
  requested_by: string;
}
