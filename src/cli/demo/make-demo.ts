import { randomBytes } from 'node:crypto';
import { commandName } from '../../common/command-name.js';
import { randomPassword } from '../../common/passwords/random-password.js';
import { parseExpiry } from '../../users/tokens/token-expiry.js';
import { shownToken } from '../../users/tokens/token-value.js';
import { allPages } from '../actions/all-pages.js';
import { CommandError } from '../command-error.js';
import { isOfDemo, type DemoServices } from './demo-services.js';
import {
  DEMO_GROUP,
  DEMO_SECRETS,
  DEMO_TENANTS,
  DEMO_TOKEN,
  DEMO_USERS,
  TOKEN_OWNER,
  type DemoUser,
} from './demo-world.js';

/** Holds what the demo made, with the credentials that are shown only once. */
export interface Demo {
  readonly tenants: readonly string[];
  readonly users: readonly { readonly username: string; readonly password: string; readonly roles: object }[];
  readonly token: { readonly username: string; readonly value: string };
  readonly secrets: readonly { readonly tenant: string; readonly key: string; readonly owner: string }[];
}

/**
 * Makes what is missing of the demo, and gives its users new passwords and a new token.
 * @throws CommandError where something else has one of its names; nothing was done then
 */
export async function makeDemo(services: DemoServices): Promise<Demo> {
  await refuseTakenNames(services);
  const { groups, tenants, caller } = services;
  if (!(await services.hasGroup()))
    await groups.create({ name: DEMO_GROUP, ldapDn: null, role: 'default' }, caller);
  const users = [];
  for (const user of DEMO_USERS) users.push(await makeUser(services, user));
  for (const name of DEMO_TENANTS)
    if ((await tenants.find(name)) === undefined) await tenants.create(name, caller);
  for (const user of DEMO_USERS) await giveRoles(services, user);
  for (const secret of DEMO_SECRETS) await writeSecret(services, secret);
  const value = await replaceToken(services);
  return {
    tenants: DEMO_TENANTS,
    users,
    token: { username: TOKEN_OWNER, value },
    secrets: DEMO_SECRETS.map(({ tenant, key, owner }) => ({ tenant, key, owner })),
  };
}

async function refuseTakenNames(services: DemoServices): Promise<void> {
  for (const { name } of DEMO_USERS) {
    const user = await services.findUser(name);
    if (user !== undefined && !isOfDemo(user)) throw notOfDemo('user', name);
  }
  for (const name of DEMO_TENANTS) {
    const there = (await services.tenants.find(name)) !== undefined;
    if (there && !(await services.madeTenant(name))) throw notOfDemo('tenant', name);
  }
}

function notOfDemo(kind: 'tenant' | 'user', name: string): CommandError {
  return new CommandError(
    `There is a ${kind} ${name} that the demo did not make: delete it with ` +
      `\`${commandName()} ${kind} delete ${name}\` if nobody needs it; nothing was done`,
  );
}

async function makeUser(services: DemoServices, { name, roles }: DemoUser): Promise<Demo['users'][number]> {
  const { users, groups, caller } = services;
  const password = randomPassword(services.shortestPassword);
  if ((await services.findUser(name)) !== undefined) {
    await users.setPassword(name, password, caller);
  } else {
    await users.create({ username: name, password, systemRole: 'default' }, caller);
    await groups.addUser(DEMO_GROUP, name, caller);
  }
  return { username: name, password, roles };
}

async function giveRoles(services: DemoServices, { name, roles }: DemoUser): Promise<void> {
  const held = (await services.findUser(name))?.tenantRoles ?? [];
  for (const [tenantName, role] of Object.entries(roles)) {
    if (held.some(({ tenant, group }) => tenant === tenantName && group === null)) continue;
    await services.members.addByOperator({ kind: 'user', tenantName, name }, role, services.caller);
  }
}

async function writeSecret(
  services: DemoServices,
  { tenant: tenantName, owner, key, ...attributes }: (typeof DEMO_SECRETS)[number],
): Promise<void> {
  const tenant = await services.contextOf(tenantName, owner);
  if (tenant === undefined) throw new CommandError(`The tenant ${tenantName} or the user ${owner} has gone`);
  const text = randomBytes(12).toString('base64url');
  await services.secrets.create(tenant, key, {
    value: { format: 'text', text },
    attributes,
    updateIfExists: true,
  });
}

async function replaceToken(services: DemoServices): Promise<string> {
  const { tokens, caller } = services;
  const owner = (await services.findUser(TOKEN_OWNER))?.user.id ?? null;
  const all = await allPages((options) => tokens.list(options, owner, caller));
  for (const { id, username, description } of all)
    if (username === TOKEN_OWNER && description === DEMO_TOKEN) await tokens.delete(id, null, caller);
  const options = { description: DEMO_TOKEN, expiry: parseExpiry('+30 days') };
  return shownToken((await tokens.createByOperator(TOKEN_OWNER, options, caller)).value);
}
