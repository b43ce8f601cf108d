import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';

const HIDING = join(import.meta.dirname, 'missing-packages.mjs');

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[];
  }[];
}

describe('traces', () => {
  let database: TestDatabase;
  let collector: Server;
  let program: Program;
  const received: Export[] = [];
  const urls = new Set<string>();
  beforeAll(async () => {
    database = await cloneDatabase();
    collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        urls.add(request.url ?? '');
        received.push(JSON.parse(Buffer.concat(parts).toString()) as Export);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
  });
  afterEach(() => program.stop());
  afterAll(async () => {
    collector.close();
    await database.drop();
  });

  it('go to the collector that the standard variables name, the last ones at the end', async () => {
    const { port } = collector.address() as AddressInfo;
    program = service({
      ...external(database),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    const url = await program.listening();
    expect((await fetch(`${url}/api/v3/secrets`, { headers: HEADERS })).status).toBe(200);
    expect((await program.stop()).code).toBe(0);
    const all = received.flatMap(({ resourceSpans }) => resourceSpans);
    const names = all.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
    );
    expect(names).toEqual(expect.arrayContaining(['GET /api/v3/secrets', 'find_identities', 'wait in lane']));
    // Neither metrics nor logs go there, and nothing is told of the machine.
    expect([...urls]).toEqual(['/v1/traces']);
    const attributes = all.flatMap(({ resource }) => resource.attributes);
    expect(attributes.find(({ key }) => key === 'service.name')?.value.stringValue).toBe('strongroom');
    expect(attributes.filter(({ key }) => !/^(service|telemetry\.sdk)\./.test(key))).toEqual([]);
  });

  it('that nobody takes are told in a line of the log, and fail no request', async () => {
    program = service({
      ...external(database),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });
    const url = await program.listening();
    expect((await fetch(`${url}/api/v3/secrets`, { headers: HEADERS })).status).toBe(200);
    const { code, stderr } = await program.stop();
    expect(code).toBe(0);
    expect(stderr).toMatch(/"level":"warn".*"msg":"traces: /);
    for (const line of stderr.trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('are missing, and the service starts, where the SDK is not installed', async () => {
    program = service({
      ...external(database),
      OTEL_TRACES_EXPORTER: 'otlp',
      NODE_OPTIONS: `--import=${HIDING}`,
      MISSING_PACKAGES: '^@opentelemetry/resources$',
    });
    await program.listening();
    expect(program.stderr).toMatch(
      /"level":"warn".*traces are asked for, and @opentelemetry\/sdk-node is not installed/,
    );
    expect(program.stderr).not.toContain('traces are recorded');
  });

  it('are off by default, and then not even the API is loaded', async () => {
    program = service({ ...external(database), NODE_DEBUG: 'esm,module' });
    await program.listening();
    expect(program.stderr).toContain('http-server.js');
    expect(program.stderr).not.toContain('@opentelemetry');
  });
});
