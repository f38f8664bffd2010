import { describe, expect, it } from 'vitest';
import { reviewOnTree } from '../../bench/accuracy/lists/on-tree.js';
import type { RealFinding } from '../../bench/accuracy/lists/findings.js';
import { readSeries } from '../../src/mail/read.js';
import type { Series } from '../../src/mail/series.js';
import { NO_STORE, rules, treeOf } from '../analysis/kernel.js';

const LOOKUP = (name: string): string => `void ${name}(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
	folio_put(folio);
}
`;
const tree = treeOf({ 'mm/a.c': LOOKUP('a'), 'mm/b.c': LOOKUP('b') });

async function patch(file: string, name: string, before: string, line: string): Promise<Series> {
  const mail = `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: A <a@example.org>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Subject: [PATCH] mm: change ${name}
Message-ID: <${name}@example.org>

Change it.
---
diff --git a/${file} b/${file}
--- a/${file}
+++ b/${file}
@@ -4,5 +4,6 @@ void ${before}(struct address_space *mapping)
 
 	if (IS_ERR(folio))
 		return;
+	${line}
 	folio_put(folio);
 }
-- 
2.39.5

`;
  const [series] = await readSeries([{ name: 'list.mbox', bytes: Buffer.from(mail) }]);
  return series!;
}

describe('real patches on a tree', () => {
  it('are reviewed where they apply, and what is found is told of the patch that does it', async () => {
    const all = await Promise.all([
      patch('mm/a.c', 'one', 'a', '__folio_set_checked(folio);'),
      patch('mm/b.c', 'two', 'b', 'folio_set_referenced(folio);'),
      patch('mm/gone.c', 'three', 'c', '__folio_set_checked(folio);'),
    ]);
    const found: RealFinding[] = [];
    const result = await reviewOnTree(
      all,
      tree,
      rules,
      NO_STORE,
      () => true,
      (finding) => found.push(finding),
    );
    expect(result).toEqual({
      applied: 2,
      concerned: 2,
      reviewed: 2,
      fitting: 2,
      findings: 1,
      failures: [],
    });
    expect(found.map(({ patch: { messageId }, finding }) => `${messageId ?? ''}: ${finding.update}`)).toEqual(
      ['one@example.org: __folio_set_checked'],
    );
  });

  it('are left when there is no more time', async () => {
    const all = await Promise.all([patch('mm/a.c', 'one', 'a', '__folio_set_checked(folio);')]);
    const again = [...all, ...all];
    const result = await reviewOnTree(
      again,
      tree,
      rules,
      NO_STORE,
      () => false,
      () => undefined,
    );
    expect(result).toMatchObject({ reviewed: 1, fitting: 2 });
  });
});
