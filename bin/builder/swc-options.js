/**
 * Holds how SWC turns TypeScript into ES modules that Node.js runs: types go, decorators and their metadata stay. The
 * tests are compiled with the same options, so they run what a user runs.
 */
export const swcOptions = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'es6' },
};
