import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration } from '../config/configuration.js';
import type { Logger } from '../observability/logger.js';
import { Drain } from './http/drain.js';
import { admitOrigins } from './http/headers/cors.js';
import { ErrorFilter } from './errors/error.filter.js';
import { publishOpenApi } from './openapi/open-api.js';

/** Sets up what all routes share. Must be called before the application is initialised. */
export function setUpApi(
  app: NestFastifyApplication,
  logger: Logger,
  { corsOrigins, passwordMinLength }: Pick<Configuration, 'corsOrigins' | 'passwordMinLength'>,
): void {
  const instance = app.getHttpAdapter().getInstance();
  admitOrigins(app, corsOrigins);
  app.useGlobalFilters(new ErrorFilter(logger));
  app.get(Drain).watch(instance);
  publishOpenApi(app, passwordMinLength);
}
