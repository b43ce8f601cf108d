import { readFile } from 'node:fs/promises';
import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  Module,
  Param,
  Put,
  Req,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { setTimeout as wait } from 'node:timers/promises';
import { Query } from '../../../src/api/input/query.decorator.js';
import { Drain } from '../../../src/api/http/drain.js';
import { Readiness } from '../../../src/api/http/readiness.js';
import { createHttpAdapter, type HttpAdapterOptions } from '../../../src/api/http/http-adapter.js';
import { JsonBody, RequestBody } from '../../../src/api/input/json-body.js';
import { ApiErrors } from '../../../src/api/openapi/api-errors.decorator.js';
import { TenantApi } from '../../../src/api/openapi/secured-api.decorator.js';
import { PageQuery } from '../../../src/api/lists/paging.js';
import { setUpApi } from '../../../src/api/set-up-api.js';
import { IS_PUBLIC } from '../../../src/auth/public.decorator.js';
import { Unauthorized } from '../../../src/common/errors.js';
import { DatabaseHealth } from '../../../src/database/readiness/database-health.js';
import { HealthController } from '../../../src/health/health.controller.js';
import { createLogger } from '../../../src/observability/logger.js';

export const MAX_VALUE_BYTES = 100;

class ThingBody {
  @ApiProperty()
  @IsNotEmpty({ message: '`value` is missing or empty' })
  @IsString({ message: '`value` must be a string' })
  value: string;
}

class Thing {
  @ApiProperty()
  key: string;

  @ApiProperty()
  value: string;
}

/** Counts the requests to `/things/slow` that are under way. */
export const atOnce = { running: 0, most: 0 };

@Controller('things')
@TenantApi()
class ThingsController {
  @Get()
  list(@Query() query: PageQuery): object {
    return { size: query._size, offset: query._offset };
  }

  @Get('slow')
  async slow(): Promise<object> {
    atOnce.running += 1;
    atOnce.most = Math.max(atOnce.most, atOnce.running);
    await wait(300);
    atOnce.running -= 1;
    return { slow: true };
  }

  @Get('fails')
  fails(): never {
    throw new Error('canary-of-a-failure');
  }

  @Get('no-file')
  async noFile(): Promise<object> {
    return { text: await readFile('/nowhere/canary-file', 'utf8') };
  }

  @Get('no-database')
  noDatabase(): never {
    throw Object.assign(new Error('canary connection'), { code: '57P01', severity: 'FATAL' });
  }

  @Get('address')
  address(@Req() request: FastifyRequest): object {
    return { address: request.ip, host: request.hostname, body: request.body === undefined ? null : 'given' };
  }

  @Get(':key')
  @ApiOkResponse({ type: Thing })
  read(@Param('key') key: string): Thing {
    return { key, value: 'x' };
  }

  @Put(':key')
  @HttpCode(200)
  @ApiOkResponse({ type: Thing })
  @ApiErrors(409, 415)
  async put(@Param('key') key: string, @RequestBody() body: JsonBody): Promise<Thing> {
    const { value } = await body.read(ThingBody);
    return { key, value };
  }

  @Delete(':key')
  delete(@Param('key') key: string): object {
    return { key };
  }
}

/** Replaces the real guard: accepts any Authorization. */
@Injectable()
class AnyoneGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    if (context.switchToHttp().getRequest<FastifyRequest>().headers.authorization === undefined) {
      throw new Unauthorized();
    }
    return true;
  }
}

@Module({
  controllers: [ThingsController, HealthController],
  providers: [
    Drain,
    Readiness,
    { provide: DatabaseHealth, useValue: { isReady: () => Promise.resolve(true) } },
    { provide: APP_GUARD, useClass: AnyoneGuard },
  ],
})
class ThingsModule {}

export interface HttpLayerApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly port: number;
  readonly logs: Record<string, unknown>[];
}

/** Starts the HTTP layer as in the service, over a controller without dependencies. */
export async function startHttpLayer(
  logLevel = 'info',
  trustedProxies: string[] = [],
  maxValueBytes = MAX_VALUE_BYTES,
  times: Partial<HttpAdapterOptions> = {},
): Promise<HttpLayerApp> {
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger(logLevel, {
    write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>),
  });
  const options = {
    maxValueBytes,
    maxImportBytes: maxValueBytes,
    keepAliveMilliseconds: 72_000,
    headersMilliseconds: 20_000,
    bodyStallMilliseconds: 15_000,
    bodyMilliseconds: 0,
    corsOrigins: [],
    ...times,
    trustedProxies,
    metricsTenants: 0,
  };
  const adapter = createHttpAdapter(options, logger);
  const app = await NestFactory.create<NestFastifyApplication>(ThingsModule, adapter, {
    bodyParser: false,
    logger,
  });
  setUpApi(app, logger, { ...options, passwordMinLength: 8 });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, url: `http://127.0.0.1:${port}`, port, logs };
}
