import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { reviewToSarif } from '../../src/report/sarif.js';
import type { Review } from '../../src/review/review.js';
import { applied, byCall, direct, patch, review, sameCall, worded } from './reviews.js';

/**
 * The published schema (OASIS, SARIF 2.1.0 with errata 01, sarif-2.1/schema/ of github.com/oasis-tcs/sarif-spec). It
 * says that it is draft 4; all that it uses, its id aside, is the same in draft 7.
 */
function validator() {
  const file = new URL('./sarif-schema-2.1.0.json', import.meta.url);
  const { id, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as { readonly id: string };
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('uri-reference', /^(?:[\w.~!$&'()*+,;=:@/?#-]|%[0-9a-f]{2})*$/i);
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  const validate = ajv.compile({ ...schema, $id: id, $schema: 'http://json-schema.org/draft-07/schema#' });
  return (data: unknown) => {
    void validate(JSON.parse(JSON.stringify(data)));
    return validate.errors ?? [];
  };
}

const errors = validator();

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly {
      readonly toolExecutionNotifications?: readonly { level: string; message: { text: string } }[];
    }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { uri: string; uriBaseId: string } };
      }[];
      readonly codeFlows: readonly {
        readonly threadFlows: readonly { readonly locations: readonly unknown[] }[];
      }[];
    }[];
  }[];
}

const sarif = (made: Review) => reviewToSarif(made, '1.2.3') as Log;

describe('a review as SARIF', () => {
  const made = review({
    patches: [applied(patch(1, 'mm: x')), applied(patch(2, 'mm: y'), 'partial')],
    findings: [worded(byCall), worded(sameCall), worded({ ...direct, rule: direct.check.id, resolvedBy: 3 })],
    notes: ['patch 3 of 3 is not in the input'],
  });

  it('is valid by the published schema, and the schema would tell', () => {
    expect(errors(sarif(made))).toEqual([]);
    expect(errors(sarif(review()))).toEqual([]);
    expect(errors({ ...sarif(made), version: '2.0.0' })).not.toEqual([]);
    expect(errors({ ...sarif(made), runs: [{ results: [{}] }] })).not.toEqual([]);
  });

  it('has one result per call, with each way to the update as a code flow', () => {
    const [first, second] = sarif(made).runs[0]!.results;
    expect(first!.codeFlows).toHaveLength(byCall.origins.length);
    // Both updates of the call are at the end of each way.
    expect(first!.codeFlows[0]!.threadFlows[0]!.locations).toHaveLength(byCall.origins[0]!.path.length + 1);
    expect(first!.partialFingerprints).toEqual({ 'recto/v1': '0123456789ab+ba9876543210' });
    expect(first!.locations[0]!.physicalLocation.artifactLocation).toEqual({
      uri: 'mm/print.c',
      uriBaseId: 'SRCROOT',
    });
    expect([first!.level, second!.level]).toEqual(['error', 'note']);
    const { rules } = sarif(made).runs[0]!.tool.driver;
    expect(rules.map(({ id }) => id)).toEqual([byCall.rule, direct.check.id]);
    for (const result of sarif(made).runs[0]!.results)
      expect(rules[result.ruleIndex]!.id).toBe(result.ruleId);
  });

  it('is an empty run when there is nothing to report', () => {
    expect(sarif(review()).runs).toMatchObject([{ results: [] }]);
  });

  it('says what did not apply, and what else a reader should know', () => {
    const told = sarif(made).runs[0]!.invocations[0]!.toolExecutionNotifications!;
    expect(told.map(({ level }) => level)).toEqual(['warning', 'note']);
    expect(told[0]!.message.text).toContain('patch 2, mm: y: applied in part');
  });

  it('writes paths as relative references', () => {
    const odd = {
      ...byCall,
      origins: byCall.origins.map((origin) => ({ ...origin, file: 'http://a b/c?d#e%.c' })),
    };
    const log = sarif(review({ findings: [worded(odd)] }));
    const { uri } = log.runs[0]!.results[0]!.locations[0]!.physicalLocation.artifactLocation;
    expect(uri).toBe('http%3A//a%20b/c%3Fd%23e%25.c');
    expect(errors(log)).toEqual([]);
  });
});
