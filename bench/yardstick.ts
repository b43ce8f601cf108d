/**
 * Serves the yardstick: bare Fastify routes on a pool of 10 connections, without passwords, permissions, encryption or
 * audit. Arguments: the database's URL, the port.
 */
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';

const SELECT = `
  SELECT s.key, s.value, s.created_at, s.updated_at, t.name AS tenant_name, c.username AS created_by
  FROM users u
  JOIN tenant_users m ON m.user_id = u.id
  JOIN tenants t ON t.id = m.tenant_id
  JOIN secrets s ON s.tenant_id = t.id
  JOIN users c ON c.id = s.created_by
  WHERE lower(u.username) = $1 AND u.active AND u.deleted_at IS NULL AND t.name = $2 AND s.key = $3 AND s.deleted_at IS NULL`;

const INSERT = 'INSERT INTO bench_rows (id, tenant, key, value) VALUES ($1, $2, $3, $4)';

const LIST = `
  SELECT s.key, s.created_at, s.updated_at, t.name AS tenant_name, c.username AS created_by, '' AS permission
  FROM tenants t JOIN secrets s ON s.tenant_id = t.id JOIN users c ON c.id = s.created_by
  WHERE t.name = $1 AND s.deleted_at IS NULL ORDER BY s.created_at, s.key LIMIT 1000`;

interface Row {
  key: string;
  value: Buffer;
}

const [connectionString, port] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 10 });
const app = fastify();

app.get('/ready', () => 'ready');

app.get<{ Params: { key: string } }>('/secrets/:key', async ({ headers, params }, reply) => {
  const login = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
  const values = [login.slice(0, login.indexOf(':')), headers.tenant, params.key];
  const { rows } = await pool.query<Row>({ name: 'yardstick', text: SELECT, values });
  const [row] = rows;
  if (row === undefined) return reply.code(404).send();
  return { ...row, value: row.value.toString('base64') };
});

app.put<{ Params: { key: string }; Body: { value: string } }>('/secrets/:key', async (request) => {
  const { params, body, headers } = request;
  const values = [randomUUID(), headers.tenant, params.key, Buffer.from(body.value)];
  await pool.query({ name: 'insert', text: INSERT, values });
  return { key: params.key };
});

app.get('/secrets', async ({ headers }) => {
  const { rows } = await pool.query<Row>({ name: 'list', text: LIST, values: [headers.tenant] });
  return { items: rows, metadata: { pagination: { total: rows.length, size: 1000, offset: 0 } } };
});

process.once('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
