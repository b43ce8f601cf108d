import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext, Type } from '@nestjs/common';
import type { Caller } from '../common/tenant-context.js';
import { createLogger } from '../observability/logger.js';
import { AdministrationContextModule } from './administration-context.module.js';
import { commandCaller } from './command-caller.js';
import { openInstallation } from './open-installation.js';
import type { Terminal } from './terminal.js';

/**
 * Opens the installation and the services over it for one command, as the service itself does.
 * @param features names modules beside those of tenants and users
 * @throws CommandError where the installation cannot be opened
 */
export async function withServices<T>(
  io: Terminal,
  work: (services: INestApplicationContext, caller: Caller) => Promise<T>,
  features: readonly Type[] = [],
): Promise<T> {
  const installation = await openInstallation(io);
  try {
    const module = AdministrationContextModule.of(installation, createLogger('error'), features);
    const services = await NestFactory.createApplicationContext(module, {
      logger: false,
      abortOnError: false,
    });
    try {
      return await work(services, commandCaller());
    } finally {
      // Ends the jobs that a command has no time for.
      await services.close();
    }
  } finally {
    await installation.close();
  }
}
