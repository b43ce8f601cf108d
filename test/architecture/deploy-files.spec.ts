import { execFileSync } from 'node:child_process';
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
import { errorBody } from '../../src/api/errors/error-body.js';
import { errorForStatus } from '../../src/api/errors/to-domain-error.js';
import { bodyLimit } from '../../src/api/http/accept-bodies.js';
import { RootKeys } from '../../src/crypto/root-keys.js';
import { STALLED_MS } from '../../src/secrets/sharing/export/secret-export.controller.js';
import { LONGEST_IMPORT_MS, LONGEST_WAIT_MS } from '../../src/secrets/sharing/import/import-line.js';

interface Replica {
  environment: Record<string, string>;
  secrets: string[];
  networks: { inside: { ipv4_address: string } };
  stop_grace_period: string;
  volumes?: string[];
}

interface Compose {
  services: Record<string, Replica>;
  secrets: Record<string, { file: string }>;
}

const read = (path: string) => readFileSync(path, 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const nginx = read('deploy/nginx.conf').replaceAll(/#.*$/gm, '');
const dockerfile = read('Dockerfile');
/** Lists the files of `deploy` that containers mount. */
const MOUNTED = ['nginx.conf', 'postgres-init.sql'];
/** Lists the statuses by which nginx tells that the service did not answer. */
const UNAVAILABLE = ['502', '503', '504'];
const REPLICAS = ['strongroom-1', 'strongroom-2'];
const addressOf = (service: string) => compose.services[service]?.networks.inside.ipv4_address ?? '';

/** Returns the entries of a map of nginx: what is compared with the status, and the value. */
function mapOf(name: string): readonly (readonly [pattern: string, value: string])[] {
  const [, entries = ''] = new RegExp(`map \\$status \\$${name} \\{([^}]+)\\}`).exec(nginx) ?? [];
  return [...entries.matchAll(/^ *(\S+) (?:'(.*)'|(\S+));$/gm)].map(
    ([, pattern = '', quoted, plain = '']) => [pattern, quoted ?? plain] as const,
  );
}

function valueIn(map: ReturnType<typeof mapOf>, status: string): string {
  const matches = ([pattern]: readonly [string, string]) =>
    pattern.startsWith('~') ? new RegExp(pattern.slice(1)).test(status) : pattern === status;
  return (map.find(matches) ?? map.find(([pattern]) => pattern === 'default'))?.[1] ?? '';
}

describe('deploy/make-secrets.sh', () => {
  let folder: string;
  const run = () => execFileSync(join(folder, 'deploy/make-secrets.sh'), { stdio: 'pipe' });
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
        const [, name] = /^\.\/deploy\/([^:]+):.*:ro$/.exec(volume) ?? [];
        if (name !== undefined) expect(MOUNTED).toContain(name);
      }
    }
    for (const name of MOUNTED) expect(statSync(join(folder, 'deploy', name)).mode & 0o777).toBe(0o644);
    for (const { file } of Object.values(compose.secrets))
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o644);
  });

  it('makes a configuration that production accepts', () => {
    for (const service of REPLICAS) {
      const { environment = {} } = compose.services[service] ?? {};
      const here = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace('/run/secrets', join(folder, 'deploy/secrets')),
        ]),
      );
      const configuration = loadConfiguration({ NODE_ENV: 'production', HOST: '0.0.0.0', ...here });
      expect(configuration.trustedProxies).toEqual([addressOf('nginx')]);
      expect(RootKeys.parse(configuration.rootKeys ?? '').has('root-1')).toBe(true);
    }
  });

  it('never overwrites', () => {
    const key = join(folder, 'deploy/secrets/root_keys');
    const before = read(key);
    expect(run).toThrow(/nothing was changed/);
    expect(read(key)).toBe(before);
  });
});

describe('docker-compose.yml', () => {
  it('hands a replica what its variables name, and no superuser', () => {
    for (const service of REPLICAS) {
      const { environment = {}, secrets = [] } = compose.services[service] ?? {};
      const named = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'));
      expect(named.map(([, path]) => path.replace('/run/secrets/', '')).sort()).toEqual([...secrets].sort());
      expect(secrets).not.toContain('postgres_password');
    }
  });

  it('gives a stop more time than the service takes', () => {
    const { drainMilliseconds } = loadConfiguration({});
    for (const service of REPLICAS) {
      const seconds = Number.parseInt(compose.services[service]?.stop_grace_period ?? '', 10);
      expect(seconds * 1000).toBeGreaterThan(drainMilliseconds + 20_000);
    }
  });
});

