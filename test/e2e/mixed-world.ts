import { expect } from '@jest/globals';
import type { Call } from '../support/http-client.js';
import type { SeededRandom } from '../support/seeded-random.js';
import { ADMIN, type Strongroom } from '../support/strongroom.js';

const TENANTS = ['mixed-0', 'mixed-1', 'mixed-2', 'mixed-3', 'mixed-4'];
const ROLES = ['manager', 'creator', 'user', 'viewer'] as const;
const WRONG_PASSWORDS_EACH = 3;

/** Describes a user with a password and a token, and with a role in each tenant that granted one. */
interface Person {
  readonly name: string;
  readonly login: string;
  readonly roles: ReadonlyMap<string, string>;
  readonly isSystemAdministrator: boolean;
  token: string;
}

interface Planted {
  readonly tenant: string;
  readonly key: string;
  readonly visibility: 'private' | 'tenant' | 'global';
  readonly isHidden: boolean;
  readonly creator: Person;
}

/** Describes everything that a response reveals: its status, every value wherever it appears, and the items listed. */
export interface Shown {
  readonly status: number;
  readonly values: readonly string[];
  readonly names: readonly string[];
}

export interface Question {
  readonly call: Call;
  readonly expected: Shown;
}

export function shown(status: number, text: string): Shown {
  const { items = [] } = (text === '' ? {} : JSON.parse(text)) as { items?: Pick<Planted, 'key'>[] };
  return { status, values: text.match(/value-of-[\w-]+/g) ?? [], names: items.map(({ key }) => key).sort() };
}

const nothing = (status: number): Shown => ({ status, values: [], names: [] });
const valueOf = ({ tenant, key }: Planted) => `value-of-${tenant}-${key}`;
const basic = (login: string) => ({ Authorization: `Basic ${Buffer.from(login).toString('base64')}` });

/**
 * Models tenants that use the same keys, with secrets of every visibility, hidden or not, and users of every role. It
 * derives the expected responses from the rules alone, and never asks the service.
 */
export class MixedWorld {
  private readonly people = TENANTS.flatMap((tenant, index) =>
    ROLES.map((role) => personOf(tenant, role, index)),
  );
  private readonly secrets = TENANTS.flatMap((tenant) => this.secretsOf(tenant));
  private readonly keys = [...new Set(this.secrets.map(({ key }) => key)), 'unknown'];

  constructor() {
    const rest = { roles: new Map<string, string>(), token: '' };
    this.people.push({
      ...rest,
      name: 'outsider',
      login: 'outsider:password-of-outsider',
      isSystemAdministrator: false,
    });
    this.people.push({ ...rest, name: 'admin', login: ADMIN.login!, isSystemAdministrator: true });
  }

  async plant(room: Strongroom): Promise<void> {
    for (const tenant of TENANTS) {
      await room.tenant(tenant, 'manager');
      for (const role of ROLES.slice(1)) await room.member(tenant, `${tenant}-${role}`, roleNamed(role));
    }
    for (const { name, roles } of this.people) {
      const [, further] = roles.keys();
      if (further !== undefined) await room.join(name, further, roles.get(further)!);
    }
    await room.user('outsider', 'password-of-outsider');
    for (const person of this.people) {
      const made = await room.call({ login: person.login }, 'POST', '/api/v3.1/tokens', {});
      person.token = String(made.body.value);
    }
    for (const secret of this.secrets) await plantSecret(room, secret);
  }

  /** Returns a read or a list by a known user, of any target. */
  question(random: SeededRandom): Question {
    const person = random.of(this.people);
    const own = [...person.roles.keys()];
    const tenant = random.of(random.below(3) > 0 && own.length > 0 ? own : [...TENANTS, 'no-such-tenant']);
    const proof = random.below(2) === 0 ? basic(person.login) : { 'Authentication-Token': person.token };
    const key = random.of(this.keys);
    const secrets = `/api/${random.of(['v3', 'v3.1'])}/secrets`;
    const headers = { ...proof, tenant };
    switch (random.of(['read', 'read', 'read', 'read', 'skip', 'look', 'list', 'list'] as const)) {
      case 'read':
        return { call: { path: `${secrets}/${key}`, headers }, expected: this.read(person, tenant, key) };
      case 'skip':
        return {
          call: { path: `/api/v3.1/secrets/${key}?_skip_value=true`, headers },
          expected: { ...this.read(person, tenant, key), values: [] },
        };
      case 'look':
        return {
          call: { method: 'HEAD', path: `${secrets}/${key}`, headers },
          expected: nothing(this.read(person, tenant, key).status),
        };
      case 'list':
        return { call: { path: `${secrets}?_size=1000`, headers }, expected: this.list(person, tenant) };
    }
  }

