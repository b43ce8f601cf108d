import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
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

  /** Creates a secret of the administrator whose value is hidden from the deployer. */
  const conceal = async (key: string) => {
    const body = { value: 'x', is_hidden_value: true };
    const payments = { ...ADMIN, tenant: 'payments' };
    const { status } = await examples.room.call(payments, 'PUT', `/api/v3.1/secrets/${key}`, body);
    expect(status).toBe(200);
  };
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
    const elsewhere = await run('SECRETS_URL="$SECRETS_URL/elsewhere"');
    expect(elsewhere).toMatchObject({ code: 1, stdout: '', stderr: 'the address is wrong\n' });
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
    const reading = program.replace(/await writeSecret[^]*/, "console.log(await readSecret('concealed'));");
    expect(reading).not.toBe(program);
    const read = (change = '') =>
      examples.program(process.execPath, 'example.mjs', reading, `${preparation()}${change}`);
    expect(await read()).toMatchObject({ code: 0, stdout: 'undefined\n' });
    expect((await read('SECRETS_URL="$SECRETS_URL/elsewhere"')).stderr).toMatch(
      /Error: 404: There is nothing/,
    );
    await conceal('concealed');
    expect((await read()).stderr).toMatch(/Error: The value of concealed is hidden from this user/);
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
        target: { deletionPolicy: string; template: { data: Record<string, string> } };
        data: { secretKey: string; remoteRef: { key: string } }[];
      };
    }

    const [login, store, wanted] = parseAllDocuments(
      example('External Secrets Operator', 'yaml').join('---\n'),
    ).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    });

    /**
     * Returns what is in the Secret after the operator has synchronised: it asks for each entry, and renders the
     * template. Where either fails, it keeps what was there.
     */
    async function synchronise(before: Record<string, string>, path = ''): Promise<Record<string, string>> {
      const { url, headers, result, secrets } = store!.spec.provider.webhook;
      const { data, target } = wanted!.spec;
      expect(secrets.map(({ secretRef }) => secretRef.name)).toEqual([login!.metadata.name]);
      const { username, password } = examples.deployer;
      const stored = { ...login!.stringData, username, password };
      expect(Object.keys(stored).sort()).toEqual(Object.keys(login!.stringData).sort());
      const named = Object.fromEntries(secrets.map(({ name }) => [name, stored]));
      const values: Record<string, string> = {};
      for (const { secretKey, remoteRef } of data) {
        const escaped = { key: encodeURIComponent(remoteRef.key) };
        const address = executeTemplate(url, { ...named, remoteRef: escaped }).replace(
          '/api/',
          `${path}/api/`,
        );
        const sent = Object.entries(headers).map(([name, template]) => [
          name,
          executeTemplate(template, { ...named, remoteRef }),
        ]);
        const answer = await fetch(examples.at(address), { headers: Object.fromEntries(sent) as never });
        if (answer.status === 404 && target.deletionPolicy !== 'Retain') return {};
        if (!answer.ok) return before;
        const found = jsonpath.query(result.jsonPath, (await answer.json()) as never).values();
        expect(found).toEqual([expect.any(String)]);
        values[secretKey] = found[0] as string;
      }
      expect(Object.keys(target.template.data)).toEqual(Object.keys(values));
      try {
        return Object.fromEntries(
          Object.entries(target.template.data).map(([name, text]) => [name, executeTemplate(text, values)]),
        );
      } catch (error) {
        expect(String(error)).toMatch(/db\.password is hidden from this user/);
        return before;
      }
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

    it('put the value into the Secret, whatever it is', async () => {
      expect(await synchronise({})).toEqual({});
      await put('db.password', { value: 'wörth "it"' });
      expect(await synchronise({})).toEqual({ password: 'wörth "it"' });
      await examples.room.secret(examples.deployer, 'DELETE', 'db.password');
      for (const value of [1.5, ['a', 'b'], { user: 'root' }, false]) {
        await put('db.password', { value, schema: {} });
        expect(await synchronise({})).toEqual({ password: JSON.stringify(value) });
        await examples.room.secret(examples.deployer, 'DELETE', 'db.password');
      }
    });

    it('keep what is in the Secret where the value is hidden, or cannot be read', async () => {
      const before = { password: 'of before' };
      expect(await synchronise(before)).toEqual(before);
      await conceal('db.password');
      expect(await synchronise(before)).toEqual(before);
      expect(await synchronise(before, '/elsewhere')).toEqual(before);
      await examples.room.call({ ...ADMIN, tenant: 'payments' }, 'DELETE', '/api/v3.1/secrets/db.password');
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

    /** Evaluates the data source like a plan: the postconditions, and the local value if they hold. */
    async function plan({ path = '', orAbsent = false } = {}) {
      const source = blockOf(configuration, 'data');
      expect(source.labels).toEqual(['http', 'db_password']);
      const { username, password } = examples.deployer;
      const given = { strongroom_user: username, strongroom_password: password };
      const variables = configuration.blocks.filter(({ type }) => type === 'variable');
      expect(variables.map(({ labels }) => labels[0])).toEqual(Object.keys(given));
      const address = String(attribute(source, 'url', { var: given })).replace('/api/', `${path}/api/`);
      const answer = await fetch(examples.at(address), {
        headers: attribute(source, 'request_headers', { var: given }) as Record<string, string>,
      });
      const self = { status_code: answer.status, response_body: await answer.text() };
      const conditions = blockOf(source, 'lifecycle').blocks;
      expect(conditions.map(({ type }) => type)).toEqual(['postcondition', 'postcondition']);
      for (const [index, postcondition] of conditions.entries()) {
        const condition = orAbsent && index === 0 ? configuration : postcondition;
        if (attribute(condition, 'condition', { self }) !== true)
          return attribute(postcondition, 'error_message', { self });
      }
      if (orAbsent) return 'accepted';
      return attribute(blockOf(configuration, 'locals'), 'db_password', {
        data: { http: { db_password: self } },
      });
    }

    afterEach(() =>
      examples.room.call({ ...ADMIN, tenant: 'payments' }, 'DELETE', '/api/v3.1/secrets/db.password'),
    );

    it('take the value out of the real answer, marked as sensitive, and nothing else for it', async () => {
      expect(await plan()).toBe('The secret db.password was answered with 404.');
      await put('db.password', { value: 'wörth "it"' });
      expect(await plan()).toEqual(new Sensitive('wörth "it"'));
    });

    it('take a value that is not text as what it is', async () => {
      await put('db.password', { value: { user: 'root' }, schema: {} });
      expect(await plan()).toEqual(new Sensitive({ user: 'root' }));
    });

    it('refuse a hidden value, which would be empty', async () => {
      await conceal('db.password');
      expect(await plan()).toBe('The value of the secret db.password is empty: it is hidden from this user.');
    });

    it('take an absent secret as absent where that is wanted, and no wrong address', async () => {
      expect(await plan({ orAbsent: true })).toBe('accepted');
      const elsewhere = await plan({ orAbsent: true, path: '/elsewhere' });
      expect(elsewhere).toBe('The secret db.password was answered with 404.');
      await put('db.password', { value: 'x' });
      expect(await plan({ orAbsent: true })).toBe('accepted');
    });
  });
});
