import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { BasicStrategy } from './basic.strategy.js';
import type { Principal } from './principal.js';
import { IS_PUBLIC } from './public.decorator.js';
import { singleHeader } from './single-header.js';
import { TENANT_IN_PATH } from './tenant-in-path.decorator.js';
import { TokenAuthenticator } from './token-authenticator.js';

/**
 * Lets authenticated requests pass, and every request to a `@Public()` route. It calls the strategy directly:
 * Passport's middleware costs a sixth of the throughput and drops the challenge.
 */
@Injectable()
export class BasicAuthGuard implements CanActivate {
  constructor(
    @Inject(BasicStrategy) private readonly strategy: BasicStrategy,
    @Inject(TokenAuthenticator) private readonly tokens: TokenAuthenticator,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /**
   * @throws Unauthorized without valid credentials
   * @throws TooManyRequests, Unavailable when they cannot be checked at this moment
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (this.reflector.get<boolean | undefined>(TENANT_IN_PATH, context.getHandler()) === true)
      request.tenantInPath = (request.params as { name: string }).name;
    request.principal = await this.principalOf(request);
    return true;
  }

  /** Authenticates by Basic where the request has an `Authorization` header or no token, else by the token. */
  private principalOf(request: AuthenticatedRequest): Promise<Principal> {
    const token = singleHeader(request.raw, 'authentication-token');
    return token === undefined || request.headers.authorization !== undefined
      ? this.strategy.principalOf(request)
      : this.tokens.authenticate(request, token);
  }
}
