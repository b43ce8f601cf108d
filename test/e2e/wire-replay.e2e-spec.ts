import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { reactionOf } from '../contract/client-reaction.js';
import {
  pythonJson,
  recordedExchanges,
  type RecordedExchange,
  type RecordedRequest,
} from '../contract/recorded-exchanges.js';
import { RecordedState } from '../contract/recorded-state.js';
import type { Answer } from '../support/http-client.js';
import { Strongroom } from '../support/strongroom.js';

/**
 * Holds the passwords of the recorded credentials: `admin:admin`, and one for which the old client needs its alphabet
 * of base64.
 */
const PASSWORDS = { usual: 'admin', 'rest-client-4.0': 'a???>>>' };

type Refusal = readonly [status: number, code: string];
const NOT_FOUND: Refusal = [404, 'not_found_error'];
const UNKNOWN_ADDRESS: Refusal = [404, 'unknown_address'];
/**
 * Lists the calls that are refused, with the status and the code; all others succeed from the client's point of view.
 */
const REFUSED: Readonly<Record<string, Refusal>> = {
  "secrets.get('a/b c')": UNKNOWN_ADDRESS,
  "secrets.get('kéy?x#y')": [400, 'bad_parameters_error'],
  "secrets.update('key1')": [400, 'illegal_action_error'],
  "secrets.create('key1', 'v', provider_name='p', provider_options={'path': 'x'})": NOT_FOUND,
  'CloudifyClient(username, password) without tenant -> secrets.list()': [403, 'forbidden_error'],
  'CloudifyClient() without credentials -> secrets.list()': [401, 'unauthorized_error'],
  'CloudifyClient(non-ASCII credentials) -> secrets.list()': [401, 'unauthorized_error'],
  'cfy secrets create 1key -s x': [400, 'bad_parameters_error'],
  'cfy secrets get missing': NOT_FOUND,
  'cfy secrets delete missing': NOT_FOUND,
  // The only token route of version 3 is `GET /tokens`, which creates one.
  'v3 tokens.create()': [405, 'method_not_allowed'],
  "v3 tokens.create(description='d', expiration='+10h')": [405, 'method_not_allowed'],
  "v3 tokens.get('AbCdEfGhIj')": UNKNOWN_ADDRESS,
  "v3 tokens.delete('AbCdEfGhIj')": UNKNOWN_ADDRESS,
};

describe('the recorded bodies', () => {
  it('are written with the lengths that were recorded', () => {
    const bodies = recordedExchanges().flatMap(({ requests }) =>
      requests.filter(({ body }) => body !== undefined),
    );
    expect(bodies.length).toBeGreaterThan(60);
    for (const { body, length } of bodies) expect([pythonJson(body).length, body]).toEqual([length, body]);
  });
});

describe('the recorded requests of real clients', () => {
  let room: Strongroom;
  let state: RecordedState;
  const admin = { login: '', tenant: 'default_tenant' };

  beforeAll(async () => {
    room = await Strongroom.start({
      STRONGROOM_ADMIN_PASSWORD: 'first-password',
      // The recorded users have passwords of five to seven characters, as Cloudify allows.
      STRONGROOM_PASSWORD_MIN_LENGTH: '5',
    });
    state = new RecordedState(room, admin);
  });
  afterAll(() => room.stop());
  afterEach(() => state.clear());

  async function replay({ method, target, headers, body, length }: RecordedRequest): Promise<Answer> {
    const sent: Record<string, string> = { ...headers };
    if ('Authentication-Token' in sent) sent['Authentication-Token'] = await state.token();
    if (length !== undefined) sent['Content-Length'] = String(length);
    const written = body === undefined ? {} : { body: pythonJson(body) };
    return room.send({ method, path: target, headers: sent, ...written });
  }

  async function knownAs(password: string): Promise<void> {
    const login = `admin:${password}`;
    if (admin.login !== login) await room.setPassword('admin', password);
    admin.login = login;
  }

  const cases = recordedExchanges().map((exchange) => [exchange.client, nameOf(exchange), exchange] as const);

  it.each(cases)('%s, %s', async (client, name, exchange) => {
    await knownAs(client === 'rest-client-4.0' ? PASSWORDS[client] : PASSWORDS.usual);
    await state.prepare(exchange);
    for (const [index, request] of exchange.requests.entries()) {
      const answer = await replay(request);
      const path = request.target.replace(/^\/api(\/v3(\.1)?)?/, '').replace(/\?.*/, '');
      const reaction = reactionOf(client, `${request.method} ${path}`, answer);
      const isLast = index === exchange.requests.length - 1;
      const refusal =
        path === '/provider/context' ? NOT_FOUND : isLast ? refusalOf(name, exchange) : undefined;
      const expected =
        refusal === undefined
          ? { returns: expect.any(String) }
          : { raises: expect.any(String), status: refusal[0], code: refusal[1] };
      expect([reaction, answer.text]).toEqual([expected, answer.text]);
      if (path === '/secrets/share/import') expect(answer.body.secrets_errors).toEqual({});
    }
  });
});

/** Returns the version and the call, such as `v3.1 secrets.list()`. */
function nameOf({ requests, call }: RecordedExchange): string {
  return `${requests[0]!.target.split('/')[2]!} ${call}`;
}

function refusalOf(name: string, { call, raises }: RecordedExchange): Refusal | undefined {
  return raises === undefined ? (REFUSED[name] ?? REFUSED[call]) : [raises.status_code, raises.error_code];
}
