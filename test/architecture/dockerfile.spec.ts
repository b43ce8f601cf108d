import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFileSync(path, 'utf8');
const dockerfile = read('Dockerfile');

describe('Dockerfile', () => {
  it('runs on Node 24 and not as root, which it says by a number for `runAsNonRoot` of Kubernetes', () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    for (const stage of stages) expect(stage).toMatch(/^node:24-/);
    expect(stages.at(-1)).toMatch(/^USER [1-9]\d*$/m);
  });

  it('is healthy while the process runs, so that nothing restarts it because of its database', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK [^\n]*\\\n.*"\/app\/dist\/src\/healthcheck\.js"/m);
    expect(read('src/healthcheck.ts')).toContain('/health/live');
  });

  it('makes what it copies into the last stage readable, whatever the umask of the checkout', () => {
    const [build = '', ...stages] = dockerfile.split(/^FROM /m).slice(1);
    expect(build).toMatch(/^RUN npm run build && chmod -R a\+rX dist$/m);
    const copies = [...(stages.at(-1) ?? '').matchAll(/^COPY .*$/gm)].map(([line]) => line);
    for (const line of copies) expect(line).toMatch(/^COPY --(from=|chmod=0644 )/);
    expect(copies).toHaveLength(3);
  });

  it('copies what is there and what .dockerignore lets in', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--chmod=\S+ )?(.+) \S+$/gm)].flatMap(
      ([, files = '']) => files.split(' '),
    );
    for (const file of copied)
      expect([statSync(file).size > 0, allowed]).toEqual([true, expect.arrayContaining([file])]);
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});
