import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Only src/config reads the environment; ask for the Configuration.',
};

const noRandom = { object: 'Math', property: 'random', message: 'Use node:crypto.' };

const CLOCKS =
  'The clock of the database decides; measure durations by performance.now(). See docs/adr/0033-clocks.md.';
const noClock = { object: 'Date', property: 'now', message: CLOCKS };
const noPresentTime = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: CLOCKS },
  { selector: "CallExpression[callee.name='Date']", message: CLOCKS },
];

export default defineConfig(
  { ignores: ['dist/', 'dist.*/', 'node_modules/', 'data/', 'coverage/', 'test/e2e/generated-client/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Nest's modules are classes with decorators and nothing else.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Classes that describe data have no methods, so an object of their shape is one of them.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      'no-console': 'error',
      'no-restricted-properties': ['error', noRandom, noEnvironment],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', noRandom, noEnvironment, noClock],
      'no-restricted-syntax': ['error', ...noPresentTime],
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 45, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 12],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@nestjs/common',
              importNames: ['Query'],
              message: 'Use src/api/input/query.decorator.ts, which validates.',
            },
            {
              name: '@nestjs/common',
              importNames: ['All', 'Delete', 'Patch', 'Post', 'Put'],
              message: 'Use src/api/routes/changes.ts, which refuses what would not be honored.',
            },
          ],
          patterns: [
            {
              group: ['@nestjs/*/*'],
              message: 'Nest publishes what its packages export; the rest may change in any release.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/api/input/query.decorator.ts', 'src/api/routes/changes.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['src/database/migrations/*.ts'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' } },
  // The one place that asks the clock of the machine, and says what the answer is good for.
  {
    files: ['src/common/clock.ts'],
    rules: { 'no-restricted-properties': ['error', noRandom, noEnvironment] },
  },
  {
    files: ['src/config/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', noRandom, noClock] },
  },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-properties': ['error', noRandom] } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
