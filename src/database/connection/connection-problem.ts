import { StartupError } from '../../common/startup-error.js';
import { driverErrorOf } from './driver-error.js';

/**
 * Returns an error that explains in one line why the first connection failed, and names the variable to check. The
 * driver's own message is left out, since it may contain the URL.
 */
export function connectionProblem(error: unknown, variable: string): unknown {
  if (error instanceof StartupError) return error;
  const { code = '', message = '' } = driverErrorOf(error) ?? {};
  if (code.startsWith('28')) return new StartupError(`${variable}: the server refuses the login (${code})`);
  if (code === '' && message.startsWith('SASL'))
    return new StartupError(`${variable}: the server asks for a password, and the URL holds none`);
  if (code === '3D000') return new StartupError(`${variable}: the database does not exist`);
  if (code === '22023')
    return new StartupError(`${variable}: the role of the service does not exist; migrate first`);
  return new StartupError(`${variable}: cannot connect to PostgreSQL (${code === '' ? 'no answer' : code})`);
}
