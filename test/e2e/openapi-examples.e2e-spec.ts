import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import type { Operation } from '../support/open-api-validator.js';
import { sealed } from '../support/sealed.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

/** Sends operations in an order in which each finds what it needs: lower ranks first. */
const RANKS: readonly (readonly [RegExp, number])[] = [
  [/^create/, 0],
  [/^(add|import)/, 1],
  [/^(copy|unlock)/, 2],
  // Deletes one token, then those of a user, then all.
  [/^delete.*Tokens?/, 4],
  [/^(remove|destroy)/, 5],
  [/^delete/, 6],
  [/^setMaintenance/, 7],
];
const rankOf = ({ operationId }: Operation): number =>
  RANKS.find(([pattern]) => pattern.test(operationId))?.[1] ?? 3;

/** Names the key of the secret that the examples of the trash show. */
const TRASHED_KEY = 'old.password';

/** Lists the operations whose only answer is 404. */
const ALWAYS_MISSING = /^read(SecretsProvider|ProviderContext)(V3)?$/;

interface Step {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);

/** Matches ids of events, secrets, tenants, users and requests. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Replaces what differs: times, tags, ids and secret parts of tokens, how many there are, and the version of the program. */
function steady(value: unknown): unknown {
  if (typeof value === 'number') return 0;
  if (isTime(value)) return '<time>';
  if (typeof value === 'string' && UUID.test(value)) return '<id>';
  if (typeof value === 'string')
    return value.replace(/^ctok-\w{10}/, 'ctok-<id>').replace(/-\w{40}$/, '-<secret>');
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [
      name,
      ['id', 'version', 'etag', 'cursor', 'origin', 'root', 'checkpoint'].includes(name) &&
      typeof own === 'string'
        ? `<${name}>`
        : steady(own),
    ]),
  );
}

/** Expects an answer to be that of the example, apart from further items of lists. */
function expectLike(name: string, answer: unknown, example: unknown): void {
  const wanted = steady(example);
  const inLists = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 0 ? value : expect.arrayContaining(value.map(inLists));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([key, own]) => [key, inLists(own)] as const);
    const isMap = name.startsWith('readConfiguration');
    return isMap ? expect.objectContaining(Object.fromEntries(members)) : Object.fromEntries(members);
  };
  expect([name, steady(answer)]).toEqual([name, inLists(wanted)]);
}

describe('the examples of the OpenAPI document', () => {
  let room: Strongroom;
  let tokenId = '';
  let trashId = '';
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  function steps(): Step[] {
    const all = Object.entries(room.validator.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): Step => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );
    const undoing = (step: Step): boolean => rankOf(step.operation) >= 4;
    return [...all.filter((step) => !undoing(step)), ...all.filter(undoing).reverse()].sort(
      (one, other) => rankOf(one.operation) - rankOf(other.operation),
    );
  }

  /**
   * Returns the path with the examples of its parameters; an id is that of the token that was created last, or of the
   * secret that was deleted last.
   */
  function pathOf({ path, operation: { parameters } }: Step): string {
    return path.replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'id'
        ? path.includes('/trash/')
          ? trashId
          : tokenId
        : (parameters.find((one) => one.name === name && one.in === 'path')?.example ?? '?'),
    );
  }

  /** Returns the query of those that need one: proofs need an event that is sealed, or a checkpoint. */
  async function queryOf({ operation: { operationId: id } }: Step): Promise<string> {
    const [, any, what] = /^(?:prove|get)(Any)?Audit(Event|Consistency|Checkpoint)$/.exec(id) ?? [];
    if (what === undefined) return '';
    const { body } = await room.call(ADMIN, 'GET', '/api/v3.1/audit?_size=1');
    await sealed(room.database);
    const [{ id: event } = { id: '' }] = body.items as { id: string }[];
    const query = new URLSearchParams(any === undefined ? {} : { tenant_name: 'default_tenant' });
    if (what === 'Event') query.set('event', event);
    if (what === 'Consistency') query.set('old', '1');
    return `?${query.toString()}`;
  }

  /** Sends what Try it out would send: the examples of the document, with a login and a tenant. */
  async function sendExample(step: Step): Promise<Answer> {
    const { example, examples } = step.operation.requestBody?.content['application/json'] ?? {};
    const [first] = Object.values(examples ?? {});
    const path = `${pathOf(step)}${await queryOf(step)}`;
    const answer = await room.call(ADMIN, step.method, path, example ?? first?.value);
    if (step.operation.operationId === 'createToken') tokenId = answer.body.id as string;
    return answer;
  }

  /** Brings about what an example needs and no other example makes. */
  async function prepare({ operation: { operationId: id } }: Step): Promise<void> {
    if (id.startsWith('setMaintenance')) await room.call(ADMIN, 'POST', '/api/v3.1/maintenance/activate');
    if (/^(listTrash|restoreSecret|purgeSecret)$/.test(id)) {
      const secret = `/api/v3.1/secrets/${TRASHED_KEY}`;
      await room.call(ADMIN, 'DELETE', secret);
      await room.call(ADMIN, 'PUT', secret, { value: 'x' });
      trashId = String((await room.call(ADMIN, 'DELETE', secret)).headers['strongroom-trash-id']);
    }
    if (!id.startsWith('unlockUser')) return;
    const login = `${id.endsWith('V3') ? 'bob' : 'alice'}:wrong`;
    for (let tries = 0; tries < 6; tries += 1) await room.call({ login }, 'GET', '/api/v3.1/user');
  }

  it('are answered as they say, all of them', async () => {
    const sent: string[] = [];
    for (const step of steps()) {
      const { operationId: id, responses } = step.operation;
      await prepare(step);
      const answer = await sendExample(step);
      const [status = ''] = Object.keys(responses);
      expect([id, String(answer.status), answer.text]).toEqual([
        id,
        ALWAYS_MISSING.test(id) ? '404' : status,
        answer.text,
      ]);
      const content = responses[status]?.content?.['application/json'];
      if (content !== undefined && status < '300') expectLike(id, answer.body, content.example);
      sent.push(id);
    }
    expect(sent.length).toBeGreaterThan(100);
  });
});