describe('deploy/nginx.conf', () => {
  it('balances over the replicas, and counts none of them out', () => {
    const servers = [...nginx.matchAll(/^\s*server (\S+):8080 max_fails=0;$/gm)].map(
      ([, address]) => address,
    );
    expect(servers).toEqual(REPLICAS.map(addressOf));
  });

  it('keeps the path as it came, and connections open for less long than the service', () => {
    expect(nginx).toMatch(/proxy_pass http:\/\/strongroom;/);
    expect(nginx).toMatch(/proxy_http_version 1\.1;/);
    expect(nginx).toMatch(/proxy_set_header Connection "";/);
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/);
    const { keepAliveMilliseconds } = loadConfiguration({});
    const seconds = Number(/keepalive_timeout (\d+)s/.exec(nginx)?.[1]);
    expect(seconds * 1_000).toBeLessThan(keepAliveMilliseconds);
  });

  it('lets the largest body through, and keeps bodies in memory', () => {
    const kilobytes = Number(/client_max_body_size (\d+)k/.exec(nginx)?.[1]);
    expect(kilobytes * 2 ** 10).toBe(bodyLimit(loadConfiguration({}).maxValueBytes));
    expect(nginx).toContain(`client_body_buffer_size ${kilobytes}k;`);
    expect(nginx).toContain('proxy_max_temp_file_size 0;');
  });

  it('lets an import through that is as large as the service takes it, and does not keep it', () => {
    const [, location = ''] = /location ~ [^{]+share\/import\$ \{([^}]+)\}/.exec(nginx) ?? [];
    const megabytes = Number(/client_max_body_size (\d+)m/.exec(location)?.[1]);
    expect(megabytes * 2 ** 20).toBe(loadConfiguration({}).maxImportBytes);
    expect(location).toContain('proxy_request_buffering off;');
    expect(location).toContain('proxy_pass http://strongroom;');
  });

  it('repeats a PATCH whose connection broke, and never a POST', () => {
    const [, location = ''] = /location @patch \{([^}]+)\}/.exec(nginx) ?? [];
    expect(location).toContain('proxy_next_upstream error timeout non_idempotent;');
    expect(nginx.split('non_idempotent')).toHaveLength(2);
    expect(nginx).toMatch(/if \(\$request_method = PATCH\) \{\s+return 418;/);
  });

  it('gives its own errors the form and the codes of the service', () => {
    const pages = [...nginx.matchAll(/error_page ([\d ]+)(?:=(\d+) )?\/\.error;/g)];
    const statuses = pages.flatMap(([, from = '', to]) => (to === undefined ? from.trim().split(' ') : [to]));
    expect(statuses).toEqual(
      expect.arrayContaining(['400', '404', '413', '414', '431', '502', '503', '504']),
    );
    const [, body = ''] = /return 200 '(.*)';/.exec(nginx) ?? [];
    const [codes, messages] = [mapOf('error_code'), mapOf('error_message')];
    for (const status of statuses) {
      const text = body
        .replace('$error_code', valueIn(codes, status))
        .replace('$error_message', valueIn(messages, status));
      const error = JSON.parse(text) as { error_code: string; message: string };
      expect(Object.keys(error)).toEqual(Object.keys(errorBody(errorForStatus(400), 'id')));
      if (UNAVAILABLE.includes(status)) expect(error.error_code).toBe('unavailable');
      else {
        // What nginx knows as HTTP, but does not support, is malformed for the service.
        const ours = errorForStatus(['411', '501', '505'].includes(status) ? 400 : Number(status));
        expect(error).toMatchObject({ error_code: ours.code });
        expect(error.message.replace('; request id $id', '')).toBe(ours.message);
      }
    }
    for (const status of ['500', ...UNAVAILABLE])
      expect(valueIn(messages, status)).toMatch(/; request id \$id$/);
  });

  it('waits longer than an import may take, and longer for bytes than the service', () => {
    const [, location = ''] = /location ~ [^{]+share\/import\$ \{([^}]+)\}/.exec(nginx) ?? [];
    const seconds = (text: string, name: string) =>
      Number(new RegExp(`${name} (\\d+)s;`).exec(text)?.[1]) * 1_000;
    expect(seconds(location, 'proxy_read_timeout')).toBeGreaterThan(LONGEST_WAIT_MS + LONGEST_IMPORT_MS);
    // The service notices a stall a third of that time later.
    const noticed = (loadConfiguration({}).bodyStallMilliseconds * 4) / 3;
    expect(seconds(nginx, 'client_body_timeout')).toBeGreaterThan(noticed);
    expect(seconds(nginx, 'send_timeout')).toBe(STALLED_MS);
    const told = read('docs/export-format.md').replaceAll(/\s+/g, ' ');
    expect(told).toContain(`reads nothing for ${STALLED_MS / 1_000} seconds`);
    expect(told).toContain(`waits up to ${LONGEST_WAIT_MS / 1_000} seconds`);
    expect(told).toContain(`takes longer than ${LONGEST_IMPORT_MS / 60_000} minutes`);
  });

  it('logs neither the query nor a header that holds a credential', () => {
    const format = /log_format[^;]+;/.exec(nginx)?.[0] ?? '';
    expect(format).toContain('$uri');
    expect(format).not.toMatch(/\$(request|request_uri|args|query_string|remote_user|http_authorization)\b/);
  });
});

describe('Dockerfile', () => {
  it('runs on Node 24 and not as root', () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    for (const stage of stages) expect(stage).toMatch(/^node:24-/);
    expect(stages.at(-1)).toMatch(/^USER node$/m);
  });

  it('is healthy while the process runs, so that nothing restarts it because of its database', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK [^\n]*\\\n.*\/health\/live/m);
  });

  it('makes what it copies into the last stage readable, whatever the umask of the checkout', () => {
    const [build = '', ...stages] = dockerfile.split(/^FROM /m).slice(1);
    expect(build).toMatch(/^RUN npm run build && chmod -R a\+rX dist$/m);
    const copies = [...(stages.at(-1) ?? '').matchAll(/^COPY .*$/gm)].map(([line]) => line);
    for (const line of copies) expect(line).toMatch(/^COPY --(from=|chmod=0644 )/);
    expect(copies).toHaveLength(3);
  });

  it('copies what is there and what .dockerignore lets in', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--chmod=\S+ )?(.+) \S+$/gm)].flatMap(
      ([, files = '']) => files.split(' '),
    );
    for (const file of copied)
      expect([statSync(file).size > 0, allowed]).toEqual([true, expect.arrayContaining([file])]);
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});
