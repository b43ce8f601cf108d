import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpAdapter } from './api/http-adapter.js';
import { Drain } from './api/drain.js';
import { AppModule } from './app.module.js';
import type { Installation } from './installation/installation.js';
import type { Logger } from './observability/logger.js';

export interface Service {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Drains and closes: no request that was accepted is cut off. Leaves the installation open. */
  readonly stop: () => Promise<void>;
}

export async function startService(installation: Installation, logger: Logger): Promise<Service> {}
