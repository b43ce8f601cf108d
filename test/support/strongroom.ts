import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/config/load-configuration.js';
import { openInstallation, type Installation } from '../../src/bootstrap/installation.js';
import { JobRunner } from '../../src/jobs/job-runner.js';
import { openOperations, type Operations } from '../../src/observability/operations/open-operations.js';
import { ProcessState } from '../../src/observability/operations/process-state.js';
import { createLogger } from '../../src/observability/logger.js';
import { startHttpServer, type Service } from '../../src/http-server.js';
import { TenantsService } from '../../src/tenants/tenants.service.js';
import { TenantMembersService } from '../../src/users/tenant-members.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { vocabularyProblems } from './audit-vocabulary.js';
import { systemCaller } from './callers.js';
import { cloneDatabase, type TestDatabase } from './database.js';
import { send, type Answer, type Call } from './http-client.js';
import { OpenApiValidator, type OpenApiDocument } from './open-api-validator.js';

export const ADMIN_PASSWORD = 'correct horse battery';
export const ROOT_KEY = `test:${Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7 + 1)).toString('base64')}`;

/** Describes a caller: a login, and the tenant that the requests name. */
export interface As {
  readonly login?: string;
  readonly tenant?: string;
}

export const ADMIN: As = { login: `admin:${ADMIN_PASSWORD}`, tenant: 'default_tenant' };

/** Runs a complete service on a database of its own, called over its socket. */
export class Strongroom {
  private constructor(
    readonly database: TestDatabase,
    readonly environment: NodeJS.ProcessEnv,
    readonly installation: Installation,
    readonly service: Service,
    readonly validator: OpenApiValidator,
    private readonly dataDir: string,
    readonly operations: Operations,
    /** The lines that the service has logged. */
    readonly logs: readonly string[],
  ) {}

  static async start(overrides: NodeJS.ProcessEnv = {}, database?: TestDatabase): Promise<Strongroom> {
    return Strongroom.on(database ?? (await cloneDatabase()), overrides);
  }

  private static async on(database: TestDatabase, overrides: NodeJS.ProcessEnv): Promise<Strongroom> {
    const dataDir = mkdtempSync(join(tmpdir(), 'strongroom-test-'));
    const environment = {
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      STRONGROOM_DATA_DIR: dataDir,
      STRONGROOM_ROOT_KEYS: ROOT_KEY,
      STRONGROOM_ADMIN_PASSWORD: ADMIN_PASSWORD,
      STRONGROOM_LOG_LEVEL: 'debug',
      STRONGROOM_DRAIN_MS: '0',
      ...overrides,
    };
    const logs: string[] = [];
    const configuration = loadConfiguration(environment);
    const logger = createLogger(configuration.logLevel, { write: (line: string) => void logs.push(line) });
    const state = new ProcessState();
    const operations = await openOperations(configuration, state, logger);
    const installation = await openInstallation(configuration);
    const service = await startHttpServer(installation, logger, operations.metrics);
    state.started(service.started);
    const document = await send(service.url, { path: '/api/docs-json' });
    const validator = new OpenApiValidator(document.body as unknown as OpenApiDocument);
    return new Strongroom(database, environment, installation, service, validator, dataDir, operations, logs);
  }

  send(call: Call): Promise<Answer> {
    return send(this.service.url, call, this.validator);
  }

  /** Sends a request as a caller, optionally with a JSON body. */
  call(
    as: As,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send({
      method,
      path,
      headers: {
        ...(as.login !== undefined && { Authorization: `Basic ${Buffer.from(as.login).toString('base64')}` }),
        ...(as.tenant !== undefined && { tenant: as.tenant }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  secret(as: As, method: string, key: string, value?: string): Promise<Answer> {
    return this.call(as, method, `/api/v3/secrets/${key}`, value === undefined ? undefined : { value });
  }

  /** Creates a tenant with a user of that role, and returns the user as a caller. */
  async tenant(name: string, role = 'user'): Promise<As & { login: string; tenant: string }> {
    await this.service.app.get(TenantsService).create(name, systemCaller());
    return this.member(name, `${name}-${role}`, role);
  }

  async member(
    tenant: string,
    username: string,
    role: string,
  ): Promise<As & { login: string; tenant: string }> {
    const users = this.service.app.get(UsersService);
    const password = `password-of-${username}`;
    await users.create({ username, password, systemRole: 'default' }, systemCaller());
    await this.join(username, tenant, role);
    return { login: `${username}:${password}`, tenant };
  }

  /** Makes a user a member of a further tenant. */
  async join(username: string, tenant: string, role: string): Promise<void> {
    const membership = { kind: 'user', tenantName: tenant, name: username } as const;
    await this.service.app.get(TenantMembersService).addByOperator(membership, role, systemCaller());
  }

  /** Creates a user who is a member of no tenant. */
  user(username: string, password: string): Promise<void> {
    const user = { username, password, systemRole: 'default' } as const;
    return this.service.app.get(UsersService).create(user, systemCaller());
  }

  /** Creates a user group with these members and a role in a tenant or a system role. */
  async group(
    name: string,
    members: readonly string[],
    { tenant, role, systemRole = 'default' }: { tenant?: string; role?: string; systemRole?: string },
  ): Promise<void> {
    const made = [
      await this.call(ADMIN, 'POST', '/api/v3.1/user-groups', { group_name: name, role: systemRole }),
    ];
    for (const username of members) {
      const body = { username, group_name: name };
      made.push(await this.call(ADMIN, 'PUT', '/api/v3.1/user-groups/users', body));
    }
    if (tenant !== undefined) {
      const body = { group_name: name, tenant_name: tenant, role };
      made.push(await this.call(ADMIN, 'PUT', '/api/v3.1/tenants/user-groups', body));
    }
    const refused = made.find(({ status }) => status >= 300);
    if (refused !== undefined) throw new Error(`The group ${name} was not made: ${refused.text}`);
  }

  setPassword(username: string, password: string): Promise<void> {
    return this.service.app.get(UsersService).setPassword(username, password, systemCaller());
  }

  /** Starts another instance on the same database, as behind a load balancer. */
  replica(overrides: NodeJS.ProcessEnv = {}): Promise<Strongroom> {
    return Strongroom.on({ ...this.database, drop: () => Promise.resolve() }, overrides);
  }

  /** Stops the background jobs, for tests that count statements or sessions. */
  stopJobs(): Promise<void> {
    return this.service.app.get(JobRunner).stop();
  }

  /**
   * Stops the service and checks its audit trail.
   * @throws Error when the trail contains anything that is not in the vocabulary
   */
  async stop(): Promise<void> {
    await this.service.stop();
    await this.installation.close();
    await this.operations.close();
    const problems = await vocabularyProblems(this.database);
    await this.database.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
    if (problems.length > 0) throw new Error(`The audit trail breaks its vocabulary: ${problems.join('; ')}`);
  }
}
