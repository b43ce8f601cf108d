import { once } from 'node:events';
import { readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BuildError } from '../../../bin/builder/build-error.js';
import { ensureBuilt } from '../../../bin/builder/ensure-built.js';
import { SmallProject } from './small-project.js';
import { until } from '../../support/until.js';

describe('ensureBuilt', () => {
  let project: SmallProject;
  beforeEach(() => {
    project = new SmallProject();
  });
  afterEach(() => project.remove());

  const build = () => ensureBuilt({ root: project.root });
  /** Returns what lies in the folder, with the times of change, which a build would alter. */
  const snapshot = () =>
    ['.', ...readdirSync(project.root, { recursive: true, encoding: 'utf8' }).sort()].map((path) => [
      path,
      statSync(join(project.root, path)).mtimeMs,
    ]);

  it('compiles TypeScript with a source map, and copies the rest', async () => {
    expect(await build()).toBe(true);
    const built = (await import(pathToFileURL(join(project.dist, 'src/main.js')).href)) as { answer: number };
    expect(built.answer).toBe(42);
    expect(project.read('dist/src/main.js')).toMatch(/\n\/\/# sourceMappingURL=main\.js\.map\n$/);
    const { sources } = JSON.parse(project.read('dist/src/main.js.map')) as { sources: string[] };
    expect(sources.map((path) => join(project.dist, 'src', path))).toEqual([
      join(project.root, 'src/main.ts'),
    ]);
    expect(project.read('dist/src/schema/table.sql')).toBe('SELECT 1;\n');
  });

  it('keeps the types of the parameters of constructors, which Nest injects by', async () => {
    project.write(
      'src/main.ts',
      `const Injectable = (): ClassDecorator => () => undefined;
       export class Store {}
       @Injectable() export class Service { constructor(readonly store: Store) {} }\n`,
    );
    await build();
    expect(project.read('dist/src/main.js')).toMatch(/_ts_metadata\("design:paramtypes", \[\s*typeof Store/);
  });

  it('writes nothing while the contents are the same, even if files were touched', async () => {
    await build();
    utimesSync(join(project.root, 'src/main.ts'), new Date(), new Date());
    const before = snapshot();
    expect(await build()).toBe(false);
    expect(snapshot()).toEqual(before);
  });

  it.each([
    ['a source', 'src/main.ts', 'export const answer = 43;\n'],
    ['a file that is copied', 'src/schema/table.sql', 'SELECT 2;\n'],
    ['a new source', 'src/more.ts', 'export {};\n'],
    ['the builder', 'bin/builder/swc-options.js', 'export const swcOptions = {};\n'],
  ])('builds again when %s has changed', async (_what, path, content) => {
    await build();
    project.write(path, content);
    expect(await build()).toBe(true);
    expect(await build()).toBe(false);
  });

  it('leaves nothing of a source that is gone', async () => {
    project.write('src/old.ts', 'export {};\n');
    await build();
    rmSync(join(project.root, 'src/old.ts'));
    expect(await build()).toBe(true);
    expect(readdirSync(join(project.dist, 'src'))).toEqual(['main.js', 'main.js.map', 'schema']);
  });

  it.each([
    ['lacks a file', () => rmSync(join(project.dist, 'src/main.js'))],
    ['has a file that was cut off', () => truncateSync(join(project.dist, 'src/main.js'))],
    ['has no record', () => rmSync(join(project.dist, '.build.json'))],
    ['has a record that was cut off', () => truncateSync(join(project.dist, '.build.json'), 20)],
  ])('builds again when the build %s', async (_what, damage) => {
    await build();
    damage();
    expect(await build()).toBe(true);
    expect(project.read('dist/src/main.js')).toContain('42');
  });

  it('does not take an interrupted build for whole', async () => {
    for (let file = 0; file < 800; file += 1)
      project.write(`src/many/file-${file}.ts`, `export const number${file}: number = ${file};\n`);
    const child = project.start();
    await until(() => project.has('dist.draft/src') || child.exitCode !== null, 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([project.has('dist'), project.has('dist.lock')]).toEqual([false, true]);
    expect(await build()).toBe(true);
    expect(readdirSync(join(project.dist, 'src/many'))).toHaveLength(1_600);
    expect(readdirSync(project.root).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });

  it('builds once when several start together', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => project.buildApart()));
    expect(results.sort()).toEqual(['false', 'false', 'false', 'true']);
    expect(await build()).toBe(false);
  });

  it('starts from a tree that holds only what was built', async () => {
    await build();
    for (const path of ['src', 'nest-cli.json', 'tsconfig.build.json'])
      rmSync(join(project.root, path), { recursive: true });
    expect(await build()).toBe(false);
    rmSync(project.dist, { recursive: true });
    await expect(build()).rejects.toThrow(BuildError);
  });

  it('names the source that is wrong, keeps the former build, and lets go of the lock', async () => {
    await build();
    project.write('src/main.ts', 'export const = ;\n');
    for (let attempt = 0; attempt < 2; attempt += 1)
      await expect(build()).rejects.toThrow(/^src\/main\.ts cannot be compiled:\n/);
    expect(project.read('dist/src/main.js')).toContain('42');
  });

  it('takes over the lock of a process that has ended, and waits for that of one that runs', async () => {
    const other = project.start();
    await once(other, 'exit');
    await build();
    project.write('src/main.ts', 'export const answer = 44;\n');
    writeFileSync(`${project.dist}.lock`, `${hostname()} ${other.pid}\n`);
    expect(await build()).toBe(true);

    project.write('src/main.ts', 'export const answer = 45;\n');
    writeFileSync(`${project.dist}.lock`, `${hostname()} ${process.ppid}\n`);
    const waiting = build();
    expect(await Promise.race([waiting, sleep(300, 'waits')])).toBe('waits');
    rmSync(`${project.dist}.lock`);
    expect(await waiting).toBe(true);
  });
});
