import type { Type } from '@nestjs/common';
import type { Caller } from '../../common/tenant-context.js';
import type { Call } from '../commands/command-spec.js';
import { done, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';

/**
 * Makes a change by one service.
 * @param sentence says to people what was done
 * @param json says the same with `--json`
 */
export function changeBy<S>(
  service: Type<S>,
  io: Call['io'],
  sentence: string,
  json: object,
  make: (service: S, caller: Caller) => Promise<unknown>,
  hints: readonly string[] = [],
): Promise<Output> {
  return withServices(io, async (services, caller) => {
    await make(services.get(service), caller);
    return done(sentence, json, hints);
  });
}
