import { availableParallelism } from 'node:os';
import { swcOptions } from './bin/builder/swc-options.js';

/** Native ES modules, compiled as the program is; nothing of node_modules is transformed. */
const swc = { ...swcOptions, sourceMaps: 'inline' };

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testRegex: '\\.(e2e-)?spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  // By default one less than there are processors: on two, one file after the other, with half of the machine idle.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Ends what hangs. No test comes near it, so that a slow machine fails none.
  testTimeout: 240_000,
};
