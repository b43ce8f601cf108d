import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { BasicStrategy as PassportBasicStrategy } from 'passport-http';
import { Authenticator } from './authenticator.js';
import { readBasicCredentials } from './basic-credentials.js';
import type { Principal } from './principal.js';
import { singleHeader } from './single-header.js';

type Verified = (error: unknown, principal?: Principal | false) => void;

/** Describes what Passport adds to a strategy for one request. */
interface Attempt {
  _verify(request: FastifyRequest, username: string, password: string, done: Verified): void;
  success(principal: Principal): void;
  fail(challenge?: string): void;
  error(error: unknown): void;
}

/**
 * Replaces how passport-http reads the header: the package cuts a password at its second colon and accepts any scheme
 * that contains "Basic".
 */
class Rfc7617Strategy extends PassportBasicStrategy {
  override authenticate(request: never): void {
    const attempt = this as unknown as Attempt;
    const incoming = request as FastifyRequest;
    const credentials = readBasicCredentials(singleHeader(incoming.raw, 'authorization'));
    if (credentials === undefined) {
      attempt.fail();
      return;
    }
    attempt._verify(incoming, credentials.username, credentials.password, (error, principal) => {
      if (error !== null && error !== undefined) attempt.error(error);
      else if (principal === undefined || principal === false) attempt.fail();
      else attempt.success(principal);
    });
  }
}

@Injectable()
export class BasicStrategy extends PassportStrategy(Rfc7617Strategy, 'basic') {
  constructor(@Inject(Authenticator) private readonly authenticator: Authenticator) {
    super({ passReqToCallback: true, realm: 'Strongroom' });
  }

  validate(request: FastifyRequest, username: string, password: string): Promise<Principal | false> {
    return this.authenticator.authenticate(request, { username, password });
  }
}
