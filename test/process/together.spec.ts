import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase } from '../support/database.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { external, PASSWORD } from './external.js';
import { refusalIn } from './refusal.js';
import { service, type Program } from './program.js';

describe('starts at the same moment', () => {
  const programs: Program[] = [];
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
  });
  const start = (environment: NodeJS.ProcessEnv) => {
    const program = service(environment);
    programs.push(program);
    return program;
  };

  it('of three replicas on an empty database make one tenant and one administrator', async () => {
    const database = await cloneDatabase({ empty: true });
    const replicas = [1, 2, 3].map(() => start(external(database)));
    const apis = (await Promise.all(replicas.map((each) => each.listening()))).map(
      (url) => new Api(url, PASSWORD),
    );
    expect((await apis[0]!.call('PUT', 'shared', 'of all')).status).toBe(200);
    for (const api of apis) expect(await api.value('shared')).toBe('of all');
    expect(await database.asSuperuser('SELECT name FROM tenants')).toEqual([{ name: 'default_tenant' }]);
    expect(await database.asSuperuser('SELECT username FROM users')).toEqual([{ username: 'admin' }]);
    expect(replicas.filter(({ stdout }) => stdout.includes('Administrator:'))).toHaveLength(1);
    for (const { code } of await Promise.all(replicas.map((each) => each.stop()))) expect(code).toBe(0);
    await database.drop();
  });

  it('of two replicas with different root keys of one name leave one of them running', async () => {
    const database = await cloneDatabase({ empty: true });
    const other = `test:${randomBytes(32).toString('base64')}`;
    const both = [start(external(database)), start({ ...external(database), STRONGROOM_ROOT_KEYS: other })];
    const started = await Promise.allSettled(both.map((each) => each.listening()));
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = both[started.findIndex(({ status }) => status === 'rejected')]!;
    expect(refusalIn(refused.stderr.trimEnd().split('\n').at(-1) ?? '')).toBe(
      'The root key "test" is not the one that this database was made with',
    );
    await Promise.all(both.map((each) => each.stop()));
    await database.drop();
  });

  it('of two services on one new data folder share one database', async () => {
    const folder = new DataFolder();
    const environment = { ...folder.environment, STRONGROOM_ADMIN_PASSWORD: PASSWORD };
    const both = [start(environment), start(environment)];
    const [one, other] = (await Promise.all(both.map((each) => each.listening()))).map(
      (url) => new Api(url, PASSWORD),
    );
    expect((await one!.call('PUT', 'shared', 'by both')).status).toBe(200);
    expect(await other!.value('shared')).toBe('by both');
    expect(both.filter(({ stdout }) => stdout.includes('The root key was created'))).toHaveLength(1);
    for (const each of both) await each.stop();
    folder.remove();
  });
});
