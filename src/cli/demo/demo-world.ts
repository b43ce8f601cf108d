/** Names the group whose members are the users that the demo made, by which it knows them again. */
export const DEMO_GROUP = 'strongroom-demo';

/** Marks the token of the demo. */
export const DEMO_TOKEN = 'made by the demo';

export interface DemoUser {
  readonly name: string;
  /** Holds the role in each tenant; the first user belongs to every tenant, by which the demo knows them again. */
  readonly roles: Readonly<Record<string, string>>;
}

export interface DemoSecret {
  readonly tenant: string;
  readonly key: string;
  readonly owner: string;
  readonly visibility: 'private' | 'tenant';
  readonly isHiddenValue: boolean;
  readonly description: string;
}

export const DEMO_TENANTS = ['demo-bakery', 'demo-bank'] as const;

export const DEMO_USERS: readonly [DemoUser, ...DemoUser[]] = [
  { name: 'demo-manager', roles: { 'demo-bakery': 'manager', 'demo-bank': 'manager' } },
  { name: 'demo-baker', roles: { 'demo-bakery': 'user' } },
  { name: 'demo-guest', roles: { 'demo-bakery': 'viewer' } },
  { name: 'demo-banker', roles: { 'demo-bank': 'user' } },
];

/** Names the user who gets a token. */
export const TOKEN_OWNER = 'demo-baker';

const COMMON = { visibility: 'tenant', isHiddenValue: false } as const;
const BAKERY = { ...COMMON, tenant: 'demo-bakery', owner: 'demo-baker' } as const;

/** Lists the secrets; two tenants have the same key, since each sees only its own. */
export const DEMO_SECRETS: readonly DemoSecret[] = [
  { ...BAKERY, key: 'database.password', description: 'Everybody in the tenant reads it' },
  {
    ...BAKERY,
    key: 'supplier.api-key',
    isHiddenValue: true,
    description: 'Only the owner and managers see its value',
  },
  {
    ...BAKERY,
    key: 'oven.pin',
    visibility: 'private',
    description: 'Only the owner and managers know that it is there',
  },
  {
    ...COMMON,
    tenant: 'demo-bank',
    owner: 'demo-banker',
    key: 'database.password',
    description: 'The same key in another tenant',
  },
];
