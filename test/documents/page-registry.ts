/** Names the test that runs the blocks of a page, and the languages of the blocks that it runs. */
export interface PageTest {
  readonly spec: string;
  readonly languages: readonly string[];
}

/**
 * Lists the pages with blocks that `npm test` runs. Each test calls `runPage` with the name, except that of clients.md.
 */
export const PAGE_TESTS: Readonly<Record<string, PageTest>> = {
  'README.md': { spec: 'test/process/pages.spec.ts', languages: ['shell'] },
  'docs/tutorial.md': { spec: 'test/process/pages.spec.ts', languages: ['shell'] },
  'docs/cookbook/curl.md': { spec: 'test/e2e/cookbook.e2e-spec.ts', languages: ['shell'] },
  'docs/cookbook/typescript.md': { spec: 'test/e2e/cookbook.e2e-spec.ts', languages: ['ts'] },
  'docs/bulk.md': { spec: 'test/e2e/bulk-page.e2e-spec.ts', languages: ['shell'] },
  'docs/compare-and-set.md': { spec: 'test/e2e/compare-and-set.e2e-spec.ts', languages: ['shell'] },
  'docs/move-and-copy.md': { spec: 'test/e2e/move-and-copy.e2e-spec.ts', languages: ['shell'] },
  'docs/trash.md': { spec: 'test/e2e/trash-page.e2e-spec.ts', languages: ['shell'] },
  'docs/versions.md': { spec: 'test/e2e/versions-page.e2e-spec.ts', languages: ['shell'] },
  'docs/last-reads.md': { spec: 'test/e2e/last-reads-page.e2e-spec.ts', languages: ['shell'] },
  'docs/expiry.md': { spec: 'test/e2e/expiry-and-labels-pages.e2e-spec.ts', languages: ['shell'] },
  'docs/labels.md': { spec: 'test/e2e/expiry-and-labels-pages.e2e-spec.ts', languages: ['shell'] },
  'docs/change-feed.md': { spec: 'test/e2e/change-feed-page.e2e-spec.ts', languages: ['shell'] },
  'docs/audit-format.md': { spec: 'test/process/audit-format-page.spec.ts', languages: ['shell'] },
  'docs/audit.md': { spec: 'test/process/audit-page.spec.ts', languages: ['shell'] },
  'docs/team.md': { spec: 'test/process/pages.spec.ts', languages: ['shell'] },
  'docs/kubernetes.md': { spec: 'test/process/kubernetes.spec.ts', languages: ['shell'] },
  'docs/operations/event-growth.md': { spec: 'test/process/deployment.spec.ts', languages: ['shell'] },
  'docs/deployment.md': { spec: 'test/process/deployment.spec.ts', languages: ['shell'] },
  'docs/configuration.md': { spec: 'test/process/pages.spec.ts', languages: ['sh'] },
  'docs/clients.md': {
    spec: 'test/e2e/client-examples.e2e-spec.ts',
    languages: ['shell', 'js', 'yaml', 'hcl'],
  },
};
