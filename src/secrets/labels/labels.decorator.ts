import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import {
  LABEL_NAME_PATTERN,
  labelsProblem,
  LONGEST_LABEL_NAME,
  LONGEST_LABEL_VALUE,
  MOST_LABEL_BYTES,
  MOST_LABELS,
} from './labels.js';

/** Describes the labels of a secret in the OpenAPI document. */
export const LABELS_SCHEMA = {
  type: 'object' as const,
  maxProperties: MOST_LABELS,
  propertyNames: { pattern: LABEL_NAME_PATTERN, maxLength: LONGEST_LABEL_NAME },
  additionalProperties: {
    type: 'string' as const,
    maxLength: LONGEST_LABEL_VALUE,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
  },
};

/** Declares the field of a body with labels. Null is none at all. */
export function LabelsField(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      ...{ ...LABELS_SCHEMA, selfRequired: false, nullable: true },
      description:
        `Up to ${MOST_LABELS} texts by name, together at most ${MOST_LABEL_BYTES} bytes of JSON, that lists and searches ` +
        'find the secret by; never sealed. They replace all that are there; `{}` or null takes them away',
    }),
    ValidateIf((_body, value) => value !== undefined && value !== null),
    ValidateBy({
      name: 'areLabels',
      validator: {
        validate: (value: unknown) => labelsProblem(value) === undefined,
        defaultMessage: (failed) => `\`labels\` ${labelsProblem(failed?.value) ?? 'is not valid'}`,
      },
    }),
  );
}
