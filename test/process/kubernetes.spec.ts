import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FOLDERS, containerOf, server } from '../support/manifests.js';
import { Api } from './api.js';
import { Cluster } from './cluster.js';
import { linesOf } from './log-lines.js';

describe.each(FOLDERS)('docs/kubernetes.md, with the manifests of %s', (folder) => {
  const cluster = new Cluster(folder);
  beforeAll(() => cluster.prepare());
  afterAll(() => cluster.remove());

  it('starts no replica before the Job has migrated, and says what is missing', async () => {
    const { code, stderr } = await cluster.replica().ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/migrations are pending.*run `strongroom-admin migrate` with DATABASE_OWNER_URL/),
    ]);
  });

  it('migrates by the Job, and then serves by the Deployment, which has the login that owns nothing', async () => {
    expect(await cluster.migrate()).toMatchObject({ code: 0 });
    const replica = cluster.replica();
    const url = await replica.listening();
    const { startupProbe, livenessProbe, readinessProbe } = containerOf(server(folder));
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect([probe, (await fetch(`${url}${probe?.httpGet?.path}`)).status]).toEqual([probe, 200]);
    const metrics = /metrics and health for operators: (\S+)\/metrics/.exec(replica.stderr)?.[1];
    const text = await (await fetch(`${metrics}/metrics`)).text();
    expect(text).toMatch(/^strongroom_ready 1$/m);
    const api = new Api(url, cluster.secret('strongroom-first-password', 'admin_password'));
    expect((await api.call('PUT', 'db.password', 'x')).status).toBe(200);
    expect(await api.value('db.password')).toBe('x');
    expect(await replica.stop()).toMatchObject({ code: 0, stdout: '' });
    expect(linesOf(replica).filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('migrates again once the password of the first administrator is gone', async () => {
    cluster.removeSecret('strongroom-first-password');
    expect(await cluster.migrate()).toMatchObject({ code: 0 });
  });
});
