import { Conflict } from '../../common/errors.js';
import { existing } from '../existing.js';
import { isOfDemo, type DemoServices } from './demo-services.js';
import { DEMO_GROUP, DEMO_SECRETS, DEMO_TENANTS, DEMO_USERS } from './demo-world.js';

/** Holds what was removed, and what stays and why. */
export interface Removal {
  readonly removed: string[];
  readonly stays: string[];
}

/** Removes what the demo made. A tenant with other secrets or members stays, and so does a user who owns secrets. */
export async function removeDemo(services: DemoServices): Promise<Removal> {
  const removal: Removal = { removed: [], stays: [] };
  for (const name of DEMO_TENANTS) if (await services.madeTenant(name)) await removeSecrets(services, name);
  for (const name of DEMO_TENANTS)
    if (await services.madeTenant(name)) await removeTenant(services, name, removal);
  for (const { name } of DEMO_USERS) {
    const user = await services.findUser(name);
    if (user === undefined || !isOfDemo(user)) continue;
    await attempt(removal, `the user ${name}`, () => services.administration.delete(name, services.caller));
  }
  if (removal.stays.length === 0 && (await services.hasGroup()))
    await attempt(removal, `the user group ${DEMO_GROUP}`, () =>
      services.groups.delete(DEMO_GROUP, services.caller),
    );
  return removal;
}

async function removeSecrets(services: DemoServices, tenantName: string): Promise<void> {
  for (const { tenant, owner, key } of DEMO_SECRETS) {
    const context = tenant === tenantName ? await services.contextOf(tenant, owner) : undefined;
    if (context !== undefined) await existing(services.secrets.delete(context, key));
  }
}

/** Removes a tenant once nobody belongs to it. The first user goes last, by whom the demo knows the tenant again. */
async function removeTenant(services: DemoServices, tenantName: string, removal: Removal): Promise<void> {
  const { members, tenants, caller } = services;
  const users = DEMO_USERS.filter(({ roles }) => tenantName in roles).reverse();
  for (const { name } of users)
    await existing(members.removeByOperator({ kind: 'user', tenantName, name }, caller));
  const deleted = await attempt(removal, `the tenant ${tenantName}`, () =>
    tenants.deleteByOperator(tenantName, caller),
  );
  if (deleted) return;
  for (const { name, roles } of users.reverse())
    await members.addByOperator({ kind: 'user', tenantName, name }, roles[tenantName] ?? 'user', caller);
}

/** @returns whether it was removed; a refusal is noted */
async function attempt(removal: Removal, what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    removal.removed.push(what);
    return true;
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    removal.stays.push(`${what}: ${error.message}`);
    return false;
  }
}
