import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FOLDERS, filesOf, manifestsOf, pathOf } from '../support/manifests.js';

/** Run by `npm run test:interop`, which first checks that kubernetes-validate is installed. */
const { PYTHON = 'python3' } = process.env;

/** Lists the oldest version that docs/kubernetes.md names, and the newest that the tool knows. */
const VERSIONS = ['1.27', '1.37'];

/** Leaves out what the tool has no schema of. */
const isOfKubernetes = (name: string) => name !== 'service-monitor.yaml';

/** Validates files by the schemas of Kubernetes, also against fields that it does not know. */
function validate(version: string, files: readonly string[]) {
  const options = ['-m', 'kubernetes_validate', '--strict', '--kubernetes-version', version];
  const { status, stdout, stderr } = spawnSync(PYTHON, [...options, ...files], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe.each(VERSIONS)('Kubernetes %s', (version) => {
  it.each(FOLDERS)('has every field of deploy/kubernetes/%s', (folder) => {
    const files = filesOf(folder)
      .filter(isOfKubernetes)
      .map((name) => join(pathOf(folder), name));
    const { status, said } = validate(version, files);
    expect([status, said]).toEqual([0, expect.not.stringMatching(/WARN|ERROR|FAIL/)]);
    expect(said.match(/ passed for resource /g)).toHaveLength(
      manifestsOf(folder).filter(({ apiVersion }) => apiVersion !== 'monitoring.coreos.com/v1').length,
    );
  });

  it('refuses a field that is misspelled', () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-manifest-'));
    const file = join(folder, 'deployment.yaml');
    const right = readFileSync('deploy/kubernetes/production/deployment.yaml', 'utf8');
    writeFileSync(file, right.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'));
    const { status, said } = validate(version, [file]);
    rmSync(folder, { recursive: true });
    expect([status, said]).toEqual([1, expect.stringContaining('readOnlyRootFileSystem')]);
  });
});

it('docs/kubernetes.md names the oldest version', () => {
  expect(readFileSync('docs/kubernetes.md', 'utf8')).toContain(`Kubernetes ${VERSIONS[0]} or newer`);
});
