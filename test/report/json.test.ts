import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { auditToJson } from '../../src/report/audit-json.js';
import { reviewToJson } from '../../src/report/json.js';
import { applied, audit, byCall, direct, patch, review, whole, worded } from './reviews.js';

function schema(name: string): AnySchemaObject {
  const file = new URL(`../../docs/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject;
}

/** The schema lets fields be added; what we print today must all be in it. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, closed(inner)] as const);
  const isObject = (value as { type?: unknown }).type === 'object';
  return Object.fromEntries(isObject ? [...entries, ['additionalProperties', false]] : entries);
}

function validator(name: 'review' | 'audit') {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addSchema(closed(schema('review')) as AnySchemaObject);
  const validate =
    name === 'review'
      ? ajv.getSchema('urn:recto:review:1')!
      : ajv.compile(closed(schema('audit')) as AnySchemaObject);
  return (data: unknown) => {
    void validate(JSON.parse(JSON.stringify(data)));
    return validate.errors ?? [];
  };
}

const printed = (data: object) => JSON.stringify(data, null, 2) + '\n';

const series = review({
  patches: [
    applied(patch(1, 'mm/print: print what was swapped out')),
    applied(patch(2, 'mm/fold: fold'), 'partial', [
      whole,
      { ...whole, status: 'failed', reason: 'no such line' },
    ]),
  ],
  findings: [worded({ ...byCall, resolvedBy: 2 }), worded(direct)],
  resolved: [worded({ ...byCall, in: 'staple_page', because: null, patch: 2 })],
  notes: ['patch 3 of 3 is not in the input'],
});

describe('a review as JSON', () => {
  it('has the fields that others rely on', async () => {
    await expect(printed(reviewToJson(series))).toMatchFileSnapshot('./golden/series.json.out');
  });

  it('is what the schema says, and the schema knows every field', () => {
    const errors = validator('review');
    expect(errors(reviewToJson(series))).toEqual([]);
    expect(errors(reviewToJson(review({ base: null })))).toEqual([]);
    expect(errors({ ...reviewToJson(series), version: 2 })).not.toEqual([]);
    expect(errors({ ...reviewToJson(series), extra: 1 })).not.toEqual([]);
  });
});

describe('an audit as JSON', () => {
  it('is what its schema says, with and without the coverage', async () => {
    const errors = validator('audit');
    expect(errors(auditToJson(audit, true))).toEqual([]);
    expect(errors(auditToJson(audit, false))).toEqual([]);
    expect(errors({ ...auditToJson(audit, false), tree: null })).not.toEqual([]);
    await expect(printed(auditToJson(audit, true))).toMatchFileSnapshot('./golden/audit.json.out');
  });
});
