import type { SourceFile } from './kernel.js';

export function indentOf(line: string): string {
  return /^\t*/.exec(line)![0];
}

/**
 * The line on which the statement that begins on a line ends: with its semicolon, or its opening brace. Null where
 * that cannot be seen.
 */
export function statementEnd(code: readonly string[], at: number): number | null {
  let depth = 0;
  for (let line = at; line < Math.min(code.length, at + 12); line++) {
    for (const char of code[line]!) {
      if (char === '(') depth++;
      else if (char === ')') depth--;
    }
    if (depth === 0 && /[;{}]\s*$/.test(code[line]!)) return line;
    // `if (...)` without braces: the head alone.
    if (depth === 0 && /^\s*(?:if|while|for)\b/.test(code[at]!) && /\)\s*$/.test(code[line]!)) return line;
  }
  return null;
}

/** The line that ends the block whose statements have that indent, looked for from a line of it on. */
export function blockEnd(code: readonly string[], at: number, indent: string): number | null {
  for (let line = at; line < code.length; line++) {
    const text = code[line]!;
    if (text.trim() === '' || /^\s*\w+:/.test(text)) continue;
    const depth = indentOf(text).length;
    if (depth < indent.length)
      return text.trim().startsWith('}') || /^\t*(?:case|default)\b/.test(text) ? line : null;
  }
  return null;
}

/** Does control leave the block by the statement that begins here? */
export function leaves(line: string): boolean {
  return /^\s*(?:return\b|goto\b|break;|continue;)/.test(line);
}

const DECLARATION =
  /^\t+(?:const |static |unsigned |signed |volatile )*(?:struct \w+|enum \w+|union \w+|int|long|bool|char|short|void|unsigned|size_t|ssize_t|loff_t|sector_t|pgoff_t|gfp_t|u8|u16|u32|u64|s64|swp_entry_t|vm_fault_t|pte_t|pmd_t|spinlock_t|blk_status_t|block_t|nid_t|\w+_t)\b[\s\w*,=]/;

/** The first line from `at` on that is no declaration, nor a part or the empty line behind it. */
export function afterDeclarations(file: SourceFile, at: number): number {
  const { code, lines } = file;
  let line = at;
  let any = false;
  for (;;) {
    let next = line;
    while (lines[next]!.trim() === '' || (code[next]!.trim() === '' && !lines[next]!.startsWith('#'))) next++;
    if (/^\t+(?:DECLARE_|DEFINE_|LIST_HEAD\(|XA_STATE)/.test(code[next]!) || DECLARATION.test(code[next]!)) {
      const end = declarationEnd(code, next);
      if (end === null) return any ? line : at;
      line = end + 1;
      any = true;
      continue;
    }
    return any ? next : at;
  }
}

function declarationEnd(code: readonly string[], at: number): number | null {
  for (let line = at; line < Math.min(code.length, at + 12); line++) {
    if (/;\s*$/.test(code[line]!)) return line;
  }
  return null;
}
