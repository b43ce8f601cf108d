import { firstStartNotice } from '../bootstrap/startup-messages.js';
import { openInstallation as open, type Installation } from '../bootstrap/installation.js';
import { opened, requireConfiguration } from './opening.js';
import { slowStepsOf, type Terminal } from './terminal.js';

/**
 * Opens the installation as a start of the service does, and says what happens.
 * @throws CommandError where the installation cannot be opened
 */
export async function openInstallation(io: Terminal): Promise<Installation> {
  const opening = open(requireConfiguration(), (line) => io.error(line), slowStepsOf(io));
  const installation = await opened(opening);
  for (const line of firstStartNotice(installation)) io.error(line);
  return installation;
}
