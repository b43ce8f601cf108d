import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument, Operation } from '../support/open-api-validator.js';
import { Strongroom } from '../support/strongroom.js';

const FILE = 'docs/openapi.json';
const STAND_INS = 'Cloudify stand-ins';

describe('the OpenAPI document', () => {
  let room: Strongroom;
  let document: OpenApiDocument;
  let operations: readonly (readonly [name: string, operation: Operation])[];
  beforeAll(async () => {
    room = await Strongroom.start();
    ({ document } = room.validator);
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    );
  });
  afterAll(() => room.stop());

  it('is docs/openapi.json; `npm run docs:openapi` writes it', () => {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env.WRITE_DOCUMENTS !== undefined) writeFileSync(FILE, text);
    else expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(document);
  });

  it('is valid by the schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document) as never)).toEqual({ valid: true });
    expect([document.openapi, validator.version]).toEqual(['3.1.0', '3.1']);
    expect(JSON.stringify(document)).not.toMatch(/"nullable"|"x-/);
  });

  it('has schemas in which every keyword is one of JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addVocabulary(['example', 'components']).addFormat('password', true);
    ajv.addSchema({ $id: 'api', components: { schemas: document.components.schemas } });
    for (const name of Object.keys(document.components.schemas))
      ajv.compile({ $ref: `api#/components/schemas/${name}` });
    expect(Object.keys(document.components.schemas).length).toBeGreaterThan(50);
  });

  it('names each operation once, as code would', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)*(V3)?$/.test(id))).toEqual([]);
    for (const [name, { operationId }] of operations)
      expect([name, operationId.endsWith('V3')]).toEqual([name, name.includes(' /api/v3/')]);
  });

  it('says of each operation what it does, in sentences', () => {
    for (const [name, { summary, description, tags, parameters }] of operations) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z][^.]*[^.]$/)]);
      expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z][^]*[.]$/)]);
      expect([name, tags]).toEqual([name, [expect.any(String)]]);
      for (const parameter of parameters.filter(({ $ref }) => $ref === undefined))
        expect([name, parameter.name, parameter.description]).toEqual([
          ...[name, parameter.name],
          expect.stringMatching(/\w/),
        ]);
    }
  });

  it('has a sentence for each tag, and what is only there for clients of Cloudify last', () => {
    const names = document.tags.map(({ name }) => name);
    for (const { description } of document.tags) expect(description).toMatch(/^[A-Z][^]*[.]$/);
    const used = operations.map(
      ([
        ,
        {
          tags: [tag = ''],
        },
      ]) => tag,
    );
    expect([...new Set(used)]).toEqual(names);
    expect(names.at(-1)).toBe(STAND_INS);
    expect(used.filter((tag) => tag === STAND_INS)).toHaveLength(14);
  });

  it('shows each request body and each success by an example', () => {
    const without = operations.flatMap(([name, { requestBody, responses }]) => {
      const contents = Object.entries(responses).filter(([status]) => status < '300');
      const parts = [requestBody, ...contents.map(([, response]) => response)];
      return parts
        .flatMap((part) => Object.values(part?.content ?? {}))
        .filter(({ example, examples }) => example === undefined && examples === undefined)
        .map(() => name);
    });
    expect(without).toEqual([]);
  });

  it('shows each error by examples of its own status', () => {
    for (const [name, operation] of operations)
      for (const status of Object.keys(operation.responses).filter((code) => code >= '400')) {
        const { content, headers } = room.validator.responseOf(operation, status) ?? {};
        const { examples, example } = content?.['application/json'] ?? {};
        if (example === 'FAIL') continue;
        expect([name, status, Object.keys(headers ?? {})]).toEqual([
          ...[name, status],
          expect.arrayContaining(['X-Request-Id', 'Link']),
        ]);
        const codes = Object.values(examples ?? {}).map(({ value }) => value.error_code);
        expect([name, status, codes]).toEqual([name, status, expect.arrayContaining([expect.any(String)])]);
      }
  });
});
