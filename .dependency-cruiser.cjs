/** The order of docs/architecture.md: an import may only point left. Folders of one entry do not import each other. */
const LAYERS = [
  ['common'],
  ['transparency'],
  ['config'],
  ['observability'],
  ['crypto'],
  ['database'],
  ['audit'],
  ['jobs'],
  ['tenants'],
  ['users'],
  ['auth'],
  ['tenant-scope'],
  ['api'],
  ['secrets', 'administration', 'audit-trail', 'keys'],
  ['health'],
  ['bootstrap'],
  ['app.module.ts', 'http-server.ts'],
  ['main.ts', 'healthcheck.ts', 'cli'],
];

const pattern = (names) => `^src/(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})(/|$)`;

const pointsRight = LAYERS.slice(0, -1).map((names, index) => ({
  name: `${names[0]}-points-left`,
  comment: 'An import may only point left in the order of docs/architecture.md',
  severity: 'error',
  from: { path: pattern(names) },
  to: { path: pattern(LAYERS.slice(index + 1).flat()) },
}));

const siblings = LAYERS.filter((names) => names.length > 1 && !names[0].endsWith('.ts')).map((names) => ({
  name: `${names[0]}-and-its-siblings`,
  comment: 'Features do not import each other',
  severity: 'error',
  from: { path: `^src/(${names.join('|')})/` },
  to: { path: pattern(names), pathNot: '^src/$1/' },
}));

module.exports = {
  forbidden: [
    ...pointsRight,
    ...siblings,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'known-layer',
      comment: 'A new folder takes its place in the order',
      severity: 'error',
      from: { path: '^src/', pathNot: pattern(LAYERS.flat()) },
      to: {},
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration is history: what it imports must never change under it',
      severity: 'error',
      from: { path: '^src/database/migrations/', pathNot: '-baseline\\.ts$' },
      to: { path: '^src/', pathNot: '^src/database/migrations/' },
    },
    {
      name: 'baseline-runs-the-schema',
      comment:
        'Until the first release the baseline runs the files of the schema; then their text is frozen in it',
      severity: 'error',
      from: { path: '^src/database/migrations/.*-baseline\\.ts$' },
      to: { path: '^src/', pathNot: '^src/database/(migrations|schema)/' },
    },
    {
      name: 'no-development-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'not-to-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
