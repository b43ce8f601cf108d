import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const FOLDERS = ['try', 'production'] as const;
export type Folder = (typeof FOLDERS)[number];

type Labels = Record<string, string>;

interface Selector {
  matchLabels?: Labels;
}

interface Probe {
  httpGet?: { path: string; port: string };
}

interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  ports?: { name: string; containerPort: number }[];
  lifecycle?: { preStop?: { exec?: { command: string[] } } };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: { requests?: Labels; limits?: Labels };
  securityContext?: object;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

interface Volume {
  name: string;
  secret?: { secretName: string };
  projected?: { sources: { secret?: { name: string; optional?: boolean } }[] };
  configMap?: { name: string };
  emptyDir?: object;
}

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  terminationGracePeriodSeconds?: number;
  topologySpreadConstraints?: { labelSelector: Selector }[];
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  securityContext?: object;
}

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: object;
  ipBlock?: object;
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol: string; port: number }[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  spec?: {
    replicas?: number;
    /** A plain map in a Service. */
    selector?: Selector & Labels;
    template?: { metadata: { labels: Labels }; spec: PodSpec };
    ports?: { name: string; port: number; targetPort: string }[];
    podSelector?: Selector;
    policyTypes?: string[];
    ingress?: Rule[];
    egress?: Rule[];
    maxUnavailable?: number;
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
}

interface Kustomization {
  apiVersion: string;
  kind: string;
  resources: string[];
  images?: { name: string; newName: string }[];
}

/** Returns the path of a folder of manifests. */
export const pathOf = (folder: Folder): string => join('deploy/kubernetes', folder);

/** Returns the names of the files of a folder, without that of Kustomize. */
export const filesOf = (folder: Folder): string[] =>
  readdirSync(pathOf(folder)).filter((name) => name !== 'kustomization.yaml');

/** @throws Error if the file is no valid YAML */
export function readYaml(path: string): unknown[] {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'), { uniqueKeys: true });
  return documents.map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
    return document.toJS() as unknown;
  });
}

/** Returns the list of a folder for Kustomize. */
export const kustomizationOf = (folder: Folder): Kustomization =>
  readYaml(join(pathOf(folder), 'kustomization.yaml'))[0] as Kustomization;

/** Returns every object of a folder. */
export const manifestsOf = (folder: Folder): Manifest[] =>
  filesOf(folder).flatMap((name) => readYaml(join(pathOf(folder), name)) as Manifest[]);

/** @throws Error if the folder has no such object */
export function manifest(folder: Folder, kind: string, name: string): Manifest {
  const found = manifestsOf(folder).find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`${folder} has no ${kind} ${name}`);
  return found;
}

export const namespaceOf = (folder: Folder): string => (folder === 'try' ? 'strongroom-try' : 'strongroom');

export const server = (folder: Folder): Manifest => manifest(folder, 'Deployment', 'strongroom');
export const migration = (folder: Folder): Manifest => manifest(folder, 'Job', 'strongroom-migration');

/** Returns what has pods. */
export const workloads = (folder: Folder): Manifest[] =>
  manifestsOf(folder).filter(({ spec }) => spec?.template !== undefined);

/** Names the workloads whose pods have all of the labels. */
export const selected = (folder: Folder, labels: Labels = {}): string[] =>
  workloads(folder)
    .filter(({ spec }) =>
      Object.entries(labels).every(([name, value]) => spec?.template?.metadata.labels[name] === value),
    )
    .map(({ metadata }) => metadata.name);

/** Returns the pod of a Deployment, a StatefulSet or a Job. */
export function podOf({ kind, metadata, spec }: Manifest): PodSpec {
  if (spec?.template === undefined) throw new Error(`${kind} ${metadata.name} has no pod`);
  return spec.template.spec;
}

/** Returns the only container of a pod. */
export function containerOf(owner: Manifest): Container {
  const { containers, initContainers = [] } = podOf(owner);
  const [container, ...others] = [...containers, ...initContainers];
  if (container === undefined || others.length > 0)
    throw new Error(`${owner.metadata.name} has not one container`);
  return container;
}

export const environmentOf = ({ env = [] }: Container): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]));

/** Returns the variables that the last stage of the Dockerfile sets. */
export function environmentOfImage(): Record<string, string> {
  const stage =
    readFileSync('Dockerfile', 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? '';
  const lines = [...stage.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
}

/**
 * Returns the files that each Secret gives to pods, with the path of each on the machine where the page creates it, by the
 * name of the Secret and that of the file.
 */
export function secretFiles(folder: Folder): Record<string, Record<string, string>> {
  const page = readFileSync('docs/kubernetes.md', 'utf8').replaceAll('\\\n', ' ');
  const commands = page.matchAll(
    new RegExp(`^kubectl -n ${namespaceOf(folder)} create secret generic (\\S+) (.*)$`, 'gm'),
  );
  return Object.fromEntries(
    [...commands].map(([, name = '', options = '']) => [
      name,
      Object.fromEntries(
        [...options.matchAll(/--from-file=(\S+)/g)].map(([, path = '']) => [path.split('/').at(-1), path]),
      ),
    ]),
  );
}

/** Returns the names of the Secrets that a volume holds. */
export const secretsOf = ({ secret, projected }: Volume): string[] => [
  ...(secret === undefined ? [] : [secret.secretName]),
  ...(projected?.sources ?? []).flatMap((source) => source.secret?.name ?? []),
];

/** Returns the files that a container finds, by their path in it, with the path on the machine that creates the Secret. */
export function mountedFiles(folder: Folder, owner: Manifest): Record<string, string> {
  const files = secretFiles(folder);
  const { volumes = [] } = podOf(owner);
  const mounted = (containerOf(owner).volumeMounts ?? []).flatMap(({ name, mountPath }) =>
    volumes
      .filter((volume) => volume.name === name)
      .flatMap(secretsOf)
      .flatMap((secret) => Object.entries(files[secret] ?? {}))
      .map(([file, path]) => [join(mountPath, file), path]),
  );
  return Object.fromEntries(mounted) as Record<string, string>;
}
