import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../src/lists/policy/policy.js';
import { readPolicy } from '../../src/lists/policy/read.js';

/** The least that a policy must say. */
const LEAST = `
identity: { name: Recto, address: recto@example.net }
tree: /linux
sources: [{ name: list, mbox: list.mbox, list: linux-mm@example.org }]
`;

/** A policy with the least that it must say, and these lines. */
export function policyFrom(lines: string): Policy {
  return readText(LEAST + lines);
}

/** What is read from a policy file with this text. */
export function readText(text: string): Policy {
  const folder = mkdtempSync(join(tmpdir(), 'recto-policy-'));
  try {
    const file = join(folder, 'recto.yml');
    writeFileSync(file, text);
    return readPolicy(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
