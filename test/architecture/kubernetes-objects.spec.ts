import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { fencedBlocks } from '../documents/markdown.js';
import {
  FOLDERS,
  containerOf,
  environmentOf,
  environmentOfImage,
  filesOf,
  kustomizationOf,
  manifest,
  manifestsOf,
  mountedFiles,
  namespaceOf,
  pathOf,
  podOf,
  readYaml,
  selected,
  server,
  workloads,
  type Manifest,
} from '../support/manifests.js';

const read = (path: string) => readFileSync(path, 'utf8');
const PAGE = 'docs/kubernetes.md';

interface Example extends ReturnType<typeof kustomizationOf> {
  patches: { target?: { kind: string; name: string }; patch: string }[];
}

/** Returns what a JSON Pointer (RFC 6901) leads to; undefined if nothing is there. */
const valueAt = (object: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value, part) => (value as Record<string, unknown> | undefined)?.[part], object);

/** Created only by who wants them. */
const NOT_LISTED = ['ingress.yaml', 'service-monitor.yaml'];

describe.each(FOLDERS)('the objects of deploy/kubernetes/%s', (folder) => {
  const all = manifestsOf(folder);
  const kustomization = kustomizationOf(folder);

  it('lists its files in a form that every kubectl reads, but for those that are not always wanted', () => {
    const { resources, images = [], ...others } = kustomization;
    expect(others).toEqual({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' });
    const listed = filesOf(folder).filter((name) => !NOT_LISTED.includes(name));
    expect([...resources].sort()).toEqual(listed.sort());
    for (const image of images) expect(Object.keys(image)).toEqual(['name', 'newName']);
  });

  it('puts every object into its namespace, which admits only restricted pods', () => {
    const [namespace, ...others] = all.filter(({ kind }) => kind === 'Namespace');
    expect([namespace?.metadata.name, others]).toEqual([namespaceOf(folder), []]);
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    for (const { kind, metadata } of all.filter((each) => each.kind !== 'Namespace'))
      expect([kind, metadata.name, metadata.namespace]).toEqual([kind, metadata.name, namespaceOf(folder)]);
    expect(new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(all.length);
  });

  it('listens where the image does, and probes and Services name ports that are there', () => {
    const { PORT } = environmentOfImage();
    const { ports = [], startupProbe, livenessProbe, readinessProbe } = containerOf(server(folder));
    const { STRONGROOM_METRICS_PORT } = environmentOf(containerOf(server(folder)));
    expect(ports).toEqual([
      { name: 'http', containerPort: Number(PORT) },
      { name: 'metrics', containerPort: Number(STRONGROOM_METRICS_PORT) },
    ]);
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(probe?.httpGet?.port).toBe('http');
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet?.path)).toEqual([
      '/health/startup',
      '/health/live',
      '/health/ready',
    ]);
    for (const { metadata, spec } of all.filter(({ kind }) => kind === 'Service')) {
      const [owner, ...others] = selected(folder, spec?.selector);
      expect([owner, others]).toEqual([metadata.name, []]);
      const target = workloads(folder).find((each) => each.metadata.name === owner);
      const open = (target && containerOf(target).ports) ?? [];
      const offered = open.map(({ name, containerPort }) => ({
        name,
        port: containerPort,
        targetPort: name,
      }));
      expect(spec?.ports).toEqual(offered);
    }
  });

  it('selects by labels what is meant, and nothing else', () => {
    for (const { kind, metadata, spec } of all) {
      const labels = spec?.selector?.matchLabels;
      if (labels !== undefined) expect([kind, selected(folder, labels)]).toEqual([kind, [metadata.name]]);
      if (kind === 'ServiceMonitor')
        expect(manifest(folder, 'Service', metadata.name).metadata.labels).toEqual(labels);
    }
    for (const { labelSelector } of podOf(server(folder)).topologySpreadConstraints ?? [])
      expect(selected(folder, labelSelector.matchLabels)).toEqual(['strongroom']);
  });

  it('can be applied in the order of the page, by the labels that its commands name', () => {
    const listed = kustomization.resources.flatMap(
      (name) => readYaml(join(pathOf(folder), name)) as Manifest[],
    );
    const commands = read(PAGE).matchAll(
      new RegExp(`kubectl apply -k deploy/kubernetes/${folder} --selector (\\S+)=([a-z]+)`, 'g'),
    );
    const applied = [...commands].map(([, label = '', value]) =>
      listed.filter(({ metadata }) => metadata.labels?.[label] === value).map(({ kind }) => kind),
    );
    expect(applied).toEqual(
      folder === 'try'
        ? [['NetworkPolicy', 'Service', 'StatefulSet'], ['Job']]
        : [['Job'], ['NetworkPolicy', 'Service', 'Deployment', 'PodDisruptionBudget']],
    );
  });

  it('lets nobody reach a pod but who has to, on the ports that it opens', () => {
    const policies = all.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies[0]?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const open = policies.slice(1).flatMap(({ spec }) =>
      (spec?.ingress ?? []).flatMap(({ from = [], ports = [] }) => {
        expect(from.length).toBeGreaterThan(0);
        return selected(folder, spec?.podSelector?.matchLabels).map((name) => [
          name,
          ...ports.map(({ port }) => port),
        ]);
      }),
    );
    expect(open).toEqual(
      folder === 'try'
        ? [['postgres', 5432]]
        : [
            ['strongroom', 8080],
            ['strongroom', 9464],
          ],
    );
    const leaving = policies.slice(1).filter(({ spec }) => spec?.egress !== undefined);
    expect(leaving.map(({ spec }) => selected(folder, spec?.podSelector?.matchLabels).sort())).toEqual([
      ['strongroom', 'strongroom-migration'],
    ]);
    const ports = leaving[0]?.spec?.egress?.map((rule) => rule.ports?.map(({ port }) => port));
    expect(ports).toEqual([[53, 53, 5353, 5353], [5432]]);
  });
});

describe('the objects of deploy/kubernetes', () => {
  it('runs one replica to try it, and in production three that a node can be emptied beside', () => {
    expect(server('try').spec?.replicas).toBe(1);
    expect(server('production').spec?.replicas).toBe(3);
    expect(podOf(server('production')).topologySpreadConstraints).toHaveLength(2);
    const { spec } = manifest('production', 'PodDisruptionBudget', 'strongroom');
    expect(spec?.maxUnavailable).toBe(1);
    expect(selected('production', spec?.selector?.matchLabels)).toEqual(['strongroom']);
  });

  it('passes on by the Ingress to a port of the Service', () => {
    const { spec } = parse(read('deploy/kubernetes/production/ingress.yaml')) as {
      spec: { tls: { hosts: string[] }[]; rules: { host: string; http: { paths: { backend: object }[] } }[] };
    };
    const [rule] = spec.rules;
    expect(rule?.http.paths[0]?.backend).toEqual({ service: { name: 'strongroom', port: { name: 'http' } } });
    expect(spec.tls[0]?.hosts).toEqual([rule?.host]);
    expect(manifest('production', 'Service', 'strongroom').spec?.ports?.map(({ name }) => name)).toContain(
      'http',
    );
  });

  it('has Prometheus read a port of the Service, which the page and the job of the alerts name', () => {
    const { spec } = parse(read('deploy/kubernetes/production/service-monitor.yaml')) as {
      spec: { endpoints: { port: string; path: string }[] };
    };
    const [endpoint] = spec.endpoints;
    expect(endpoint).toMatchObject({ port: 'metrics', path: '/metrics' });
    const { ports } = manifest('production', 'Service', 'strongroom').spec ?? {};
    const port = ports?.find(({ name }) => name === endpoint?.port)?.port;
    expect(read(PAGE)).toContain(`http://127.0.0.1:${port}/metrics`);
  });

  it('tries it with the server of docker-compose.yml, which finds its passwords and its script', () => {
    const compose = parse(read('docker-compose.yml'), { merge: true }) as {
      services: { postgres: { image: string } };
    };
    const postgres = manifest('try', 'StatefulSet', 'postgres');
    expect(containerOf(postgres).image).toBe(compose.services.postgres.image);
    const files = mountedFiles('try', postgres);
    for (const [path = ''] of read('deploy/postgres-init.sql').matchAll(/\/run\/secrets\/\w+/g))
      if (path !== '/run/secrets') expect(Object.keys(files)).toContain(path);
    expect(read(PAGE)).toContain(
      'create configmap postgres-init --from-file=strongroom.sql=deploy/postgres-init.sql',
    );
    expect(read('deploy/make-secrets.sh')).toContain('@postgres:5432/strongroom');
    expect(manifest('try', 'Service', 'postgres').spec?.ports).toEqual([
      { name: 'postgres', port: 5432, targetPort: 'postgres' },
    ]);
  });

  it('marks every line that is to be changed, in the files that the page lists', () => {
    const marked = FOLDERS.flatMap((folder) =>
      [...filesOf(folder), 'kustomization.yaml']
        .map((name) => join(pathOf(folder), name))
        .filter((path) => read(path).includes('# Change: ')),
    );
    const [section = ''] = /### 1\. [^]*?### 2\. /.exec(read(PAGE)) ?? [];
    const listed = [...section.matchAll(/^\| \[[\w.-]+\]\(\.\.\/([^)]+)\)/gm)].map(([, path]) => path);
    expect(marked.sort()).toEqual(listed.sort());
    for (const path of listed) expect(existsSync(path ?? '')).toBe(true);
  });

  it('shows on the page how to change what is there', () => {
    const [example = ''] = fencedBlocks(PAGE).flatMap(({ language, text }) =>
      language === 'yaml' ? [text] : [],
    );
    const { resources, images, patches } = parse(example) as Example;
    expect(resources).toEqual(['strongroom/deploy/kubernetes/production']);
    expect(images?.map(({ name }) => name)).toEqual(
      kustomizationOf('production').images?.map(({ newName }) => newName),
    );
    const merged = patches
      .filter(({ target }) => target === undefined)
      .map(({ patch }) => parse(patch) as Manifest);
    for (const each of merged) {
      expect(each.metadata.namespace).toBe('strongroom');
      const { name, env = [] } = containerOf(each);
      const there = containerOf(manifest('production', each.kind, each.metadata.name));
      expect(there.name).toBe(name);
      expect(there.env?.map((one) => one.name)).toEqual(expect.arrayContaining(env.map((one) => one.name)));
    }
    const replaced = patches.flatMap(({ target, patch }) =>
      target === undefined ? [] : (parse(patch) as { path: string }[]).map(({ path }) => ({ target, path })),
    );
    expect(replaced).toHaveLength(2);
    for (const { target, path } of replaced)
      expect([path, valueAt(manifest('production', target.kind, target.name), path)]).toEqual([
        path,
        expect.any(String),
      ]);
  });
});
