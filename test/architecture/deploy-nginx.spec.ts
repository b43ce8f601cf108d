import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../src/config/load-configuration.js';
import { errorBody } from '../../src/api/errors/error-body.js';
import { errorForStatus } from '../../src/api/errors/to-domain-error.js';
import { bodyLimit, BULK_BYTES } from '../../src/api/http/accept-bodies.js';
import { securityHeaders } from '../../src/api/http/headers/security-headers.js';
import { STALLED_MS } from '../../src/api/streaming/streamed-file.js';
import { LONGEST_IMPORT_MS, LONGEST_WAIT_MS } from '../../src/secrets/sharing/import/import-line.js';

const read = (path: string) => readFileSync(path, 'utf8');
const nginx = read('deploy/nginx.conf').replaceAll(/#.*$/gm, '');
/** Lists the statuses by which nginx tells that the service did not answer. */
const UNAVAILABLE = ['502', '503', '504'];

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

describe('deploy/nginx.conf', () => {
  it('balances over the replicas that the name server knows, while it runs', () => {
    expect(nginx).toMatch(/resolver 127\.0\.0\.11 valid=2s ipv6=off;/);
    expect(nginx).toMatch(/set \$replicas strongroom:8080;/);
    for (const [, target] of nginx.matchAll(/proxy_pass (\S+);/g)) expect(target).toBe('http://$replicas');
  });

  it('keeps the path as it came, and alone says where a request came from', () => {
    expect(nginx).toMatch(/proxy_http_version 1\.1;/);
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/);
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
    expect(location).toContain('proxy_pass http://$replicas;');
  });

  it('lets the largest bulk request through, and does not keep it', () => {
    const [, location = ''] = /location = \/api\/v3\.1\/bulk\/secrets\/write \{([^}]+)\}/.exec(nginx) ?? [];
    expect(Number(/client_max_body_size (\d+)m/.exec(location)?.[1]) * 2 ** 20).toBe(BULK_BYTES);
    expect(location).toContain('proxy_request_buffering off;');
    expect(location).toContain('proxy_pass http://$replicas;');
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

  it('gives its own errors the headers of those of the service', () => {
    const [, location = ''] = /location = \/\.error \{([^}]+)\}/.exec(nginx) ?? [];
    const added = [...location.matchAll(/add_header (\S+) "?([^"\n]*?)"? always;/g)].map(
      ([, name, value]) => [name, value],
    );
    expect(Object.fromEntries(added)).toMatchObject(securityHeaders(false));
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
