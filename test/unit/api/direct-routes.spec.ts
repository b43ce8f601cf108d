import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer, type Call } from '../../support/http-client.js';
import { startDispatchApp, type DispatchApp } from './dispatch-app.js';

const words = (text: string): string[] => text.split(' ');

const DIRECT = words('plain headers nothing text configured fails named read put post patch delete').map(
  (method) => `ThingsController.${method}`,
);
const LEFT_TO_NEST = words('piped undeclared guarded intercepted').map(
  (method) => `ThingsController.${method}`,
);

const PATHS = words(
  'plain headers nothing text configured fails undeclared guarded intercepted piped/a piped/1 named/ named/a ' +
    'named/a?_size=3&_offset=2 named/a?_size=x named/a?other=1',
);

const CALLS: readonly Call[] = [
  ...PATHS.map((path) => ({ path })),
  ...['a', 'bad', '', 'a/b', '%zz'].map((path) => ({ path })),
  ...['PUT', 'POST', 'PATCH', 'DELETE', 'HEAD'].flatMap((method) =>
    ['a', 'bad', ''].map((path) => ({ method, path })),
  ),
  { method: 'HEAD', path: 'fails' },
  ...['refuses', 'throws'].map((guard) => ({ path: 'a', headers: { guard } })),
  { path: 'a', headers: { interceptor: 'refuses' } },
  { method: 'PUT', path: 'a', headers: { interceptor: 'refuses' } },
];

describe('a direct route', () => {
  let direct: DispatchApp;
  let dispatched: DispatchApp;
  beforeAll(async () => {
    direct = await startDispatchApp();
    dispatched = await startDispatchApp({ direct: false });
  });
  afterAll(() => Promise.all([direct.app.close(), dispatched.app.close()]));

  const ask = ({ url }: DispatchApp, call: Call): Promise<Answer> =>
    send(url, { ...call, path: `/things/${call.path}` });

  it.each(CALLS)('answers as one that Nest dispatches: %j', async (call) => {
    const [mine, nests] = await Promise.all([ask(direct, call), ask(dispatched, call)]);
    expect(comparable(mine)).toEqual(comparable(nests));
  });

  it('goes through guard, interceptor and parameters in this order, each told the route', async () => {
    const { body } = await ask(direct, { path: 'a' });
    const steps = ['guard', 'interceptor', 'parameter'].map((step) => `${step} ThingsController.read`);
    expect(body).toEqual({ key: 'k:a', trace: steps });
  });

  it.each(DIRECT)('is %s', (name) => {
    expect(direct.routes.routeNamed(name)).toBeDefined();
  });

  it.each([...LEFT_TO_NEST, 'HostedController.read', 'ThingsController.none', 'OtherController.read', ''])(
    'is not %s',
    (name) => {
      expect(direct.routes.routeNamed(name)).toBeUndefined();
    },
  );

  it('is none where an interceptor for all routes can only be called by Nest', async () => {
    const { app, routes, url } = await startDispatchApp({ more: true });
    const found = DIRECT.filter((name) => routes.routeNamed(name) !== undefined);
    const { status } = await send(url, { path: '/things/a' });
    await app.close();
    expect({ found, status }).toEqual({ found: [], status: 200 });
  });
});

/** Without what no two answers have alike: the time, and the id that a failure names. */
function comparable({ status, headers: { date: _, ...headers }, text }: Answer): unknown {
  return { status, headers, text: text.replace(/request id [^"]*/, '') };
}
