/**
 * Makes the five calls on secrets with the types that openapi-typescript generates. The test compiles it beside them, as
 * a user would.
 */
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

const { STRONGROOM_URL: baseUrl = '', STRONGROOM_PASSWORD: password = '' } = process.env;
const client = createClient<paths>({
  baseUrl,
  headers: {
    Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
    tenant: 'default_tenant',
  },
});
const key = { params: { path: { key: 'generated.client' } } };

const created = await client.PUT('/api/v3/secrets/{key}', { ...key, body: { value: 'x' } });
const read = await client.GET('/api/v3/secrets/{key}', key);
const listed = await client.GET('/api/v3/secrets', { params: { query: { _size: 10, _sort: ['-key'] } } });
const updated = await client.PATCH('/api/v3/secrets/{key}', { ...key, body: { value: 'y' } });
const deleted = await client.DELETE('/api/v3/secrets/{key}', key);
const missing = await client.GET('/api/v3/secrets/{key}', key);

console.log(
  JSON.stringify({
    created: created.data?.value,
    read: read.data?.value,
    listed: listed.data?.items.map((secret) => secret.key),
    updated: updated.data?.value,
    deleted: deleted.data?.key,
    missing: [missing.response.status, missing.error?.error_code],
  }),
);
