/**
 * Hides the packages whose names match MISSING_PACKAGES, as if npm had not installed them. Loaded by `--import`.
 */
import Module from 'node:module';

const missing = new RegExp(process.env.MISSING_PACKAGES ?? '^$');
const resolve = Module._resolveFilename;

Module._resolveFilename = (request, ...rest) => {
  if (!missing.test(request)) return resolve(request, ...rest);
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' });
};
