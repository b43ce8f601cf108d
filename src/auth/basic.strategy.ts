import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { BasicStrategy as PassportBasicStrategy } from 'passport-http';
import { NoCredentials, Unauthorized } from '../common/errors.js';
import { Authenticator } from './authenticator.js';
import { credentialsProblem, readBasicCredentials, type BasicCredentials } from './basic-credentials.js';
import type { Principal } from './principal.js';
import { singleHeader } from './single-header.js';

/** Describes what Passport adds to the copy of a strategy that it makes for each request. */
interface PassportAttempt {
  success(principal: Principal): void;
  fail(challenge: string | undefined): void;
  error(error: unknown): void;
}

/**
 * Proves who is calling by HTTP Basic authentication. Reads the header itself, since passport-http cuts a password at
 * its second colon and accepts any scheme that contains "Basic". Nothing of a request is kept on the strategy, which
 * all requests share.
 */
@Injectable()
export class BasicStrategy extends PassportStrategy(PassportBasicStrategy, 'basic') {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {
    super({ passReqToCallback: true, realm: 'Strongroom' });
  }

  /**
   * @throws Unauthorized without a header that proves a user
   * @throws TooManyRequests, Unavailable when credentials cannot be checked at this moment
   */
  async principalOf(request: FastifyRequest): Promise<Principal> {
    const header = singleHeader(request.raw, 'authorization');
    const credentials = readBasicCredentials(header);
    if (credentials === undefined) throw new NoCredentials(credentialsProblem(header));
    const principal = await this.validate(request, credentials);
    if (principal === false) throw new Unauthorized();
    return principal;
  }

  /** Serves Passport with the same answer. */
  override authenticate(this: this & PassportAttempt, request: never): void {
    this.principalOf(request).then(
      (principal) => this.success(principal),
      (error: unknown) => {
        if (error instanceof Unauthorized) this.fail(error.headers['WWW-Authenticate']);
        else this.error(error);
      },
    );
  }

  validate(request: FastifyRequest, credentials: BasicCredentials): Promise<Principal | false> {
    return this.authenticator.authenticate(request, credentials);
  }
}
