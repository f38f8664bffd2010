import type { HunkLine } from './locate.js';

/**
 * Gives added lines an indentation again, where a mail has lost its tabs: by the lines around them, which are
 * the tree's own. Lines that kept their tabs stay as they are. It is for reading only; C does not mind.
 */
export function reindent(mail: readonly string[], placed: readonly HunkLine[]): readonly HunkLine[] {
  const lostTabs =
    !mail.some((line) => line.includes('\t')) &&
    placed.some((line) => line.mark !== '+' && line.content.startsWith('\t'));
  if (!lostTabs) return placed;
  // Tabs that were expanded can be folded again; squeezed ones must be guessed.
  if (mail.some((line) => /^[ +-] {7}/.test(line))) {
    return placed.map((line) => (line.mark === '+' ? { ...line, content: foldBlanks(line.content) } : line));
  }
  const state: Indentation = { depth: null, unfinished: false, comment: false, onlyNext: 0 };
  return placed.map((line, i) => {
    let { content } = line;
    if (line.mark === '+') {
      const below = placed.slice(i, i + 20).find((l) => l.mark === ' ' && l.content.trim() !== '');
      content = indented(content.trim(), state, below?.content ?? '');
    }
    if (line.mark !== '-') follow(state, content);
    return { ...line, content };
  });
}

/** What the lines so far say about the next one. */
interface Indentation {
  /** Tabs in front of the statement that is open, or of the next one; null before the first line. */
  depth: number | null;
  /** The last line goes on: it ends in the middle of a statement. */
  unfinished: boolean;
  /** The last line is within a block comment. */
  comment: boolean;
  /** Braceless `if`s and loops whose one statement comes next. */
  onlyNext: number;
}

function indented(content: string, state: Indentation, below: string): string {
  if (content === '' || content.startsWith('#') || isLabel(content)) return content;
  if (state.depth === null) return /^\s*/.exec(below)![0] + content;
  if (state.comment) return `${'\t'.repeat(state.depth)} ${content}`;
  const extra = state.unfinished ? 2 : content.startsWith('}') ? -1 : 0;
  return '\t'.repeat(Math.max(state.depth + extra, 0)) + content;
}

/** Takes a line of the new text into account. */
function follow(state: Indentation, line: string): void {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || isLabel(text)) return;
  const starts = text.startsWith('/*') || (state.depth === null && text.startsWith('*'));
  if (state.comment || starts) {
    if (starts) state.depth = tabsOf(line);
    state.comment = !text.endsWith('*/');
    return;
  }
  if (!state.unfinished || state.depth === null) state.depth = tabsOf(line);
  if (text.endsWith('{') || /^(?:case\b.*|default):$/.test(text)) {
    state.depth++;
    state.unfinished = false;
    state.onlyNext = 0;
  } else if (opensStatement(text)) {
    state.depth++;
    state.unfinished = false;
    state.onlyNext++;
  } else if (/[;}]$/.test(text)) {
    state.depth -= state.onlyNext;
    state.unfinished = false;
    state.onlyNext = 0;
  } else state.unfinished = true;
}

/** True for `if (x)`, `else`, `for (..)` without a brace: one statement belongs to it. */
function opensStatement(text: string): boolean {
  return (
    /^(?:\} )?(?:if|for|while|else|do|[a-z_]*for_each[a-z_]*)\b/.test(text) &&
    /(?:\)|\belse|\bdo)$/.test(text)
  );
}

function isLabel(text: string): boolean {
  return /^[a-z_]\w*:$/.test(text) && text !== 'default:';
}

/** Tabs again for blanks; in a diff, the first tab is one column narrower. */
function foldBlanks(line: string): string {
  const blanks = /^ */.exec(line)![0].length;
  const tabs = Math.floor((blanks + 1) / 8);
  return '\t'.repeat(tabs) + ' '.repeat(Math.max(blanks - tabs * 8, 0)) + line.slice(blanks);
}

function tabsOf(line: string): number {
  return /^\t*/.exec(line)![0].length;
}
