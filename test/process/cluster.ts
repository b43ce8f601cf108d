import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { PageFolder } from '../documents/page-folder.js';
import { runPage } from '../documents/run-page.js';
import {
  containerOf,
  environmentOf,
  environmentOfImage,
  migration,
  mountedFiles,
  secretFiles,
  server,
  type Folder,
  type Manifest,
} from '../support/manifests.js';
import { DataFolder } from './data-folder.js';
import { Program, type Ended } from './program.js';

/** Names the database server in the URLs of the page and of deploy/make-secrets.sh. */
const HOSTS = ['@postgres:5432/strongroom', '@db.example.com:5432/strongroom?sslmode=verify-full'];

/** Stands for the ports of the manifests, which other programs here may have. */
const FREE_PORTS = { PORT: '0', STRONGROOM_METRICS_PORT: '0' };

/**
 * Follows docs/kubernetes.md for one folder of manifests, with a server of PostgreSQL of its own, and starts what their
 * containers start: the same program, with the variables of the image and of the manifest and with no others, and with
 * the files that its volumes would hold.
 */
export class Cluster {
  private readonly page = new PageFolder().withStandIns();
  private readonly clone = join(this.page.path, 'clone');
  private readonly data = new DataFolder();
  private readonly removedSecrets = new Set<string>();
  private postgres: EmbeddedPostgres;

  constructor(private readonly folder: Folder) {}

  async prepare(): Promise<void> {
    cpSync('deploy', join(this.clone, 'deploy'), {
      recursive: true,
      filter: (path) => path !== join('deploy', 'secrets'),
    });
    this.postgres = await startEmbeddedPostgres({ dataDir: this.data.path });
    const environment = this.page.environment({ PGHOST: this.socket(), PGUSER: 'postgres' });
    if (this.folder === 'try') this.initializeAsTheImageDoes(environment);
    else await runPage('docs/kubernetes.md', { folder: this.clone, environment });
  }

  /** Runs the Job. */
  migrate(): Promise<Ended> {
    return this.start(migration(this.folder), 'cli/main.js', containerOf(migration(this.folder)).args).ended;
  }

  /** Starts a replica of the Deployment, on any free ports. */
  replica(): Program {
    return this.start(server(this.folder), 'main.js', []);
  }

  /** Returns what a file of a Secret holds. */
  secret(name: string, file: string): string {
    return readFileSync(resolve(this.clone, secretFiles(this.folder)[name]?.[file] ?? ''), 'utf8').trim();
  }

  removeSecret(name: string): void {
    this.removedSecrets.add(name);
  }

  async remove(): Promise<void> {
    await this.postgres.stop();
    this.data.remove();
    this.page.remove();
  }

  private start(owner: Manifest, program: string, args: readonly string[] = []): Program {
    const mounted = this.mount(owner);
    const variables = Object.entries(environmentOf(containerOf(owner))).map(([name, value]) => [
      name,
      value.startsWith('/') ? join(mounted, value) : value,
    ]);
    const environment = { ...environmentOfImage(), ...(Object.fromEntries(variables) as NodeJS.ProcessEnv) };
    return new Program(program, args, { ...environment, HOME: undefined, ...FREE_PORTS });
  }

  /** Writes the files of the volumes to a new folder, which stands for the root of the container. */
  private mount(owner: Manifest): string {
    const root = join(this.page.path, owner.kind);
    rmSync(root, { recursive: true, force: true });
    const removed = [...this.removedSecrets].flatMap((name) =>
      Object.values(secretFiles(this.folder)[name] ?? {}),
    );
    for (const [path, source] of Object.entries(mountedFiles(this.folder, owner))) {
      if (removed.includes(source)) continue;
      const text = readFileSync(resolve(this.clone, source), 'utf8');
      const here = HOSTS.reduce(
        (changed, host) => changed.replace(host, `@/strongroom?host=${this.socket()}`),
        text,
      );
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), here, { mode: 0o444 });
    }
    return root;
  }

  /** Creates the database, the secrets and the logins as the image of PostgreSQL does with the ConfigMap. */
  private initializeAsTheImageDoes(env: NodeJS.ProcessEnv): void {
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, args, { cwd: this.clone, env, stdio: 'pipe' });
    run('deploy/make-secrets.sh');
    run('psql', '-d', 'postgres', '-c', 'CREATE DATABASE strongroom');
    const passwords = ['owner_password', 'service_password'].flatMap((name) => [
      '-v',
      `${name}=${this.secret('postgres', name)}`,
    ]);
    run('psql', '-d', 'strongroom', ...passwords, '-f', 'deploy/postgres-init.sql');
  }

  private socket(): string {
    return new URL(this.postgres.url('postgres', 'postgres')).searchParams.get('host') ?? '';
  }
}
