import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '../observability/logger.js';
import { Drain } from './http/drain.js';
import { admitOrigins } from './http/headers/cors.js';
import type { HttpAdapterOptions } from './http/http-adapter.js';
import { ErrorFilter } from './errors/error.filter.js';
import { publishOpenApi } from './openapi/open-api.js';

/** Sets up what all routes share. Must be called before the application is initialised. */
export function setUpApi(
  app: NestFastifyApplication,
  logger: Logger,
  { corsOrigins }: Pick<HttpAdapterOptions, 'corsOrigins'>,
): void {
  const instance = app.getHttpAdapter().getInstance();
  admitOrigins(app, corsOrigins);
  app.useGlobalFilters(new ErrorFilter(logger));
  app.get(Drain).watch(instance);
  publishOpenApi(app);
}
