import {
  Controller,
  createParamDecorator,
  Delete,
  Get,
  Header,
  HttpCode,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Put,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Query } from '../../../src/api/input/query.decorator.js';
import { PageQuery } from '../../../src/api/lists/paging.js';
import { DirectAdapter } from '../../../src/api/direct-adapter.js';
import { DirectRoutes } from '../../../src/api/direct-routes.js';
import { ErrorFilter } from '../../../src/api/errors/error.filter.js';
import { BadParameters, Forbidden, Unauthorized } from '../../../src/common/errors.js';
import { createLogger } from '../../../src/observability/logger.js';
import type { AdmittingInterceptor } from '../../../src/tenant-scope/admitting-interceptor.js';

/** What was called on the way of a request, in order, is on the request. */
interface Traced extends FastifyRequest {
  trace?: string[];
}

const requestOf = (context: ExecutionContext): Traced => context.switchToHttp().getRequest<Traced>();

function note(context: ExecutionContext, step: string): Traced {
  const request = requestOf(context);
  request.trace = [
    ...(request.trace ?? []),
    `${step} ${context.getClass().name}.${context.getHandler().name}`,
  ];
  return request;
}

@Injectable()
class TracedGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = note(context, 'guard');
    if (headers.guard === 'throws') throw new Unauthorized();
    return Promise.resolve(headers.guard !== 'refuses');
  }
}

@Injectable()
class TracedInterceptor implements AdmittingInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.admit(context);
    return next.handle();
  }

  admit(context: ExecutionContext): Promise<void> {
    const { headers } = note(context, 'interceptor');
    return headers.interceptor === 'refuses' ? Promise.reject(new Forbidden('Not here')) : Promise.resolve();
  }
}

/** An interceptor that only Nest can call. */
@Injectable()
class PassingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@Injectable()
class PassingGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const Trace = createParamDecorator((_: undefined, context) => note(context, 'parameter').trace);
const Config = createParamDecorator((_: undefined, context) => requestOf(context).routeOptions.config);
const Key = createParamDecorator((data: string, context) => {
  const { key } = requestOf(context).params as { key: string };
  if (key === 'bad') throw new BadParameters('A bad key');
  return `${data}:${key}`;
});

@Controller('things')
class ThingsController {
  @Get('plain')
  plain(): object {
    return { plain: true };
  }

  @Get('headers')
  @Header('X-One', '1')
  @Header('X-Two', () => '2')
  @Header('Content-Type', 'application/json; charset=utf-8')
  headers(): Buffer {
    return Buffer.from('{"bytes":true}');
  }

  @Get('nothing')
  nothing(): void {
    // The answer has no body.
  }

  @Get('text')
  text(): string {
    return 'text';
  }

  @Get('configured')
  @RouteConfig({ largeBody: true })
  configured(@Config() config: object): object {
    return config;
  }

  @Get('fails')
  fails(): never {
    throw new Error('canary-of-a-failure');
  }

  @Get('piped/:key')
  piped(@Param('key', ParseIntPipe) key: number): object {
    return { key };
  }

  @Get('named/:key')
  named(@Param('key') key: string, @Query() { _size, _offset }: PageQuery): object {
    return { key, _size, _offset };
  }

  @Get('undeclared')
  undeclared(query?: object): object {
    return { given: query !== undefined };
  }

  @Get('guarded')
  @UseGuards(PassingGuard)
  guarded(): object {
    return { guarded: true };
  }

  @Get('intercepted')
  @UseInterceptors(PassingInterceptor)
  intercepted(): object {
    return { intercepted: true };
  }

  @Get(':key')
  async read(@Trace() trace: string[], @Key('k') key: string): Promise<object> {
    return Promise.resolve({ key, trace });
  }

  @Put(':key')
  @HttpCode(202)
  put(@Key('k') key: string): object {
    return { key };
  }

  @Post(':key')
  post(@Key('k') key: string): object {
    return { key };
  }

  @Patch(':key')
  patch(@Key('k') key: string): Promise<object> {
    return Promise.reject(new BadParameters(`${key} cannot be changed`));
  }

  @Delete(':key')
  delete(@Key('k') key: string): object {
    return { key };
  }
}

/** For one host only, which Nest's dispatcher looks at. */
@Controller({ path: 'hosted', host: 'elsewhere.example' })
class HostedController {
  @Get()
  read(): object {
    return { hosted: true };
  }
}

const PARTS = [
  { provide: APP_GUARD, useClass: TracedGuard },
  { provide: APP_INTERCEPTOR, useClass: TracedInterceptor },
];

@Module({ controllers: [ThingsController, HostedController], providers: PARTS })
class ThingsModule {}

@Module({
  controllers: [ThingsController, HostedController],
  providers: [...PARTS, { provide: APP_INTERCEPTOR, useClass: PassingInterceptor }],
})
class ModuleWithMore {}

export interface DispatchApp {
  readonly app: NestFastifyApplication;
  readonly routes: DirectRoutes;
  readonly url: string;
}

/**
 * @param direct whether routes that can do without Nest's dispatcher do
 * @param more whether there is an interceptor for all routes that only Nest can call
 */
export async function startDispatchApp({ direct = true, more = false } = {}): Promise<DispatchApp> {
  const adapter = new DirectAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(
    more ? ModuleWithMore : ThingsModule,
    adapter,
    {
      logger: false,
    },
  );
  app.useGlobalFilters(new ErrorFilter(createLogger('silent')));
  const routes = new DirectRoutes(app);
  if (direct) adapter.handleDirectly(routes);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, routes, url: `http://127.0.0.1:${port}` };
}
