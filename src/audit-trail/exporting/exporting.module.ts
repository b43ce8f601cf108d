import { Module } from '@nestjs/common';
import { ReadingModule } from '../reading/reading.module.js';
import { TreesModule } from '../trees/trees.module.js';
import { AuditExportController } from './audit-export.controller.js';
import { AuditExport } from './audit-export.service.js';
import { ExportAnswers } from './export-answers.js';
import { LogLines } from './log-lines.js';
import { TableLines } from './table-lines.js';

/** Exports the audit trail. */
@Module({
  imports: [ReadingModule, TreesModule],
  controllers: [AuditExportController],
  providers: [AuditExport, ExportAnswers, LogLines, TableLines],
})
export class ExportingModule {}
