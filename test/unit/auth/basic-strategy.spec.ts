import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import type { BasicCredentials } from '../../../src/auth/basic-credentials.js';
import { BasicAuthGuard } from '../../../src/auth/basic-auth.guard.js';
import { BasicStrategy } from '../../../src/auth/basic.strategy.js';
import type { Principal } from '../../../src/auth/principal.js';
import { TooManyRequests, Unauthorized } from '../../../src/common/errors.js';
import { SEED, seeded } from '../../support/seeded.js';
import { SeededRandom } from '../../support/seeded-random.js';

const USERS = Array.from({ length: 200 }, (_, index) => `user-${index}`);

interface Login {
  readonly credentials: BasicCredentials;
  readonly request: FastifyRequest;
  readonly answer: (principal: Principal | false) => void;
  readonly reject: (error: Error) => void;
}

/** Replaces the authenticator: leaves every login pending until the test answers it. */
class OpenLogins {
  readonly open: Login[] = [];

  authenticate(request: FastifyRequest, credentials: BasicCredentials): Promise<Principal | false> {
    return new Promise((answer, reject) => this.open.push({ credentials, request, answer, reject }));
  }

  /** Answers all logins in random order, with turns of the event loop between them. */
  async answerShuffled(random: SeededRandom): Promise<void> {
    while (this.open.length > 0) {
      const [login] = this.open.splice(random.below(this.open.length), 1);
      const { username, password } = login!.credentials;
      login!.answer(password === `password-of-${username}` && { ...NOBODY, username });
      if (random.below(3) === 0) await new Promise(setImmediate);
    }
  }
}

const NOBODY = { permissions: new Set<string>() } as unknown as Principal;

function requestOf(username: string, password = `password-of-${username}`): FastifyRequest {
  const header = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return {
    headers: { authorization: header },
    raw: { rawHeaders: ['Authorization', header] },
  } as unknown as FastifyRequest;
}

function start(): { logins: OpenLogins; strategy: BasicStrategy; guard: BasicAuthGuard } {
  const logins = new OpenLogins();
  const strategy = new BasicStrategy(logins as never);
  const reflector = { getAllAndOverride: () => undefined, get: () => undefined };
  return { logins, strategy, guard: new BasicAuthGuard(strategy, {} as never, reflector as never) };
}

function contextOf(request: FastifyRequest): ExecutionContext {
  const http = { getRequest: () => request };
  return { getHandler: () => start, getClass: () => Object, switchToHttp: () => http } as never;
}

/** Logs in as an application that uses Passport. */
function byPassport(request: FastifyRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, user: unknown, info: unknown): void => {
      if (error !== null) reject(error);
      else resolve(user === false ? String(info) : (user as Principal).username);
    };
    const middleware = passport.authenticate('basic', { session: false }, done) as (
      ...parts: unknown[]
    ) => void;
    middleware(request, {}, reject);
  });
}

describe('the Basic strategy', () => {
  it('keeps 200 interleaved logins of different users apart, for the guard and for Passport', () =>
    seeded(async () => {
      const { logins, strategy, guard } = start();
      const before = Object.entries(strategy);
      const requests = USERS.map((username) => requestOf(username));
      const guarded = requests.map((request) => guard.canActivate(contextOf(request)));
      const passed = USERS.map((username) => byPassport(requestOf(username)));
      await new Promise(setImmediate);
      expect(logins.open).toHaveLength(2 * USERS.length);
      await logins.answerShuffled(new SeededRandom(SEED));
      await Promise.all(guarded);
      expect(requests.map((request) => (request as { principal?: Principal }).principal?.username)).toEqual(
        USERS,
      );
      expect(await Promise.all(passed)).toEqual(USERS);
      expect(Object.entries(strategy)).toEqual(before);
    }));

  it('lets a wrong password among right ones fail alone', () =>
    seeded(async () => {
      const { logins, strategy } = start();
      const isWrong = (index: number): boolean => index % 7 === 0;
      const proved = USERS.map((username, index) =>
        strategy.principalOf(requestOf(username, isWrong(index) ? 'wrong' : undefined)).then(
          (principal) => principal.username,
          (error: unknown) => error,
        ),
      );
      await new Promise(setImmediate);
      await logins.answerShuffled(new SeededRandom(SEED));
      const answers = await Promise.all(proved);
      for (const [index, answer] of answers.entries())
        expect(answer).toEqual(isWrong(index) ? expect.any(Unauthorized) : USERS[index]);
    }));

  it('gives Passport a failure with the challenge, and an error as an error', async () => {
    const { logins } = start();
    const noHeader = { headers: {}, raw: { rawHeaders: [] } } as unknown as FastifyRequest;
    expect(await byPassport(noHeader)).toBe('Basic realm="Strongroom", charset="UTF-8"');
    const refused = byPassport(requestOf('alice'));
    logins.open[0]!.reject(new TooManyRequests('later'));
    await expect(refused).rejects.toThrow('later');
  });
});
