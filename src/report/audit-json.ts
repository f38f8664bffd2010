import type { Audit } from '../review/audit.js';
import { JSON_VERSION, evidenceToJson } from './json.js';

/** An audit as JSON, in the form of docs/audit.schema.json; with `verbose`, what the analysis saw and did not see. */
export function auditToJson(audit: Audit, verbose: boolean): object {
  return {
    version: JSON_VERSION,
    tree: audit.tree,
    findings: audit.findings.map((finding) => ({
      rule: finding.rule,
      title: finding.title,
      link: finding.link,
      severity: finding.severity,
      confidence: finding.confidence,
      ...evidenceToJson(finding),
    })),
    notes: audit.notes,
    ...(verbose ? { coverage: audit.coverage } : {}),
  };
}
