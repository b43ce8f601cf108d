import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import { BadParameters } from '../../../common/errors.js';
import {
  LABEL_FILTER_TEXT,
  LABEL_FILTER_TEXTS,
  labelFiltersProblem,
  labelPairOf,
} from '../../labels/label-filter.js';
import type { Labels } from '../../labels/labels.js';

/** Declares the field of a body that selects by a label or by several, all of which a secret must have. */
export function LabelSelection(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ oneOf: [LABEL_FILTER_TEXT, { ...LABEL_FILTER_TEXTS, minItems: 1 }], required: false },
      description:
        'A label of the secrets, as `name=value`, or several, all of which they have; needs `secret_list` too. Either this, ' +
        '`keys` or `prefix`',
    }),
    ValidateIf((_body, value) => value !== undefined),
    ValidateBy({
      name: 'isLabelSelection',
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (failed) => `\`label\` ${problemOf(failed?.value) ?? 'is not valid'}`,
      },
    }),
  );
}

function problemOf(label: unknown): string | undefined {
  const texts: readonly unknown[] = Array.isArray(label) ? label : [label];
  return isTexts(texts)
    ? labelFiltersProblem(texts)
    : 'must be a name, `=` and a value, such as `env=prod`, or an array of at least one of these';
}

function isTexts(texts: readonly unknown[]): texts is readonly string[] {
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}

/**
 * Returns the labels that a selection stands for. A secret has one value for each name.
 * @throws BadParameters for two values of a name
 */
export function labelsOf(label: string | readonly string[]): Labels {
  const labels = new Map<string, string>();
  for (const text of typeof label === 'string' ? [label] : label) {
    const [name, value] = labelPairOf(text);
    if ((labels.get(name) ?? value) !== value)
      throw new BadParameters(
        `\`label\` asks for two values of \`${name}\`, and a secret has one; read each in a request of its own`,
      );
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}
