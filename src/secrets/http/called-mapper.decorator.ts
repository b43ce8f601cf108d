import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { calledVersion, type ApiVersion } from '../../api/http/api-version.decorator.js';
import type { SecretMapper } from './secret-mapper.js';
import { secretV3Mapper } from './secret-v3.mapper.js';
import { secretV31Mapper } from './secret-v31.mapper.js';

const MAPPERS: Readonly<Record<ApiVersion, SecretMapper>> = { v3: secretV3Mapper, 'v3.1': secretV31Mapper };

/** Returns the mapper of the version that was called. */
export function calledMapper(context: ExecutionContext): SecretMapper {
  return MAPPERS[calledVersion(context)];
}

/** Hands a handler that mapper. */
export const CalledMapper = createParamDecorator(
  (_data: undefined, context: ExecutionContext): SecretMapper => calledMapper(context),
);
