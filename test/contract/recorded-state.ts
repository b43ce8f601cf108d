import type { As, Strongroom } from '../support/strongroom.js';
import type { RecordedExchange } from './recorded-exchanges.js';

/** Names the tenants, users, groups and secrets of the recorded requests. */
const TENANTS = ['t1', 't9', 'other_tenant', 'from_headers', 'b'];
const V31 = '/api/v3.1';

interface Step {
  /** Matches the requests of an exchange, one per line: `METHOD /path body headers`. */
  readonly when: RegExp;
  readonly make: readonly (readonly [method: string, path: string, body?: unknown])[];
}

const member = { username: 'bob', tenant_name: 't1' };
const group = { group_name: 'g1', tenant_name: 't1' };

/** Lists what must exist before a matching request can succeed, in the order of creation. */
const STEPS: readonly Step[] = [
  {
    when: /^(?!PUT)\w+ \/secrets\/key1|"update_if_exists": ?true/,
    make: [['PUT', '/secrets/key1', { value: 'x' }]],
  },
  ...TENANTS.map((name) => ({
    when: new RegExp(`"[Tt]enant(_name)?":"${name}"|"\\w":"${name}"|^(?!POST)\\w+ /tenants/${name}\\b`),
    make: [['POST', `/tenants/${name}`] as const],
  })),
  {
    when: /^(?!PUT \/users ).*( \/users\/(\w+\/)?bob|"creator":"bob"|"username":"bob",".*_name")/,
    make: [['PUT', '/users', { username: 'bob', password: 'password-of-bob', role: 'default' }]],
  },
  {
    when: / \/user-groups\/g1|"group_name":"g1",".*_name"|"username":"bob","group_name"/,
    make: [['POST', '/user-groups', { group_name: 'g1', role: 'default' }]],
  },
  {
    when: /^(PATCH|DELETE) \/tenants\/users/,
    make: [['PUT', '/tenants/users', { ...member, role: 'user' }]],
  },
  {
    when: /^(PATCH|DELETE) \/tenants\/user-groups/,
    make: [['PUT', '/tenants/user-groups', { ...group, role: 'user' }]],
  },
  {
    when: /^DELETE \/user-groups\/users/,
    make: [['PUT', '/user-groups/users', { username: 'bob', group_name: 'g1' }]],
  },
  { when: /"action":"activate"/, make: [['POST', '/users/active/bob', { action: 'deactivate' }]] },
  { when: /^DELETE \/permissions/, make: [['PUT', '/permissions/default/secret_get']] },
  { when: /^\w+ \/tokens\/AbCdEfGhIj/, make: [['POST', '/tokens', {}]] },
];

/** Represents something that an exchange may have left behind. */
interface Remnant {
  /** Selects a row while it is there. A request costs a check of a password, so only what is there is removed. */
  readonly there: string;
  readonly path: string;
  readonly body?: unknown;
  /** Names the tenant of the request; by default that of the administrator. */
  readonly tenant?: string;
}

const secret = (key: string, tenant: string): string =>
  `SELECT FROM secrets s JOIN tenants t ON t.id = s.tenant_id WHERE s.key = '${key}' AND t.name = '${tenant}'`;

/** Lists what an exchange may have left behind, in the order in which it can be removed. */
const REMNANTS: readonly Remnant[] = [
  { there: secret('key1', 'default_tenant'), path: '/secrets/key1' },
  { there: secret('k', 'default_tenant'), path: '/secrets/k' },
  {
    there: `SELECT FROM tenant_users m JOIN users u ON u.id = m.user_id WHERE u.username = 'bob'`,
    path: '/tenants/users',
    body: member,
  },
  { there: 'SELECT FROM tenant_user_groups', path: '/tenants/user-groups', body: group },
  { there: `SELECT FROM users WHERE username = 'bob' AND deleted_at IS NULL`, path: '/users/bob' },
  { there: `SELECT FROM user_groups WHERE name = 'g1'`, path: '/user-groups/g1' },
  {
    there: `SELECT FROM role_permissions WHERE role = 'default' AND permission = 'secret_get'`,
    path: '/permissions/default/secret_get',
  },
  ...TENANTS.flatMap((tenant) => [
    { there: secret('key1', tenant), path: '/secrets/key1', tenant },
    {
      there: `SELECT FROM tenants WHERE name = '${tenant}' AND deleted_at IS NULL`,
      path: `/tenants/${tenant}`,
    },
  ]),
];
const LEFT = `SELECT ARRAY[${REMNANTS.map(({ there }) => `EXISTS (${there})`).join(', ')}] AS there`;

/** Brings a service into the state that a recorded exchange expects, and restores it. */
export class RecordedState {
  constructor(
    private readonly room: Strongroom,
    private readonly admin: As,
  ) {}

  /** Creates what the exchange needs, and removes what it creates. */
  async prepare(exchange: RecordedExchange): Promise<void> {
    const requests = exchange.requests.map(described).join('\n');
    for (const { when, make } of STEPS) {
      if (!when.test(requests)) continue;
      for (const [method, path, body] of make) await this.must(method, path, body);
    }
    if (requests.includes('/users/unlock/')) await this.lockBob();
    if (requests.includes('AbCdEfGhIj')) {
      await this.room.database.asSuperuser("UPDATE tokens SET id = 'AbCdEfGhIj'");
    }
  }

  /** Returns the value of a new token of the administrator. */
  async token(): Promise<string> {
    const { body } = await this.room.call(this.admin, 'POST', `${V31}/tokens`, {});
    return String(body.value);
  }

  async clear(): Promise<void> {
    const [left] = await this.room.database.asSuperuser<{ there: boolean[] }>(LEFT);
    for (const [index, { path, body, tenant }] of REMNANTS.entries())
      if (left?.there[index] === true)
        await this.unlessAbsent({ ...this.admin, ...(tenant !== undefined && { tenant }) }, path, body);
    await this.room.database.asSuperuser('DELETE FROM tokens');
  }

  private async lockBob(): Promise<void> {
    for (let guess = 0; guess < 5; guess += 1) {
      await this.room.call({ login: 'bob:wrong' }, 'GET', `${V31}/user`);
    }
  }

  private async must(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.room.call(this.admin, method, V31 + path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  private async unlessAbsent(as: As, path: string, body?: unknown): Promise<void> {
    const { status, text } = await this.room.call(as, 'DELETE', V31 + path, body);
    if (status >= 300 && ![403, 404].includes(status)) throw new Error(`DELETE ${path}: ${status} ${text}`);
  }
}

function described({ method, target, headers, body }: RecordedExchange['requests'][number]): string {
  const path = target.replace(/^\/api\/v3(\.1)?/, '');
  return `${method} ${path} ${JSON.stringify(body ?? '')} ${JSON.stringify(headers)}`;
}
