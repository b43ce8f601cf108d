import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { knownNames, variables } from '../../src/config/variables.js';
import {
  FOLDERS,
  containerOf,
  environmentOf,
  environmentOfImage,
  kustomizationOf,
  manifestsOf,
  migration,
  mountedFiles,
  podOf,
  secretFiles,
  secretsOf,
  server,
  workloads,
  type Folder,
} from '../support/manifests.js';

const read = (path: string) => readFileSync(path, 'utf8');
const PAGE = 'docs/kubernetes.md';

/** Names the pods that run our image. */
const ours = (folder: Folder) => [server(folder), migration(folder)];

describe.each(FOLDERS)('the pods of deploy/kubernetes/%s', (folder) => {
  const all = manifestsOf(folder);
  const kustomization = kustomizationOf(folder);

  it('runs the image of this version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const owner of ours(folder)) expect(containerOf(owner).image).toBe(`strongroom:${version}`);
    for (const { name } of kustomization.images ?? []) expect(name).toBe('strongroom');
    expect(read(PAGE)).toContain(`docker build -t strongroom:${version} .`);
    expect(
      read(PAGE)
        .match(/strongroom:\d[\w.-]*/g)
        ?.every((tag) => tag === `strongroom:${version}`),
    ).toBe(true);
  });

  it('restricts every pod', () => {
    for (const owner of workloads(folder)) {
      expect(podOf(owner)).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(containerOf(owner).securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const { requests = {}, limits = {} } = containerOf(owner).resources ?? {};
      expect([Object.keys(requests), Object.keys(limits)]).toEqual([['cpu', 'memory'], ['memory']]);
    }
  });

  it('leaves the user and the group of our pods to the cluster, and gives them nothing to write to', () => {
    for (const owner of ours(folder)) {
      expect(podOf(owner).securityContext).toEqual({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { readOnly } of containerOf(owner).volumeMounts ?? []) expect(readOnly).toBe(true);
    }
  });

  it('sets variables that the service knows, and each once', () => {
    const image = environmentOfImage();
    for (const owner of ours(folder)) {
      const names = (containerOf(owner).env ?? []).map(({ name }) => name);
      expect(knownNames()).toEqual(expect.arrayContaining(names));
      expect(new Set(names).size).toBe(names.length);
      for (const name of Object.keys(image)) expect(names).not.toContain(name);
    }
    expect(image).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0' });
  });

  it('holds no secret, and names each as a file that the page puts there', () => {
    expect(all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const secrets = Object.values(variables).flatMap(({ name, secret }) => (secret ? [name] : []));
    for (const owner of workloads(folder)) {
      const { env = [] } = containerOf(owner);
      expect(
        env.filter(({ valueFrom, value = '' }) => valueFrom !== undefined || value.includes('://')),
      ).toEqual([]);
      expect(secrets.filter((name) => env.some((each) => each.name === name))).toEqual([]);
      const named = env.filter(({ name }) => name.endsWith('_FILE')).map(({ value }) => value);
      expect(named.length).toBeGreaterThan(0);
      expect(Object.keys(mountedFiles(folder, owner))).toEqual(expect.arrayContaining(named));
    }
  });

  it('gives a replica the login that owns nothing, and the Job what nothing else gets', () => {
    expect(Object.keys(mountedFiles(folder, server(folder))).sort()).toEqual([
      '/etc/strongroom/database_url',
      '/etc/strongroom/root_keys',
    ]);
    expect(Object.keys(environmentOf(containerOf(server(folder))))).not.toContain('DATABASE_OWNER_URL_FILE');
    const holders = (secret: string) =>
      workloads(folder)
        .filter((owner) => (podOf(owner).volumes ?? []).some((volume) => secretsOf(volume).includes(secret)))
        .map(({ kind }) => kind);
    expect(holders('strongroom-owner')).toEqual(['Job']);
    expect(holders('strongroom-first-password')).toEqual(['Job']);
    const { projected } = podOf(migration(folder)).volumes?.[0] ?? {};
    expect(projected?.sources.filter(({ secret }) => secret?.optional)).toEqual([
      { secret: { name: 'strongroom-first-password', optional: true } },
    ]);
    expect(containerOf(migration(folder))).toMatchObject({
      command: ['strongroom-admin'],
      args: ['migrate'],
    });
  });

  it('mounts volumes that are there', () => {
    for (const owner of workloads(folder)) {
      const claims = (owner.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
      const names = [...claims, ...(podOf(owner).volumes ?? []).map(({ name }) => name)];
      expect((containerOf(owner).volumeMounts ?? []).map(({ name }) => name).sort()).toEqual(names.sort());
    }
  });

  it('creates by the page every Secret that a pod mounts, and no other', () => {
    const mounted = workloads(folder).flatMap((owner) => (podOf(owner).volumes ?? []).flatMap(secretsOf));
    expect(Object.keys(secretFiles(folder)).sort()).toEqual([...new Set(mounted)].sort());
  });

  it('gives a stop more time than the service takes', () => {
    const { lifecycle, env = [] } = containerOf(server(folder));
    const [program, seconds] = lifecycle?.preStop?.exec?.command ?? [];
    expect(program).toBe('sleep');
    const drain = Number(env.find(({ name }) => name === 'STRONGROOM_DRAIN_MS')?.value);
    const { terminationGracePeriodSeconds: grace = 0 } = podOf(server(folder));
    expect(grace * 1000).toBeGreaterThanOrEqual(Number(seconds) * 1000 + drain + 20_000 + 5_000);
    expect(read(PAGE)).toContain(`\`terminationGracePeriodSeconds\` is ${grace}:`);
  });
});

describe('the pods of deploy/kubernetes', () => {
  it('migrates in the same way in both folders, and runs the same replica', () => {
    expect(podOf(migration('try'))).toEqual(podOf(migration('production')));
    const common = (folder: Folder) => {
      const { topologySpreadConstraints: _spread, ...pod } = podOf(server(folder));
      const { resources, env = [], ...container } = containerOf(server(folder));
      const same = env.filter(({ name }) => name !== 'STRONGROOM_TRUSTED_PROXIES');
      return { ...pod, containers: [{ ...container, env: same, limits: resources?.limits }] };
    };
    expect(common('try')).toEqual(common('production'));
  });
});
