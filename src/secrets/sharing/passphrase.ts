import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters } from '../../common/errors.js';

export const PASSPHRASE_HEADER = 'X-Export-Passphrase';

const SHORTEST = 8;
const LONGEST = 1_024;

/** Returns the passphrase of the header, as UTF-8; undefined where there is none. */
export const HeaderPassphrase = createParamDecorator(
  (_: undefined, context: ExecutionContext): string | undefined => {
    const { headersDistinct } = context.switchToHttp().getRequest<FastifyRequest>().raw;
    const given = headersDistinct[PASSPHRASE_HEADER.toLowerCase()];
    if (given === undefined) return undefined;
    const [text = '', ...more] = given;
    if (more.length > 0) throw new BadParameters(`${PASSPHRASE_HEADER} may be given only once`);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'latin1'));
    } catch {
      throw new BadParameters(`${PASSPHRASE_HEADER} is not UTF-8`);
    }
  },
);

/**
 * Returns the one passphrase of a request.
 * @param elsewhere what was given as `name`, for clients that do not know the header
 * @throws BadParameters when both are given and differ, or it is empty or too long
 */
export function onePassphrase(
  name: string,
  elsewhere: string | undefined,
  header: string | undefined,
): string | undefined {
  if (elsewhere !== undefined && header !== undefined && elsewhere !== header)
    throw new BadParameters(`${PASSPHRASE_HEADER} and \`${name}\` differ: give one of them`);
  const passphrase = header ?? elsewhere;
  if (passphrase === '') throw new BadParameters('The passphrase is empty: leave it out, or give one');
  if (passphrase !== undefined && passphrase.length > LONGEST)
    throw new BadParameters(`The passphrase is longer than ${LONGEST} characters`);
  return passphrase;
}

/** @throws BadParameters for one that is easily guessed: the derivation of keys is the same for everybody */
export function requireStrength(passphrase: string | undefined): void {
  if (passphrase !== undefined && Array.from(passphrase).length < SHORTEST) throw passphraseTooShort();
}

export function passphraseTooShort(): BadParameters {
  return new BadParameters(`The passphrase must be at least ${SHORTEST} characters long`);
}
