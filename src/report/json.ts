import type { AppliedPatch } from '../review/applied.js';
import type { Finding } from '../review/finding.js';
import type { Review } from '../review/review.js';

/** Version of the JSON output. It changes when a field goes or changes its meaning, not when one is added. */
export const JSON_VERSION = 1;

/** A review as JSON, in the form of docs/review.schema.json. */
export function reviewToJson(review: Review): object {
  const { series, base } = review;
  return {
    version: JSON_VERSION,
    series: {
      subject: series.subject,
      version: series.version,
      messageId: series.messageId,
      date: series.date,
    },
    base: {
      tree: review.tree,
      commit: base?.commit ?? null,
      how: base?.how ?? (review.snapshot ? 'snapshot' : 'folder'),
      why: base?.why ?? null,
    },
    snapshot: review.snapshot,
    patches: review.patches.map(patchToJson),
    findings: review.findings.map(findingToJson),
    resolved: review.resolved.map(findingToJson),
    notes: review.notes,
  };
}

function patchToJson({ patch, status, files }: AppliedPatch): object {
  return {
    number: patch.number,
    subject: patch.subject,
    messageId: patch.messageId,
    applied: {
      status,
      files: files.map((file) => ({
        path: file.path,
        status: file.status,
        reason: file.reason,
        hunks: file.hunks.map(({ status, line, offset, fuzz, ignoredWhitespace, reason }) => ({
          status,
          line,
          offset,
          fuzz,
          ignoredWhitespace,
          reason,
        })),
      })),
    },
  };
}

function findingToJson(finding: Finding): object {
  return {
    rule: finding.rule,
    title: finding.title,
    link: finding.link,
    severity: finding.severity,
    confidence: finding.confidence,
    patch: finding.patch,
    resolvedBy: finding.resolvedBy,
    because: finding.because,
    ...evidenceToJson(finding),
  };
}

/** What is the same for a finding of a review and for one of an audit. */
export function evidenceToJson(finding: Finding): object {
  return {
    in: finding.in,
    updater: finding.updater,
    update: finding.update,
    atomic: finding.atomic,
    flag: finding.flag,
    word: finding.word,
    file: finding.file,
    line: finding.line,
    origins: finding.origins.map(({ ownership, referenced, from, file, line, visible, locked, path }) => ({
      ownership,
      referenced,
      from,
      file,
      line,
      visible,
      locked,
      path: path.map((step) => ({
        function: step.function,
        file: step.file,
        line: step.line,
        says: step.says,
      })),
    })),
    races: finding.races.map(({ update, flag, does, by, why, at, certain }) => ({
      update,
      flag,
      does,
      by,
      why,
      at: at.map(({ function: name, file, line }) => ({ function: name, file, line })),
      certain,
    })),
    callee: finding.callee,
    callers: finding.callers.map((caller) => ({
      function: caller.function,
      file: caller.file,
      line: caller.line,
      passes: caller.passes,
    })),
    id: finding.id,
    advice: finding.advice,
    message: finding.message,
  };
}
