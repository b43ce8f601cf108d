import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonpath } from 'json-p3';
import { parseAllDocuments } from 'yaml';
import { example, exampleNames, preparation } from '../documents/client-examples.js';
import { ExampleRoom } from '../documents/example-room.js';
import { executeTemplate } from '../documents/go-template.js';
import { readTerraform, Sensitive, type Block } from '../documents/terraform.js';
import { ADMIN } from '../support/strongroom.js';

/**
 * Lists the examples that run here. Those of programs that are not part of Node.js run in `npm run test:interop`, which
 * also runs curl's examples with curl.
 */
const HERE = [
  'Clients: shell',
  'curl: shell',
  'Node.js: js',
  'External Secrets Operator: yaml',
  'Terraform: hcl',
];
const ELSEWHERE = ['Python: python', 'cfy: shell'];

describe('the examples of docs/clients.md', () => {
  let examples: ExampleRoom;
  beforeAll(async () => {
    examples = await ExampleRoom.open();
    examples.installStandIn('curl', join(import.meta.dirname, '../documents/curl.js'));
  });
  afterAll(() => examples.close());

  const put = (key: string, fields: object) =>
    examples.room.call(examples.deployer, 'PUT', `/api/v3.1/secrets/${key}`, fields);

  it('are all run, here or against the real programs', () => {
    expect(exampleNames().sort()).toEqual([...HERE, ...ELSEWHERE].sort());
  });

  it('create, read, change, list and delete by lines of curl', async () => {
    const [lifecycle = ''] = example('curl', 'shell');
    const ran = await examples.shell(preparation() + lifecycle);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const [created, read, changed, listed, ...more] = ran.stdout
      .split('\n')
      .map((line) => (line === '' ? undefined : (JSON.parse(line) as Record<string, unknown>)));
    expect(created).toMatchObject({ key: 'db.password', tenant_name: 'payments' });
    expect(read).toMatchObject({ key: 'db.password', value: 's3cret' });
    expect(changed).toMatchObject({ key: 'db.password', visibility: 'tenant' });
    expect(listed).toMatchObject({ items: [{ key: 'db.password' }] });
    expect(more).toEqual([undefined]);
    expect((await examples.room.secret(examples.deployer, 'GET', 'db.password')).status).toBe(404);
  });

  it('end with an exit code where curl’s request is refused', async () => {
    const [lifecycle = ''] = example('curl', 'shell');
    const ran = await examples.shell(`${preparation()}SECRETS_TENANT=no-such-tenant\n${lifecycle}`);
    expect(ran.code).toBe(22);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error_code: 'forbidden_error' });
  });

  it('tell by the status what is absent from what failed', async () => {
    const [, byStatus = ''] = example('curl', 'shell');
    const run = (change = '') => examples.shell(`${preparation()}${change}\n${byStatus}`);
    expect(await run()).toMatchObject({ code: 0, stdout: 'there is none\n' });
    expect(await run('SECRETS_PASSWORD=wrong')).toMatchObject({ code: 1, stderr: 'nothing is known: 401\n' });
    await put('db.password', { value: 'there' });
    expect(await run()).toMatchObject({ code: 0, stdout: 'the value is in answer.json\n' });
    await examples.room.secret(examples.deployer, 'DELETE', 'db.password');
  });

  it('write, read and list from a program for Node.js', async () => {
    const program = example('Node.js', 'js').join('\n');
    const ran = await examples.program(process.execPath, 'example.mjs', program, preparation());
    expect(ran).toEqual({ code: 0, stdout: 'from Node undefined\napi.token\n', stderr: '' });
    const refused = `${preparation()}SECRETS_TENANT=no-such-tenant`;
    const failed = await examples.program(process.execPath, 'example.mjs', program, refused);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/Error: 403: .*no-such-tenant.* \(request [0-9a-f-]{36}\)/);
  });

  describe('for the External Secrets Operator', () => {
    interface Webhook {
      url: string;
      headers: Record<string, string>;
      result: { jsonPath: string };
      secrets: { name: string; secretRef: { name: string } }[];
    }
    interface Manifest {
      kind: string;
      metadata: { name: string; labels?: Record<string, string> };
      stringData: Record<string, string>;
      spec: {
        provider: { webhook: Webhook };
        secretStoreRef: { kind: string; name: string };
        data: { secretKey: string; remoteRef: { key: string } }[];
      };
    }

    const [login, store, wanted] = parseAllDocuments(
      example('External Secrets Operator', 'yaml').join('---\n'),
    ).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    });

    /** Returns what the operator puts into the Secret: a value for each entry, or the status that it received. */
    async function synchronise() {
      const { url, headers, result, secrets } = store!.spec.provider.webhook;
      expect(secrets.map(({ secretRef }) => secretRef.name)).toEqual([login!.metadata.name]);
      const { username, password } = examples.deployer;
      const stored = { ...login!.stringData, username, password };
      expect(Object.keys(stored).sort()).toEqual(Object.keys(login!.stringData).sort());
      const named = Object.fromEntries(secrets.map(({ name }) => [name, stored]));
      const entries = wanted!.spec.data.map(async ({ secretKey, remoteRef }) => {
        const escaped = { key: encodeURIComponent(remoteRef.key) };
        const answer = await fetch(examples.at(executeTemplate(url, { ...named, remoteRef: escaped })), {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, template]) => [
              name,
              executeTemplate(template, { ...named, remoteRef }),
            ]),
          ),
        });
        const found = jsonpath.query(result.jsonPath, (await answer.json()) as never).values();
        return [secretKey, answer.ok ? found : answer.status] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    }

    it('belong together', () => {
      expect([login, store, wanted].map((manifest) => manifest?.kind)).toEqual([
        'Secret',
        'SecretStore',
        'ExternalSecret',
      ]);
      expect(wanted?.spec.secretStoreRef).toEqual({ kind: store?.kind, name: store?.metadata.name });
      expect(login?.metadata.labels).toEqual({ 'external-secrets.io/type': 'webhook' });
    });

    it('find the value in the real answer, and 404 where there is none', async () => {
      expect(await synchronise()).toEqual({ password: 404 });
      await put('db.password', { value: 'wörth "it"' });
      expect(await synchronise()).toEqual({ password: ['wörth "it"'] });
      await examples.room.secret(examples.deployer, 'DELETE', 'db.password');
    });

    it('get an empty value where it is hidden from their user', async () => {
      const path = '/api/v3.1/secrets/db.password';
      const payments = { ...ADMIN, tenant: 'payments' };
      await examples.room.call(payments, 'PUT', path, { value: 'x', is_hidden_value: true });
      expect(await synchronise()).toEqual({ password: [''] });
      await examples.room.call(payments, 'DELETE', path);
    });
  });

  describe('for Terraform', () => {
    const configuration = readTerraform(example('Terraform', 'hcl').join('\n'));
    const blockOf = ({ blocks }: Block, type: string): Block => {
      const found = blocks.find((block) => block.type === type);
      if (found === undefined) throw new Error(`The example has no block ${type}`);
      return found;
    };
    const attribute = (block: Block, name: string, scope: object): unknown =>
      block.attributes.get(name)?.({ ...scope });

    /** Evaluates the data source like a plan: the postcondition, and the local value if it holds. */
    async function plan() {
      const source = blockOf(configuration, 'data');
      expect(source.labels).toEqual(['http', 'db_password']);
      const { username, password } = examples.deployer;
      const given = { strongroom_user: username, strongroom_password: password };
      const variables = configuration.blocks.filter(({ type }) => type === 'variable');
      expect(variables.map(({ labels }) => labels[0])).toEqual(Object.keys(given));
      const answer = await fetch(examples.at(String(attribute(source, 'url', { var: given }))), {
        headers: attribute(source, 'request_headers', { var: given }) as Record<string, string>,
      });
      const self = { status_code: answer.status, response_body: await answer.text() };
      const postcondition = blockOf(blockOf(source, 'lifecycle'), 'postcondition');
      if (attribute(postcondition, 'condition', { self }) !== true) {
        return attribute(postcondition, 'error_message', { self });
      }
      return attribute(blockOf(configuration, 'locals'), 'db_password', {
        data: { http: { db_password: self } },
      });
    }

    it('take the value out of the real answer, marked as sensitive, and nothing else for it', async () => {
      expect(await plan()).toBe('The secret db.password was answered with 404.');
      await put('db.password', { value: 'wörth "it"' });
      expect(await plan()).toEqual(new Sensitive('wörth "it"'));
      await examples.room.secret(examples.deployer, 'DELETE', 'db.password');
    });
  });
});
