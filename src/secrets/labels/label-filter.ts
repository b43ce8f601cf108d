import { applyDecorators } from '@nestjs/common';
import { IsOptional, ValidateBy } from 'class-validator';
import { Repeatable } from '../../api/input/repeatable.decorator.js';
import type { LabelPair } from './label-rule.js';
import { labelNameProblem, labelValueProblem } from './labels.js';

/** Limits the labels that a list is filtered by. */
const MOST_FILTERS = 16;

/** Returns the label that a filter such as `env=prod` stands for. The first `=` ends the name. */
export function labelPairOf(text: string): LabelPair {
  const end = text.indexOf('=');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

/** Returns why texts cannot be the labels that a selection asks for, or undefined where they can. */
export function labelFiltersProblem(texts: readonly string[]): string | undefined {
  if (texts.length > MOST_FILTERS) return `can be given at most ${MOST_FILTERS} times; ${texts.length} came`;
  for (const text of texts) {
    if (!text.includes('=')) return 'must be a name, `=` and a value, such as `env=prod`';
    const [name, value] = labelPairOf(text);
    const ofName = labelNameProblem(name);
    if (ofName !== undefined) return `has a name that is not valid: the name ${ofName}`;
    const ofValue = labelValueProblem(value);
    if (ofValue !== undefined) return `has a value that is not valid: \`${name}\` ${ofValue}`;
  }
  return undefined;
}

/** Declares the query parameter that selects by labels, all of which a secret must have. */
export function LabelFilter(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    ValidateBy({
      name: 'areLabelFilters',
      validator: {
        validate: (texts: string[]) => labelFiltersProblem(texts) === undefined,
        defaultMessage: (failed) =>
          `\`_label\` ${labelFiltersProblem(failed?.value as string[]) ?? 'is not valid'}`,
      },
    }),
    Repeatable(),
  );
}

/** Describes one such label in the OpenAPI document. */
export const LABEL_FILTER_TEXT = {
  type: 'string' as const,
  pattern: '^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?=[^\\u0000-\\u001f\\u007f-\\u009f]{0,255}$',
};

export const LABEL_FILTER_TEXTS = {
  type: 'array' as const,
  maxItems: MOST_FILTERS,
  items: LABEL_FILTER_TEXT,
};

/** Describes the parameter in the OpenAPI document. */
export const LABEL_FILTER = {
  name: '_label',
  in: 'query',
  required: false,
  description: 'Only secrets with this label, as `name=value`; may be repeated, then all of the labels',
  schema: LABEL_FILTER_TEXTS,
};
