import { ApiProperty } from '@nestjs/swagger';

/** Names the addresses to go to, as paths of this service. */
export class ServiceAddresses {
  @ApiProperty({ example: 'Strongroom' })
  service: string;

  @ApiProperty({ type: String })
  description: string;

  @ApiProperty({ example: '/api/docs', description: 'The API, to read and to try' })
  documents: string;

  @ApiProperty({ example: '/api/docs-json', description: 'The OpenAPI document' })
  openapi: string;

  @ApiProperty({ example: '/api/v3.1/secrets' })
  secrets: string;

  @ApiProperty({ example: '/health/ready', description: 'Whether requests can be served' })
  health: string;
}
