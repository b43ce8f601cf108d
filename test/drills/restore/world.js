/**
 * Fills an installation with what a backup has to keep: tenants, users, a group, a token, and secrets of every kind. Reads
 * it back whole, so that two readings can be compared.
 */
export const ADMIN_PASSWORD = 'password-of-the-drill';
const ALICE = { username: 'alice', password: 'password-of-alice-1' };
const TENANTS = ['default_tenant', 'payments'];
const SECRETS_OF_EACH = 40;
const PAGE = 500;

/** Returns what the n-th secret of a tenant is created with. */
function secretOf(tenant, n) {
  const value = `${tenant} ${n} — žluťoučký 🔑 ${'x'.repeat(n * 50)}`;
  if (n % 8 === 1) return { value, visibility: 'private' };
  if (n % 8 === 2) return { value, visibility: 'global' };
  if (n % 8 === 3) return { value, is_hidden_value: true, description: 'hidden from others' };
  if (n % 8 === 4) return { value: { n, of: tenant }, schema: { type: 'object', required: ['n'] } };
  return { value };
}

export class World {
  constructor(url) {
    this.url = url;
  }

  /** Creates everything; returns a token of Alice. */
  async fill() {
    await this.change('POST', '/tenants/payments');
    await this.change('PUT', '/users', { ...ALICE, role: 'default' });
    await this.change('PUT', '/tenants/users', { tenant_name: 'payments', username: 'alice', role: 'user' });
    await this.change('POST', '/user-groups', { group_name: 'readers' });
    for (const tenant of TENANTS)
      for (let n = 0; n < SECRETS_OF_EACH; n += 1)
        await this.change('PUT', `/secrets/${tenant}.key${n}`, secretOf(tenant, n), { tenant });
    const as = { tenant: 'payments', as: `${ALICE.username}:${ALICE.password}` };
    await this.change('PUT', '/secrets/of-alice', { value: 'hers', visibility: 'private' }, as);
    return (await this.change('POST', '/tokens', { description: 'nightly' }, as)).value;
  }

  /** Returns every secret with its value and all its fields, by tenant and key. */
  async everySecret() {
    const found = {};
    for (const tenant of TENANTS) {
      const { items } = await this.change('GET', `/secrets?_size=${PAGE}`, undefined, { tenant });
      for (const { key } of items)
        found[`${tenant}/${key}`] = await this.change('GET', `/secrets/${key}`, undefined, { tenant });
    }
    return found;
  }

  /** Says what does not work of logins, tokens and writing; nothing is written that `everySecret` compares. */
  async problems(token) {
    const as = { tenant: 'payments', as: `${ALICE.username}:${ALICE.password}` };
    const asked = [
      ['the password of a user', 200, this.send('GET', '/secrets/of-alice', undefined, as)],
      ['the token of a user', 200, this.send('GET', '/secrets/of-alice', undefined, { ...as, token })],
      ['a wrong password', 401, this.send('GET', '/secrets', undefined, { as: 'alice:wrong' })],
      ['a write', 200, this.send('PUT', '/secrets/after-the-restore', { value: 'new' })],
      ['readiness', 200, fetch(`${this.url}/health/ready`)],
    ];
    const answers = await Promise.all(asked.map(([, , answer]) => answer));
    return asked.flatMap(([what, expected], index) =>
      answers[index].status === expected ? [] : [`${what} was answered with ${answers[index].status}`],
    );
  }

  /** Sends a request of the administrator that must succeed, and returns its body. */
  async change(method, path, body, options) {
    const answer = await this.send(method, path, body, options);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  send(method, path, body, { tenant = 'default_tenant', as = `admin:${ADMIN_PASSWORD}`, token } = {}) {
    const login = { Authorization: `Basic ${Buffer.from(as).toString('base64')}` };
    return fetch(`${this.url}/api/v3.1${path}`, {
      method,
      headers: {
        ...(token === undefined ? login : { 'Authentication-Token': token }),
        tenant,
        'Content-Type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}

/** Says where two readings differ, without the values. */
export function differences(expected, found) {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  const wrong = keys.filter((key) => JSON.stringify(expected[key]) !== JSON.stringify(found[key]));
  const what = (key) =>
    found[key] === undefined
      ? `${key} is missing`
      : expected[key] === undefined
        ? `${key} is new`
        : `${key} differs`;
  return wrong.length === 0 ? [] : [`${wrong.length} secrets: ${wrong.slice(0, 3).map(what).join(', ')}`];
}
