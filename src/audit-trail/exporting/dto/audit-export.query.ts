import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { OneOf } from '../../../api/input/one-of.decorator.js';
import { BadParameters } from '../../../common/errors.js';
import { AuditConditionsQuery } from '../../reading/dto/audit-conditions.query.js';
import { EpochParameter } from '../../reading/dto/checkpoint-parameters.js';
import { LogsParameter, TenantNameParameter } from '../../reading/dto/logs.query.js';
import { momentOf } from '../../reading/moment.js';
import type { Since } from '../../trees/log-trees.repository.js';
import { readTreeSize } from '../../../transparency/tree/tree-size.js';
import type { ExportFormat } from '../recorded-export.js';

const FORMATS: readonly ExportFormat[] = ['jsonl', 'csv'];
const LONGEST_SINCE = 64;
const CONDITIONS = ['actor', 'key', 'action', 'outcome', 'from', 'until'] as const;

/** Declares the query parameters of an export of a log. */
export class AuditExportQuery extends AuditConditionsQuery {
  @ApiPropertyOptional({
    ...{ type: 'string', enum: FORMATS, default: 'jsonl' },
    description:
      'As `jsonl`, whole logs, which can be proved; as `csv`, a table of the events that fulfill the conditions',
  })
  @OneOf(FORMATS)
  format: ExportFormat = 'jsonl';

  @ApiPropertyOptional({
    ...{ type: String, maxLength: LONGEST_SINCE },
    description:
      'The size of a checkpoint that you kept, or a time by RFC 3339: the export begins at the last checkpoint up to it that ' +
      'is kept, and proves what comes after. With `jsonl` alone',
  })
  @IsOptional()
  @MaxLength(LONGEST_SINCE, { message: `\`since\` can be at most ${LONGEST_SINCE} characters long` })
  @IsString({ message: '`since` must be a string' })
  since?: string;

  @EpochParameter('The number at the end of the origin of that checkpoint; 1 if the origin has none')
  epoch?: number;
}

/** Declares the query parameters of an export of all logs. */
export class AllAuditExportQuery extends AuditExportQuery {
  @LogsParameter()
  log?: string;

  @TenantNameParameter()
  tenant_name?: string;
}

/**
 * Returns after which checkpoint an export begins; undefined for a whole one.
 * @param isOneLog false where the export is of several logs
 * @throws BadParameters for a checkpoint that is none, and for parameters of the other format
 */
export function toSince(query: AuditExportQuery, isOneLog: boolean): Since | undefined {
  const { since, epoch, format } = query;
  if (format === 'csv') {
    if (since === undefined && epoch === undefined) return undefined;
    throw new BadParameters('`since` and `epoch` go with `format=jsonl`; a table takes `from` and `until`');
  }
  const condition = CONDITIONS.find((name) => query[name] !== undefined);
  if (condition !== undefined)
    throw new BadParameters(
      `\`${condition}\` goes with \`format=csv\`: only a whole log can be proved, so \`jsonl\` takes \`since\` alone`,
    );
  if (since === undefined) {
    if (epoch === undefined) return undefined;
    throw new BadParameters('`epoch` goes with `since`: it says of which origin that checkpoint is');
  }
  return readTreeSize(since) === undefined ? sinceTime(since, epoch) : sinceSize(since, epoch, isOneLog);
}

function sinceTime(since: string, epoch: number | undefined): Since {
  if (epoch !== undefined)
    throw new BadParameters('`epoch` goes with a size as `since`; a time is the same for every epoch');
  if (!since.includes(':'))
    throw new BadParameters(
      '`since` must be the size of a checkpoint in decimal, or a time by RFC 3339, such as 2026-03-20T08:23:31Z',
    );
  return { time: momentOf('since', since) ?? since };
}

function sinceSize(since: string, epoch = 1, isOneLog: boolean): Since {
  if (!isOneLog)
    throw new BadParameters(
      'A size as `since` is that of one log: add `tenant_name` or `log=system`, or give a time as `since`',
    );
  return { epoch, size: Number(since) };
}
