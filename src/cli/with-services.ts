import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { AdministrationContextModule } from './administration-context.module.js';
import type { Caller } from '../common/tenant-context.js';
import { loadConfiguration } from '../config/load-configuration.js';
import { firstStartNotice } from '../bootstrap/startup-messages.js';
import { openInstallation } from '../bootstrap/installation.js';
import { createLogger } from '../observability/logger.js';
import { commandCaller } from './command-caller.js';
import type { Terminal } from './terminal.js';

/** Opens the installation and the services over it for one command, as the service itself does. */
export async function withServices(
  io: Terminal,
  work: (services: INestApplicationContext, caller: Caller) => Promise<void>,
): Promise<void> {
  const configuration = loadConfiguration();
  const tell = (line: string): void => io.error(line);
  const installation = await openInstallation(configuration, tell, io.isWatched ? tell : undefined);
  for (const line of firstStartNotice(installation)) io.error(line);
  try {
    const logger = createLogger('error');
    const module = AdministrationContextModule.of(installation, logger);
    const services = await NestFactory.createApplicationContext(module, {
      logger: false,
      abortOnError: false,
    });
    await work(services, commandCaller());
  } finally {
    await installation.close();
  }
}
