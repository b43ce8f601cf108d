import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { StartOutput, step } from '../../../src/bootstrap/start-output.js';
import type { Configuration } from '../../../src/config/configuration.js';
import { createLogger } from '../../../src/observability/logger.js';
import { until } from '../../support/until.js';

type Mode = Configuration['nodeEnv'];

function outputOf(nodeEnv: Mode, isTTY: boolean) {
  const [terminal, log]: [string[], string[]] = [[], []];
  const logger = createLogger('info', { write: (line) => void log.push(line) });
  const write = (text: string | Uint8Array): boolean => terminal.push(String(text)) > 0;
  const output = new StartOutput(logger, { nodeEnv }, { isTTY, write });
  const logged = () => log.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { output, terminal, logged };
}

describe('StartOutput', () => {
  it('writes everything as text to a terminal', () => {
    const { output, terminal, logged } = outputOf('development', true);
    output.say('starting');
    output.show('It listens', 'listens');
    expect(terminal).toEqual(['starting\n', 'It listens\n']);
    expect(logged()).toEqual([]);
  });

  it('writes only what a person needs as text where there is no terminal', () => {
    const { output, terminal, logged } = outputOf('development', false);
    output.say('starting');
    output.show('It listens', 'listens');
    expect(terminal).toEqual(['It listens\n']);
    expect(logged()).toEqual([expect.objectContaining({ level: 'info', msg: 'starting' })]);
  });

  it.each([true, false])('writes lines of the log only in production (terminal: %s)', (isTTY) => {
    const { output, terminal, logged } = outputOf('production', isTTY);
    output.say('starting');
    output.show('It listens', 'listens');
    output.show('Try it');
    expect(terminal).toEqual([]);
    expect(logged().map(({ msg }) => msg)).toEqual(['starting', 'listens']);
  });
});

describe('step', () => {
  it('says what takes long, and returns its result', async () => {
    const said: string[] = [];
    const untilSaid = async (): Promise<string> => {
      await until(() => said.length > 0);
      return 'done';
    };
    expect(await step((line) => said.push(line), 'migrating', untilSaid)).toBe('done');
    expect(said).toEqual(['migrating …']);
  });

  it('says nothing of what is quick, even if it fails', async () => {
    const said: string[] = [];
    const failing = () => Promise.reject(new Error('no'));
    await expect(step((line) => said.push(line), 'connecting', failing)).rejects.toThrow('no');
    await sleep(1_200);
    expect(said).toEqual([]);
  });
});
