/**
 * Tests docs/openapi.json with programs that only know the document: a Python client that openapi-python-client generates,
 * and schemathesis, which sends what the document allows and what it forbids, and compares the answers with it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const FOLDER = join(import.meta.dirname, 'openapi');
const DOCUMENT = resolve('docs/openapi.json');

const SECONDS = process.env.SCHEMATHESIS_SECONDS ?? '600';
const SEED = '20260320';
const CHECKS = [
  ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
  ...['response_headers_conformance', 'response_schema_conformance', 'negative_data_rejection'],
  'unsupported_method',
];

/**
 * Runs both against a service, and returns the number of those that failed.
 * @param {{ url: string, password: string, environment: NodeJS.ProcessEnv }} service
 */
export function runOpenApi({ url, password, environment }) {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-openapi-'));
  // schemathesis keeps what it finds in the working directory.
  const run = (command, args, env = {}) =>
    spawnSync(command, args, { stdio: 'inherit', cwd: folder, env: { ...environment, ...env } }).status === 0;
  try {
    const bin = join(folder, 'venv', 'bin');
    const isInstalled =
      run('python3', ['-m', 'venv', join(folder, 'venv')]) &&
      run(join(bin, 'pip'), ['install', '--quiet', '--requirement', join(FOLDER, 'requirements.txt')]);
    if (!isInstalled) {
      process.stderr.write(
        'FAILED: schemathesis and openapi-python-client could not be installed from PyPI\n',
      );
      return 2;
    }
    const results = [
      generateClient(run, bin, folder) &&
        run(join(bin, 'python'), [join(FOLDER, 'generated_client.py'), folder, url, password]),
      run(
        join(bin, 'schemathesis'),
        [
          ...['--no-color', 'run', DOCUMENT, '--url', url, '--auth', `admin:${password}`],
          ...['--header', 'tenant: default_tenant', '--mode', 'all', '--seed', SEED, '--max-time', SECONDS],
          ...['--workers', '2', '--continue-on-failure', '--checks', CHECKS.join()],
        ],
        { SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: '1' },
      ),
    ];
    return results.filter((passed) => !passed).length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function generateClient(run, bin, folder) {
  const client = join(folder, 'strongroom_client');
  const config = join(FOLDER, 'generator.yaml');
  return run(join(bin, 'openapi-python-client'), [
    ...['generate', '--path', DOCUMENT, '--output-path', client, '--meta', 'none', '--config', config],
    ...['--fail-on-warning'],
  ]);
}
