import { execFileSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfiguration } from '../../src/config/load-configuration.js';
import { RootKeys } from '../../src/crypto/root-keys.js';

interface Service {
  environment?: Record<string, string>;
  secrets?: string[];
  networks?: string[];
  build?: string;
  image?: string;
  entrypoint?: string[];
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  volumes?: string[];
  stop_grace_period?: string;
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  secrets: Record<string, { file: string }>;
}

const read = (path: string) => readFileSync(path, 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const tls = parse(read('deploy/docker-compose.tls.yml')) as Compose;
const service = (name: string): Service => compose.services[name] ?? {};
/** Lists the files of `deploy` that containers mount. */
const MOUNTED = ['nginx.conf', 'nginx-plain.conf', 'nginx-tls.conf', 'postgres-init.sql'];

describe('deploy/make-secrets.sh', () => {
  let folder: string;
  const run = (...options: string[]) =>
    execFileSync(join(folder, 'deploy/make-secrets.sh'), options, { stdio: 'pipe' });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-deploy-'));
    mkdirSync(join(folder, 'deploy'));
    for (const name of ['make-secrets.sh', ...MOUNTED]) {
      cpSync(join('deploy', name), join(folder, 'deploy', name));
      // As git checks files out under the umask 077.
      chmodSync(join(folder, 'deploy', name), name.endsWith('.sh') ? 0o700 : 0o600);
    }
    const before = process.umask(0o077);
    try {
      run();
    } finally {
      process.umask(before);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes exactly the files that docker-compose.yml hands out, in a folder closed to others', () => {
    const named = Object.values(compose.secrets).map(({ file }) => file.replace('deploy/secrets/', ''));
    expect(readdirSync(join(folder, 'deploy/secrets')).sort()).toEqual(named.sort());
    expect(statSync(join(folder, 'deploy/secrets')).mode & 0o777).toBe(0o700);
  });

  it('makes readable for the users of the containers what they mount, whatever the umask', () => {
    for (const service of Object.values(compose.services)) {
      for (const volume of service.volumes ?? []) {
        const [, name] = /^\.\/deploy\/([^:]+):.*:ro,z$/.exec(volume) ?? [];
        if (name !== undefined) expect(MOUNTED).toContain(name);
      }
    }
    for (const name of MOUNTED) expect(statSync(join(folder, 'deploy', name)).mode & 0o777).toBe(0o644);
    for (const { file } of Object.values(compose.secrets))
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o644);
  });

  it('makes a configuration that production accepts', () => {
    for (const { environment = {} } of [service('admin'), service('strongroom')]) {
      const here = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace('/run/secrets', join(folder, 'deploy/secrets')),
        ]),
      );
      const configuration = loadConfiguration({ NODE_ENV: 'production', HOST: '0.0.0.0', ...here });
      expect(configuration.databaseUrl).toContain('strongroom_service:');
      expect(RootKeys.parse(configuration.rootKeys ?? '').has('root-1')).toBe(true);
    }
  });

  it('makes a certificate for the variant with TLS, once, and only beside the other secrets', () => {
    const made = run('--tls', 'strongroom.test').toString();
    expect(made).toContain('--cacert');
    const certificate = new X509Certificate(read(join(folder, 'deploy/secrets/tls_certificate')));
    expect(certificate.checkHost('strongroom.test')).toBe('strongroom.test');
    expect(certificate.checkPrivateKey(createPrivateKey(read(join(folder, 'deploy/secrets/tls_key'))))).toBe(
      true,
    );
    expect(() => run('--tls', 'strongroom.test')).toThrow(/nothing was changed/);
    expect(() => run('--tls')).toThrow(/Give the name of the host/);
    expect(() => run('--tsl')).toThrow(/Usage/);
  });

  it('never overwrites', () => {
    const key = join(folder, 'deploy/secrets/root_keys');
    const before = read(key);
    expect(() => run()).toThrow(/nothing was changed/);
    expect(read(key)).toBe(before);
  });
});

describe('docker-compose.yml', () => {
  it('hands a container what its variables name, and no superuser', () => {
    for (const { environment = {}, secrets = [] } of [service('admin'), service('strongroom')]) {
      const named = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
      expect(named.map(([, path]) => path.replace('/run/secrets/', '')).sort()).toEqual([...secrets].sort());
      expect(secrets).not.toContain('postgres_password');
    }
  });

  it('gives the login of the owner to the service that migrates first, and to no replica', () => {
    const holders = Object.entries(compose.services).filter(([, { secrets = [] }]) =>
      secrets.includes('database_owner_url'),
    );
    expect(holders.map(([name]) => name)).toEqual(['admin']);
    expect(service('admin')).toMatchObject({ entrypoint: ['strongroom-admin'], command: ['migrate'] });
    expect(service('strongroom').depends_on).toEqual({
      admin: { condition: 'service_completed_successfully' },
    });
  });

  it('builds the image once', () => {
    const built = Object.values(compose.services).filter(({ build }) => build !== undefined);
    expect(built).toHaveLength(1);
    expect(service('strongroom').image).toBe(built[0]?.image);
  });

  it('lets nobody reach a replica but nginx and the database', () => {
    const on = (network: string) =>
      Object.keys(compose.services)
        .filter((name) => service(name).networks?.includes(network))
        .sort();
    expect(on('front')).toEqual(['nginx', 'strongroom']);
    expect(on('back')).toEqual(['admin', 'postgres', 'strongroom']);
    expect(compose.networks.back).toEqual({ internal: true });
    const published = Object.keys(compose.services).filter((name) => service(name).ports !== undefined);
    expect(published).toEqual(['nginx']);
  });

  it('mounts files of deploy by names that exist, with labels for SELinux', () => {
    for (const { volumes = [] } of [...Object.values(compose.services), ...Object.values(tls.services)])
      for (const volume of volumes.filter((each) => each.startsWith('./'))) {
        const [path = '', , flags] = volume.split(':');
        expect([statSync(path).isFile(), flags]).toEqual([true, 'ro,z']);
      }
  });

  it('gives a stop more time than the service takes', () => {
    const { drainMilliseconds } = loadConfiguration({});
    const seconds = Number.parseInt(service('strongroom').stop_grace_period ?? '', 10);
    expect(seconds * 1000).toBeGreaterThan(drainMilliseconds + 20_000);
  });
});

describe('deploy/docker-compose.tls.yml', () => {
  it('replaces how nginx listens, and hands it the certificate that the configuration names', () => {
    const { volumes = [], secrets = [] } = tls.services.nginx ?? {};
    const targets = (list: string[]) => list.map((volume) => volume.split(':')[1]);
    expect(targets(service('nginx').volumes ?? [])).toEqual(expect.arrayContaining(targets(volumes)));
    const named = [...read('deploy/nginx-tls.conf').matchAll(/\/run\/secrets\/(\w+);/g)].map(
      ([, name]) => name,
    );
    expect(named).toEqual(secrets);
  });
});
