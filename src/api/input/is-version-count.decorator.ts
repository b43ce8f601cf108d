import { ValidateBy } from 'class-validator';
import { isVersionCount, MOST_VERSIONS } from '../../common/version-count.js';

/** Requires a number of versions to keep. */
export function IsVersionCount(): PropertyDecorator {
  return ValidateBy({
    name: 'isVersionCount',
    validator: {
      validate: isVersionCount,
      defaultMessage: (failed) =>
        `\`${failed?.property ?? ''}\` must be a whole number from 1 to ${MOST_VERSIONS}`,
    },
  });
}
