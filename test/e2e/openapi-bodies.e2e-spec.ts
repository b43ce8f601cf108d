import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ADMIN, Strongroom } from '../support/strongroom.js';

/** Lists what is put in place of each field in turn; undefined leaves it out. */
const PROBES = [
  undefined,
  null,
  '',
  'x',
  ' 1',
  'a\u0000b',
  'x'.repeat(2_000),
  5,
  -1,
  true,
  [],
  [1],
  {},
  { x: 1 },
];

interface Body {
  readonly properties: Readonly<Record<string, unknown>>;
}

describe('the schemas of request bodies', () => {
  let room: Strongroom;
  let ajv: Ajv2020;
  beforeAll(async () => {
    room = await Strongroom.start();
    ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addFormat('password', true);
    ajv.addSchema({ $id: 'api', components: room.validator.document.components });
  });
  afterAll(() => room.stop());

  it('forbid nothing that the service takes, field by field', async () => {
    let refused = 0;
    const accepted: unknown[] = [];
    for (const [path, item] of Object.entries(room.validator.document.paths))
      for (const [method, { operationId, requestBody }] of Object.entries(item)) {
        const { schema, example } = requestBody?.content['application/json'] ?? {};
        const name = (schema as { $ref?: string } | undefined)?.$ref?.split('/').at(-1);
        if (name === undefined) continue;
        const isValid = ajv.compile({ $ref: `api#/components/schemas/${name}` });
        expect([operationId, isValid(example)]).toEqual([operationId, true]);
        const { properties } = room.validator.document.components.schemas[name] as Body;
        const fields = [
          ...Object.keys(properties),
          ...(path.startsWith('/api/v3.1') ? ['unknown_field'] : []),
        ];
        for (const [field, probe] of fields.flatMap((one) => PROBES.map((value) => [one, value] as const))) {
          const body = { ...(example as object), [field]: probe };
          if (isValid(body) || (field === 'unknown_field' && probe === undefined)) continue;
          const answer = await room.call(
            ADMIN,
            method.toUpperCase(),
            path
              .replace('{action}', 'deactivate')
              .replace('/tenants/{name}/', '/tenants/default_tenant/')
              .replace(/\{\w+\}/, 'some-name'),
            body,
          );
          if (answer.status === 400) refused += 1;
          else accepted.push([operationId, field, probe, answer.status, answer.text]);
        }
      }
    expect(accepted).toEqual([]);
    expect(refused).toBeGreaterThan(500);
  });
});