  /** Returns reads with false credentials; so few with a password for each name that none is locked. */
  impostors(random: SeededRandom): Question[] {
    const path = `/api/v3/secrets/tenant`;
    return this.people.flatMap(({ login, token, roles }) => {
      const tenant = [...roles.keys()][0] ?? TENANTS[0]!;
      const other = random.of(this.people.filter((person) => person.token !== token));
      const mixed = `${token.slice(0, -40)}${other.token.slice(-40)}`;
      const proofs = [
        ...Array.from({ length: WRONG_PASSWORDS_EACH }, () => basic(`${login} not`)),
        ...[mixed, mixed, mixed].map((wrong) => ({ 'Authentication-Token': wrong })),
        {},
      ];
      return proofs.map((proof) => ({
        call: { path, headers: { ...proof, tenant } },
        expected: nothing(401),
      }));
    });
  }

  private read(person: Person, tenant: string, key: string): Shown {
    if (!isMember(person, tenant)) return nothing(403);
    const secret = this.visible(person, tenant).find((one) => one.key === key);
    if (secret === undefined) return nothing(404);
    const reveals = !secret.isHidden || secret.creator === person || administers(person, secret.tenant);
    return { ...nothing(200), values: reveals ? [valueOf(secret)] : [] };
  }

  private list(person: Person, tenant: string): Shown {
    if (!isMember(person, tenant)) return nothing(403);
    return {
      ...nothing(200),
      names: this.visible(person, tenant)
        .map(({ key }) => key)
        .sort(),
    };
  }

  private visible(person: Person, tenant: string): Planted[] {
    return this.secrets.filter((secret) => {
      if (secret.visibility === 'global') return true;
      if (secret.tenant !== tenant) return false;
      return secret.visibility === 'tenant' || secret.creator === person || administers(person, tenant);
    });
  }

  private secretsOf(tenant: string): Planted[] {
    const by = (role: string) => this.people.find(({ name }) => name === `${tenant}-${role}`)!;
    const all = (['private', 'tenant', 'global'] as const).flatMap((visibility) =>
      [false, true].map((isHidden) => {
        const place = visibility === 'global' ? `-${tenant}` : '';
        const key = `${visibility}${place}${isHidden ? '-hidden' : ''}`;
        return { tenant, key, visibility, isHidden, creator: by('creator') };
      }),
    );
    return [...all, { tenant, key: 'of-user', visibility: 'private', isHidden: false, creator: by('user') }];
  }
}

const isMember = ({ roles, isSystemAdministrator }: Person, tenant: string) =>
  TENANTS.includes(tenant) && (isSystemAdministrator || roles.has(tenant));

const administers = ({ roles, isSystemAdministrator }: Person, tenant: string) =>
  isSystemAdministrator || roles.get(tenant) === 'manager';

const roleNamed = (role: string) => (role === 'creator' ? 'user' : role);

/** Returns a user with the role in one tenant; creators are viewers in the next tenant. */
function personOf(tenant: string, role: string, index: number): Person {
  const name = `${tenant}-${role}`;
  const roles = new Map([[tenant, roleNamed(role)]]);
  if (role === 'creator') roles.set(TENANTS[(index + 1) % TENANTS.length]!, 'viewer');
  return { name, login: `${name}:password-of-${name}`, roles, isSystemAdministrator: false, token: '' };
}

async function plantSecret(room: Strongroom, secret: Planted): Promise<void> {
  const { tenant, visibility, isHidden, creator } = secret;
  const path = `/api/v3.1/secrets/${secret.key}`;
  const first = visibility === 'global' ? 'tenant' : visibility;
  const body = { value: valueOf(secret), visibility: first, is_hidden_value: isHidden };
  expect((await room.call({ login: creator.login, tenant }, 'PUT', path, body)).status).toBe(200);
  if (visibility !== 'global') return;
  const widened = await room.call({ ...ADMIN, tenant }, 'PATCH', `${path}/set-visibility`, { visibility });
  expect(widened.status).toBe(200);
}
